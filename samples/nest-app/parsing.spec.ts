import { describe, expect, it } from 'vitest'
import { rejection } from '../../spec/support/outcome.js'
import { formats } from './formats.js'
import { lines } from './lines.js'
import type { Row } from './point.js'

/** In chunks of so many bytes. */
async function* inChunks(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text)
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size)
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

const rows = (type: string, text: string, size = 7): Promise<Row[]> =>
  all(formats[type]!(inChunks(text, size)))

describe('lines', () => {
  it.each([1, 2, 3, 1000])('are whole, wherever chunks of %i bytes begin', async (size) => {
    expect(await all(lines(inChunks('eins\r\n\nzwölf €\n \nlast', size)))).toEqual([
      { n: 1, text: 'eins' },
      { n: 3, text: 'zwölf €' },
      { n: 5, text: 'last' },
    ])
  })

  it('are an error each, if they are too long, and only that', async () => {
    const text = `short\n${'x'.repeat(30)}\nshort\n${'y'.repeat(30)}`
    const error = 'the line is longer than 10 characters'
    for (const size of [1, 4, 1000])
      expect(await all(lines(inChunks(text, size), 10))).toEqual([
        { n: 1, text: 'short' },
        { n: 2, error },
        { n: 3, text: 'short' },
        { n: 4, error },
      ])
  })

  it('are none of an empty body', async () => {
    expect(await all(lines(inChunks('', 1)))).toEqual([])
  })
})

describe('CSV', () => {
  it.each([
    ['lat,lon\n1.5,-2\n'],
    ['\ufefflat,lon\r\n1.5,-2'],
    ['name;Longitude;"Latitude"\n"a ""b"", c";-2;1.5\n'],
    ['x\ty\tz\n-2\t1.5\t0\n'],
    [' LNG , LAT \n -2 , 1.5 \n'],
  ])('%j', async (text) => {
    expect(await rows('text/csv', text)).toEqual([{ n: 2, lat: 1.5, lon: -2 }])
  })

  it('says of each malformed line what is wrong with it, and goes on', async () => {
    const text = ['lat,lon', '1,2', '91,2', '1', '1,east', '"1,2', '"1"2,3', '"1","2"', ''].join('\n')
    expect(await rows('text/csv', text)).toEqual([
      { n: 2, lat: 1, lon: 2 },
      { n: 3, error: 'lat must be a number from -90 to 90, got "91"' },
      { n: 4, error: 'there is no lon' },
      { n: 5, error: 'lon must be a number from -180 to 180, got "east"' },
      { n: 6, error: 'a quoted field has no end in this line' },
      { n: 7, error: 'after a quoted field there must be ",", not "2"' },
      { n: 8, lat: 1, lon: 2 },
    ])
  })

  it.each([
    ['a,b\n1,2', 'the first line must name the columns, lat and lon among them; it is "a,b"'],
    ['"a,b\n1,2', 'line 1, which names the columns: a quoted field has no end in this line'],
  ])('needs its columns named: %j', async (text, message) => {
    expect(await rejection(rows('text/csv', text))).toMatchObject({ name: 'BadBody', message, status: 400 })
  })
})

describe('lines of JSON', () => {
  it('are objects, Points or Features', async () => {
    const point = { type: 'Point', coordinates: [-2, 1.5] }
    const values = [
      { lat: 1.5, lon: -2 },
      { latitude: 1.5, longitude: '-2' },
      { lat: 1.5, lng: -2, name: 'x' },
      point,
      { type: 'Feature', properties: {}, geometry: point },
    ]
    const text = values.map((value) => JSON.stringify(value)).join('\n')
    expect(await rows('application/x-ndjson', text)).toEqual(
      values.map((_, i) => ({ n: i + 1, lat: 1.5, lon: -2 })),
    )
  })

  it('are an error each, if they are malformed', async () => {
    const found = await rows('application/jsonl', '{"lat":1,\n[1,2]\nnull\n{"lat":null}\n{"lat":1,"lon":2}')
    expect(found).toEqual([
      { n: 1, error: expect.stringContaining('JSON') },
      { n: 2, error: 'a line must be an object with lat and lon, or a Point of GeoJSON' },
      { n: 3, error: 'a line must be an object with lat and lon, or a Point of GeoJSON' },
      { n: 4, error: 'there is no lat' },
      { n: 5, lat: 1, lon: 2 },
    ])
  })
})

describe('GeoJSON', () => {
  const feature = (geometry: unknown) => ({ type: 'Feature', properties: { a: [{}] }, geometry })
  const collection = (features: unknown[]) =>
    JSON.stringify({ type: 'FeatureCollection', name: 'x', features })

  it('is a FeatureCollection of Points', async () => {
    const features = [
      feature({ type: 'Point', coordinates: [-2, 1.5] }),
      feature({ type: 'Polygon', coordinates: [] }),
      feature(null),
      feature({ type: 'Point', coordinates: [200, 0] }),
      7,
      feature({ type: 'Point', coordinates: [3, 4, 100] }),
    ]
    for (const size of [1, 1000])
      expect(await rows('application/geo+json', collection(features), size)).toEqual([
        { n: 1, lat: 1.5, lon: -2 },
        { n: 2, error: 'the geometry must be a Point with coordinates, got "Polygon"' },
        { n: 3, error: 'the geometry must be a Point with coordinates, got undefined' },
        { n: 4, error: 'lon must be a number from -180 to 180, got 200' },
        { n: 5, error: 'expected a Feature or a Point, got type undefined' },
        { n: 6, lat: 4, lon: 3 },
      ])
  })

  it('has its features read as they come', async () => {
    const text = collection([feature({ type: 'Point', coordinates: [1, 2] })])
    async function* begun() {
      yield new TextEncoder().encode(text.slice(0, -2))
      throw new Error('no more')
    }
    const read = formats['application/json']!(begun())[Symbol.asyncIterator]()
    expect(await read.next()).toEqual({ done: false, value: { n: 1, lat: 2, lon: 1 } })
    expect((await rejection(read.next())).message).toBe('no more')
  })

  it.each([
    [
      '{"type":"FeatureCollection","features":[]}',
      'there are no features: the body must be a FeatureCollection',
    ],
    ['{"type":"FeatureCollection","features":[', 'after feature 0: the text ends before the JSON does'],
    ['lat,lon\n1,2', 'after feature 0: '],
    ['', 'after feature 0: the text ends before the JSON does'],
  ])('says why it can be read no further: %j', async (text, message) => {
    const error = await rejection(rows('application/geo+json', text))
    expect(error).toMatchObject({ name: 'BadBody', status: 400 })
    expect(error.message).toContain(message)
  })

  it('keeps no more of the text than a feature may have', async () => {
    let sent = 0
    async function* endless() {
      yield new TextEncoder().encode('{"type":"')
      for (;;) {
        yield new Uint8Array(65_536).fill(97)
        sent += 65_536
      }
    }
    expect(await rejection(all(formats['application/geo+json']!(endless())))).toMatchObject({ status: 413 })
    expect(sent).toBeLessThan(2 * 2 ** 20)
  })
})
