/**
 * One run of a task as a Promise.
 * @module
 */
import { runOnce } from './runOnce.js'
import type { AnyRef, RunOptions } from './seam.js'

interface Settler<R> {
  resolve(value: R): void
  reject(error: unknown): void
}

/** The last value that the task gives. After its arguments, {@link RunOptions} may come. */
export function lastResult<R>(ref: AnyRef, args: readonly unknown[]): Promise<R> {
  const last = args.at(-1)
  return new Promise((resolve, reject) => {
    if (isRunOptions(last)) startAbortable<R>(ref, args.slice(0, -1), last.signal, { resolve, reject })
    else start<R>(ref, args, { resolve, reject })
  })
}

/** No task can be given a signal as its argument: it can't be cloned. */
function isRunOptions(last: unknown): last is RunOptions {
  if (typeof last !== 'object' || last === null || !('signal' in last)) return false
  return Object.keys(last).length === 1 && last.signal instanceof AbortSignal
}

/** Returns how to give it up. */
function start<R>(ref: AnyRef, args: readonly unknown[], { resolve, reject }: Settler<R>): () => void {
  let last: R | undefined
  const next = (value: R) => {
    last = value
  }
  const complete = () => resolve(last as R)
  return runOnce<R>(ref, args, 'run', undefined, { next, error: reject, complete, closed: false }, undefined)
}

function startAbortable<R>(
  ref: AnyRef,
  args: readonly unknown[],
  signal: AbortSignal,
  { resolve, reject }: Settler<R>,
): void {
  signal.throwIfAborted()
  let giveUp = () => {}
  const aborted = () => {
    giveUp()
    reject(signal.reason)
  }
  const end = (how: () => void) => {
    signal.removeEventListener('abort', aborted)
    how()
  }
  signal.addEventListener('abort', aborted)
  try {
    giveUp = start<R>(ref, args, {
      resolve: (value) => end(() => resolve(value)),
      reject: (error) => end(() => reject(error)),
    })
  } catch (thrown) {
    end(() => reject(thrown))
  }
}
