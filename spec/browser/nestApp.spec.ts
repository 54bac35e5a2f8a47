// The page of samples/nest-app, with its service behind it.
import type { NestExpressApplication } from '@nestjs/platform-express'
import type { Page } from 'playwright-core'
import type { Pool } from 'rxjs-parallel'
import { getPoolToken } from 'rxjs-parallel/nestjs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApp } from '../../samples/nest-app/app.js'
import { defaultLimits } from '../../samples/nest-app/limits.js'
import { manyPoints } from '../../samples/nest-app/testClient.js'
import { until } from '../support/until.js'
import { browserTests } from './support/browser.js'

const { openAt } = browserTests()
let app: NestExpressApplication

beforeAll(async () => {
  app = await createApp({ limits: defaultLimits, threads: 2 })
  await app.listen(0, '127.0.0.1')
})

afterAll(async () => {
  app.getHttpServer().closeAllConnections()
  await app.close()
})

const open = async (expected?: readonly RegExp[]): Promise<Page> => openAt(await app.getUrl(), expected)

const choose = (page: Page, name: string, text: string): Promise<void> =>
  page.setInputFiles('#file', { name, mimeType: 'text/plain', buffer: Buffer.from(text) })

const untilStatus = (page: Page, status: RegExp): Promise<void> =>
  page.locator('#status', { hasText: status }).waitFor({ timeout: 120_000 })

/** The colours of places on the map, as they are there. */
const coloursAt = (page: Page, places: readonly (readonly [lat: number, lon: number])[]): Promise<string[]> =>
  page.evaluate((wanted) => {
    const { width, height } = document.querySelector('canvas')!
    // All at once: each reading waits for the canvas.
    const { data } = document.querySelector('canvas')!.getContext('2d')!.getImageData(0, 0, width, height)
    return wanted.map(([lat, lon]) => {
      const [x, y] = [Math.floor((lon + 180) * 4), Math.floor((90 - lat) * 4)]
      return data.slice((y * width + x) * 4, (y * width + x) * 4 + 4).join()
    })
  }, places)

const file = `name,lat,lon
Madrid,40.4,-3.7
Barcelona,41.4,2.2
Canberra,-35.3,149.1
nowhere,south,0
Atlantic,30,-40
`

test('a file that is chosen becomes points on the map, in the colours of their countries', async () => {
  const page = await open()
  await choose(page, 'cities.csv', file)
  await untilStatus(page, /^4 points in 2 countries, 1 malformed: done$/)
  const [madrid, barcelona, canberra, atlantic, elsewhere] = await coloursAt(page, [
    [40.4, -3.7],
    [41.4, 2.2],
    [-35.3, 149.1],
    [30, -40],
    [20, -40],
  ])
  expect(madrid).toBe(barcelona)
  expect(new Set([madrid, canberra, atlantic, elsewhere]).size).toBe(4)
  expect(atlantic).toBe('0,0,0,255')
  expect(elsewhere).toBe('0,0,0,0')
  expect(await page.locator('#progress').evaluate((bar: HTMLProgressElement) => bar.value)).toBe(1)
  expect(await page.locator('#errors li').allTextContents()).toEqual([
    '5: lat must be a number from -90 to 90, got "south"',
  ])
})

test('a file may be dropped', async () => {
  const page = await open()
  await page.evaluate((text) => {
    const data = new DataTransfer()
    data.items.add(new File([text], 'points.ndjson'))
    document
      .querySelector('#drop')!
      .dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true }))
  }, '{"lat":48.85,"lon":2.35}\n{"lat":52.52,"lon":13.4}\n')
  await untilStatus(page, /^2 points in 2 countries, 0 malformed: done$/)
})

test('says what is wrong with a file that can not be read', async () => {
  // Chromium tells the console of it where the answer to the upload is faster than the events.
  const page = await open([/status of 400/])
  await choose(page, 'points.geojson', '{"features": [')
  await untilStatus(page, /: after feature 0: the text ends before the JSON does$/)
})

test('says so where a proxy refuses what it should hand on to the service', async () => {
  const page = await open([/status of 502/])
  const refusal = { status: 502, contentType: 'text/html', body: '<h1>Bad Gateway</h1>' }
  await page.route('**/locate/*', (route) => route.fulfill(refusal))
  await choose(page, 'cities.csv', file)
  await untilStatus(page, /^0 points in 0 countries, 0 malformed: status 502$/)
})

// Browsers read no answer before they have sent the whole body: by one request, more than a few MiB would never end.
test('a long file shows how far it is, and comes to its end', { timeout: 180_000 }, async () => {
  const page = await open()
  await page.evaluate(() => {
    const bar = document.querySelector('progress')!
    const seen: number[] = []
    Object.assign(window, { seen })
    new MutationObserver(() => seen.push(bar.value)).observe(bar, { attributes: true })
  })
  await choose(page, 'sea.csv', [...manyPoints(400_000)].join(''))
  await untilStatus(page, /^400,000 points in 0 countries, 0 malformed: done$/)
  const seen = await page.evaluate(() => (window as unknown as { seen: number[] }).seen)
  expect(seen.some((value) => value > 0 && value < 1)).toBe(true)
  expect([...seen].sort((a, b) => a - b)).toEqual(seen)
})

test('stops when it is told to, and so does its work', async () => {
  const page = await open()
  const pool = app.get<Pool>(getPoolToken('countries'))
  const before = pool.stats.done
  await choose(page, 'berlin.csv', `lat,lon\n${'52.52,13.4\n'.repeat(200_000)}`)
  await untilStatus(page, /^[1-9]/)
  await page.click('#stop')
  await untilStatus(page, /: stopped$/)
  await until('all is idle', () => pool.stats.inFlight + pool.stats.queued === 0)
  expect(pool.stats.done - before).toBeLessThan(200_000)
})
