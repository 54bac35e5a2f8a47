/**
 * What a thread or a process that doesn't start is told of by.
 * @module
 */
import { WorkerStartError } from '../errors.js'
import { reasonOf, signs } from '../flow/itemErrors.js'
import { messageOf } from '../wire/describe.js'
import type { Death, Link } from './link.js'
import { processId } from './node/localThread.js'
import type { WorkerSource } from './workerSource.js'

/** An error that names the worker file. `reason` is the end of a sentence. */
export function startError(source: WorkerSource, reason: string, cause: unknown): WorkerStartError {
  const file = typeof source === 'function' ? "of the pool's function" : String(source)
  return new WorkerStartError(`the worker ${file} ${reason}`, { cause })
}

const howToExpose = 'let it export default expose({ … })'

/** A thread of Node tells of a syntax error without its place. To run the file by itself does no harm, and tells it. */
function whereToLook(source: WorkerSource, cause: unknown): string {
  if (!(cause instanceof Error) || cause.name !== 'SyntaxError' || typeof source === 'function') return ''
  return `; to see where, run it: node ${String(source).replace(/^file:\/\/(\/(?=\w:))?/, '')}`
}

/** One that ended before it could work. */
export function endedEarly(source: WorkerSource, { exitCode, signal, cause }: Death): WorkerStartError {
  if (cause instanceof WorkerStartError) return cause
  const how = signal
    ? `was ended by ${signal}${signal in signs ? ` (${signs[signal]})` : ''}`
    : `ended (exit code ${exitCode})`
  const reason =
    cause === undefined
      ? `${how} before it called expose() of rxjs-parallel/worker${exitCode === 0 ? `; ${howToExpose}` : ''}`
      : `failed: ${reasonOf(cause)}${whereToLook(source, cause)}`
  return startError(source, reason, cause)
}

/** One that takes too long. */
export function startsLate(source: WorkerSource, startTimeout: number, cause: unknown): WorkerStartError {
  const reason =
    `did not call expose() of rxjs-parallel/worker within ${startTimeout} ms; ${howToExpose}, and raise ` +
    'startTimeout if it takes longer to load'
  return startError(source, reason, cause)
}

/** In place of one that could not even be made. */
export function failedLink(source: WorkerSource, cause: unknown): Link {
  const started = Promise.reject(
    cause instanceof WorkerStartError
      ? cause
      : startError(source, `could not be made: ${messageOf(cause)}`, cause),
  )
  started.catch(() => {})
  const nothing = () => {}
  return {
    threadId: processId,
    started,
    cells: undefined,
    post: nothing,
    keepAlive: nothing,
    utilization: () => 0,
    terminate: () => Promise.resolve(),
  }
}
