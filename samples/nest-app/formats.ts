import { csvRows } from './csv.js'
import { geojsonRows } from './geojson.js'
import { lines } from './lines.js'
import { ndjsonRows } from './ndjson.js'
import type { Row } from './point.js'

/** Reads a body as it comes. What can't be read of it at all is thrown, as a BadBody. */
export type Parse = (body: AsyncIterable<Uint8Array>) => AsyncIterable<Row>

const csv: Parse = (body) => csvRows(lines(body))
const ndjson: Parse = (body) => ndjsonRows(lines(body))

/** How bodies of these media types are read. */
export const formats: Readonly<Record<string, Parse>> = {
  'text/csv': csv,
  'application/geo+json': geojsonRows,
  'application/json': geojsonRows,
  'application/x-ndjson': ndjson,
  'application/jsonl': ndjson,
}
