import type { ClientRequest, IncomingMessage } from 'node:http'
import { Agent, request } from 'node:http'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'

/** A connection each: a test that leaves one in the middle must not spoil those after it. */
const agent = new Agent({ keepAlive: false })

/** Begins to post; what is written to it is the body. */
export function startPost(url: string, headers: Record<string, string>): ClientRequest {
  const posting = request(url, { method: 'POST', headers, agent })
  // Who waits for the answer is told.
  posting.on('error', () => {})
  return posting
}

export function answerOf(posting: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => posting.once('response', resolve).once('error', reject))
}

/** The stream of events where the answers to a body go that is posted to /locate/:id. */
export function openAnswers(url: string, id: string): Promise<IncomingMessage> {
  return answerOf(request(`${url}/answers/${id}`, { agent }).end())
}

/** Posts a body, and reads what comes back while it is sent. */
export async function post(
  url: string,
  type: string,
  body: string | Iterable<string> | AsyncIterable<string>,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: IncomingMessage['headers']; text: string }> {
  const posting = startPost(url, { 'Content-Type': type, ...headers })
  const parts = typeof body === 'string' ? [body] : body
  // What refuses a body answers before it has come.
  const sent = pipeline(Readable.from(parts), posting).catch(() => {})
  const response = await answerOf(posting)
  const answer = await text(response)
  await sent
  return { status: response.statusCode!, headers: response.headers, text: answer }
}

/** Values of lines of JSON. */
// biome-ignore lint/suspicious/noExplicitAny: as JSON.parse gives them
export const jsonLines = (text: string): any[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))

/** A body of so many points in the sea, in pieces of a thousand lines. */
export function* manyPoints(count: number): Generator<string> {
  yield 'lat,lon\n'
  for (let first = 0; first < count; first += 1000) {
    const lines = Math.min(1000, count - first)
    yield Array.from({ length: lines }, (_, i) => `${(((first + i) % 1500) / 100).toFixed(2)},-145.5\n`).join(
      '',
    )
  }
}
