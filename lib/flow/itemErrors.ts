/**
 * What is said of items that didn't end by themselves.
 * @module
 */
import { ParallelError, TaskTimeoutError, WorkerCrashError } from '../errors.js'
import type { Dispatch, Loss } from './work.js'

/** @param name how an error names the item. */
export function lossError(dispatch: Dispatch, item: number, name: string, loss: Loss): WorkerCrashError {
  const { threadId, exitCode, cause, ended } = loss
  const how = ended ? 'was ended' : exitCode === undefined ? 'died' : `died (exit code ${exitCode})`
  return new WorkerCrashError(`thread ${threadId} ${how} ${whenOf(dispatch, item, name, loss)}`, {
    cause,
    threadId,
    ...(exitCode === undefined ? {} : { exitCode }),
    value: itemAt(dispatch, item),
  })
}

function whenOf({ emitted }: Dispatch, item: number, name: string, { running }: Loss): string {
  if (running.includes(item)) return `while it ran ${name}`
  return emitted?.has(item)
    ? `before ${name} had ended, which can't run again: values of it had been emitted`
    : `before it ran ${name}, which can't run again: parts of it had been transferred`
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
