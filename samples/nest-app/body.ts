import type { IncomingMessage } from 'node:http'
import { BadBody } from './badBody.js'
import { formats } from './formats.js'
import type { Limits } from './limits.js'
import type { Row } from './point.js'

/** How much of a body has come, in bytes. */
export interface Progress {
  bytes: number
  /** If the client has told it beforehand. */
  readonly total: number | undefined
}

/**
 * The rows of a request's body, as they come.
 *
 * @throws BadBody for a body of another kind, or one that says that it is too large; the rows, for one that turns out to be.
 */
export function openBody(
  request: IncomingMessage,
  { bodyBytes }: Limits,
): { rows: AsyncIterable<Row>; progress: Progress } {
  const { headers } = request
  const type = (headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase()
  const parse = Object.hasOwn(formats, type) ? formats[type] : undefined
  const known = Object.keys(formats).join(', ')
  if (!parse) throw new BadBody(`the Content-Type must be one of ${known}, got '${type}'`, 415)
  if (headers['content-encoding']) throw new BadBody('the body must not be compressed', 415)
  const length = headers['content-length']
  const progress = { bytes: 0, total: length === undefined ? undefined : Number(length) }
  if (Number(length) > bodyBytes) throw tooLarge(bodyBytes)
  return { rows: parse(counted(request, progress, bodyBytes)), progress }
}

async function* counted(
  request: IncomingMessage,
  progress: Progress,
  most: number,
): AsyncGenerator<Uint8Array> {
  // Whoever has enough of it still has to answer: to destroy the request would close the connection.
  const chunks: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false })
  for await (const chunk of chunks) {
    progress.bytes += chunk.length
    if (progress.bytes > most) throw tooLarge(most)
    yield chunk
  }
}

const tooLarge = (most: number) => new BadBody(`the body is larger than ${most} bytes`, 413)
