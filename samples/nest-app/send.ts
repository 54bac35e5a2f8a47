import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Observable } from 'rxjs'
import { bufferTime, concat, defer, filter, fromEvent, map, of, takeUntil } from 'rxjs'
import { toAsyncIterable } from 'rxjs-parallel'
import type { AnswerFormat } from './answerText.js'
import type { BadBody } from './badBody.js'
import type { Progress } from './body.js'
import type { Answer } from './point.js'

/** Answers are sent together that come within so many milliseconds, and so many of them at most. */
const together = { time: 50, count: 500 }

/**
 * Sends answers as fast as the client takes them: while it doesn't, nothing more is read of what they are made of. A
 * client that leaves ends the stream, too.
 *
 * @param complain what went wrong after the first answer, when the status can't tell it any more: told at the end.
 * @throws what the stream fails with before the first answer.
 */
export async function send(
  answers$: Observable<Answer>,
  progress: Progress,
  format: AnswerFormat,
  response: ServerResponse,
  complain: (error: unknown) => BadBody,
): Promise<void> {
  // #region texts
  const texts$ = answers$.pipe(
    bufferTime(together.time, null, together.count),
    filter((batch) => batch.length > 0),
    map((batch) => format.answers(batch, progress)),
  )
  const end$ = defer(() => of(format.end(progress)))
  const texts = toAsyncIterable(concat(texts$, end$).pipe(takeUntil(fromEvent(response, 'close'))), {
    size: 2,
  })
  // #endregion
  const iterator = texts[Symbol.asyncIterator]()
  const first = await iterator.next()
  // It has left.
  if (first.done) return
  if (!response.headersSent)
    response.writeHead(200, { 'Content-Type': format.type, 'Cache-Control': 'no-store' })
  const rest = { [Symbol.asyncIterator]: () => iterator }
  const failure = (error: unknown) => {
    const { status, message } = complain(error)
    return format.failure(status, message)
  }
  await pipeline(Readable.from(whole(first.value, rest, failure)), response).catch((error) => {
    // It has left, too.
    if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE' && !response.destroyed) throw error
  })
}

async function* whole(
  first: string,
  rest: AsyncIterable<string>,
  failure: (error: unknown) => string,
): AsyncGenerator<string> {
  yield first
  try {
    yield* rest
  } catch (error) {
    yield failure(error)
  }
}
