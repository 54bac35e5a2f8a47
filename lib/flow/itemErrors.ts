/**
 * What is said of items that didn't end by themselves.
 * @module
 */
import { CloneError, ParallelError, TaskTimeoutError, WorkerCrashError } from '../errors.js'
import type { Dispatch, Loss } from './work.js'

/** @param name how an error names the item. */
export function lossError(dispatch: Dispatch, item: number, name: string, loss: Loss): WorkerCrashError {
  return crashError(loss, whenOf(dispatch, item, name, loss), itemAt(dispatch, item))
}

/** @param when what the thread was at, as the end of a sentence. */
export function crashError(loss: Loss, when: string, value: unknown): WorkerCrashError {
  return new WorkerCrashError(`thread ${loss.threadId} ${howOf(loss)} ${when}`, { ...loss, value })
}

function howOf({ ended, exitCode, signal }: Loss): string {
  if (ended) return 'was ended'
  if (signal) return `died (ended by ${signal})`
  return exitCode === undefined ? 'died' : `died (exit code ${exitCode})`
}

function whenOf({ emitted }: Dispatch, item: number, name: string, { running }: Loss): string {
  if (running.includes(item)) return `while it ran ${name}`
  return emitted?.has(item)
    ? `before ${name} had ended, which can't run again: values of it had been emitted`
    : `before it ran ${name}, which can't run again: parts of it had been transferred`
}

/** For an item, or its result, of which a thread's end can't read what the other end had posted. */
export function unreadableError(name: string, { ended, cause }: Loss): CloneError {
  const reason = cause instanceof Error && cause.cause instanceof Error ? ` (${cause.cause.message})` : ''
  return ended === 'unreadableItem'
    ? new CloneError(`${name} was sent to a thread and can't be read there${reason}`, name, { cause })
    : new CloneError(`the result of ${name} was sent by a thread and can't be read here${reason}`, 'result', {
        cause,
      })
}

export function timeoutError(
  dispatch: Dispatch,
  item: number,
  name: string,
  timeout: number,
): TaskTimeoutError {
  return new TaskTimeoutError(`${name} took longer than its timeout of ${timeout} ms`, {
    value: itemAt(dispatch, item),
  })
}

/** For an item that was to be retried and can't be. */
export function notRetriedError(name: string, why: string, cause: unknown): ParallelError {
  return new ParallelError('NOT_RETRIED', `${name} failed and can't be retried: ${why}`, { cause })
}

function itemAt({ slice }: Dispatch, item: number): unknown {
  return slice.chunk.values[slice.first + item]
}
