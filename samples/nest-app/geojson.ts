import { JSONParser } from '@streamparser/json'
import { BadBody } from './badBody.js'
import type { Row } from './point.js'
import { pointOf } from './point.js'

/** Bytes of one feature, and of all that is before the first. */
const largest = 1024 * 1024

/** The places of a FeatureCollection of Points, as they come: of the text no more than one feature is kept. */
export async function* geojsonRows(body: AsyncIterable<Uint8Array>): AsyncGenerator<Row> {
  const parser = new JSONParser({ paths: ['$.features.*'], keepStack: false })
  let rows: Row[] = []
  let n = 0
  let failure: Error | undefined
  let sinceLast = 0
  parser.onValue = ({ value }) => {
    rows.push(placeOf(++n, value))
    sinceLast = 0
  }
  parser.onError = (error) => {
    failure = error
  }
  for await (const chunk of body) {
    sinceLast += chunk.length
    parser.write(chunk)
    const read = rows
    rows = []
    yield* read
    if (failure) throw new BadBody(`after feature ${n}: ${failure.message}`)
    if (sinceLast > largest + chunk.length)
      throw new BadBody(`after feature ${n}: more than ${largest} bytes without another feature`, 413)
  }
  if (!parser.isEnded) throw new BadBody(`after feature ${n}: the text ends before the JSON does`)
  if (n === 0) throw new BadBody('there are no features: the body must be a FeatureCollection of GeoJSON')
}

/** The place of a Point, or of a Feature whose geometry is one. */
export function placeOf(n: number, value: unknown): Row {
  const { type, geometry = value } = Object(value) as { type?: unknown; geometry?: unknown }
  if (type !== 'Feature' && type !== 'Point')
    return { n, error: `expected a Feature or a Point, got type ${JSON.stringify(type)?.slice(0, 40)}` }
  const { type: shape, coordinates } = Object(geometry) as { type?: unknown; coordinates?: unknown }
  if (shape !== 'Point' || !Array.isArray(coordinates))
    return {
      n,
      error: `the geometry must be a Point with coordinates, got ${JSON.stringify(shape)?.slice(0, 40)}`,
    }
  const [lon, lat] = coordinates as unknown[]
  return pointOf(n, lat, lon)
}
