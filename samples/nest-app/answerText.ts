import type { Progress } from './body.js'
import type { Answer } from './point.js'

/** How answers are written. */
export interface AnswerFormat {
  readonly type: string
  answers(batch: readonly Answer[], progress: Progress): string
  /** After the last answer. */
  end(progress: Progress): string
  /** The rest can't be answered, though the status was 200. */
  failure(status: number, message: string): string
}

const event = (name: string, data: unknown) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`

/** A line each. */
export const ndjson: AnswerFormat = {
  type: 'application/x-ndjson',
  answers: (batch) => batch.map((answer) => `${JSON.stringify(answer)}\n`).join(''),
  end: () => '',
  failure: (status, error) => `${JSON.stringify({ status, error })}\n`,
}

/** Server-sent events: a message each; and events `progress`, `end` and `failed`. */
export const serverSentEvents: AnswerFormat = {
  type: 'text/event-stream',
  answers: (batch, progress) =>
    batch.map((answer) => `data: ${JSON.stringify(answer)}\n\n`).join('') + event('progress', progress),
  end: (progress) => event('end', progress),
  failure: (status, error) => event('failed', { status, error }),
}
