import { placeOf } from './geojson.js'
import type { Line } from './lines.js'
import type { Row } from './point.js'
import { pointOf } from './point.js'

/** The places of lines of JSON: `{"lat": …, "lon": …}`, or a Point or Feature of GeoJSON each. */
export async function* ndjsonRows(lines: AsyncIterable<Line>): AsyncGenerator<Row> {
  for await (const line of lines) yield 'error' in line ? line : rowOf(line.n, line.text)
}

function rowOf(n: number, text: string): Row {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return { n, error: (error as Error).message }
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { n, error: 'a line must be an object with lat and lon, or a Point of GeoJSON' }
  if ('type' in value) return placeOf(n, value)
  const { lat, latitude = lat, lon, lng = lon, longitude = lng } = value as Record<string, unknown>
  return pointOf(n, latitude, longitude)
}
