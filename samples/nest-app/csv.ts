import { BadBody } from './badBody.js'
import type { Line } from './lines.js'
import type { Row } from './point.js'
import { pointOf } from './point.js'

const latitude = /^(lat|latitude|y)$/i
const longitude = /^(lon|lng|long|longitude|x)$/i

/** The places of a CSV file, whose first line names its columns. Each line is by itself: a quoted field ends in it. */
export async function* csvRows(lines: AsyncIterable<Line>): AsyncGenerator<Row> {
  let columns: { separator: string; lat: number; lon: number } | undefined
  for await (const line of lines) {
    if (columns === undefined) columns = columnsOf(line)
    else if ('error' in line) yield line
    else {
      const fields = fieldsOf(line.text, columns.separator)
      yield typeof fields === 'string'
        ? { n: line.n, error: fields }
        : pointOf(line.n, fields[columns.lat], fields[columns.lon])
    }
  }
}

function columnsOf(line: Line): { separator: string; lat: number; lon: number } {
  const header = 'text' in line ? line.text : ''
  const separator = [',', ';', '\t'].find((each) => header.includes(each)) ?? ','
  const names = fieldsOf(header, separator)
  if (typeof names === 'string') throw new BadBody(`line ${line.n}, which names the columns: ${names}`)
  const [lat, lon] = [latitude, longitude].map((name) => names.findIndex((each) => name.test(each.trim())))
  if (lat! < 0 || lon! < 0)
    throw new BadBody(
      `the first line must name the columns, lat and lon among them; it is ${JSON.stringify(header.slice(0, 80))}`,
    )
  return { separator, lat: lat!, lon: lon! }
}

/** A line's fields; or what is wrong with it. */
function fieldsOf(text: string, separator: string): string[] | string {
  if (!text.includes('"')) return text.split(separator)
  const fields: string[] = []
  for (let at = 0; at <= text.length; ) {
    const quoted = text[at] === '"'
    const end = quoted ? closingQuote(text, at) : text.indexOf(separator, at)
    if (quoted && end < 0) return 'a quoted field has no end in this line'
    const next = quoted ? end + 1 : end < 0 ? text.length : end
    if (next < text.length && text[next] !== separator)
      return `after a quoted field there must be ${JSON.stringify(separator)}, not ${JSON.stringify(text[next])}`
    fields.push(quoted ? text.slice(at + 1, end).replaceAll('""', '"') : text.slice(at, next))
    at = next + 1
  }
  return fields
}

/** Where the quoted field that opens at `at` ends; two quotes in it stand for one. */
function closingQuote(text: string, at: number): number {
  let end = text.indexOf('"', at + 1)
  while (end >= 0 && text[end + 1] === '"') end = text.indexOf('"', end + 2)
  return end
}
