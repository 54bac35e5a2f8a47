/**
 * Which items are to blame for the deaths of threads.
 * @module
 */
import { WorkerCrashError } from '../errors.js'
import { startOf, unendedItems } from './dispatch.js'
import type { Dispatch, Loss } from './work.js'

/** After so many deaths of a thread in which it may have had a part, an item is taken to be their cause. */
const deathsAllowed = 2

export class Crashes {
  /** How many deaths each item may have had a part in, by its number in the stream. */
  private deaths: Map<number, number> | undefined

  /**
   * The items of a dispatch that a thread's death is the end of, by their place in it.
   * @param isMoved whether items go to the thread with all that they hold, and so are gone with it.
   */
  culprits(dispatch: Dispatch, { running }: Loss, isMoved: boolean): number[] {
    const left = unendedItems(dispatch)
    if (isMoved) return left
    const suspects = (running ?? left).filter((item) => !dispatch.ended?.has(item))
    // Run again, it would emit again what it has emitted.
    const emitting = left.filter((item) => dispatch.taken?.has(item))
    return [...new Set([...emitting, ...this.toBlame(dispatch, suspects)])]
  }

  private toBlame(dispatch: Dispatch, suspects: number[]): number[] {
    if (suspects.length <= 1) return suspects
    this.deaths ??= new Map()
    const { deaths } = this
    const start = startOf(dispatch)
    for (const item of suspects) deaths.set(start + item, (deaths.get(start + item) ?? 0) + 1)
    return suspects.filter((item) => deaths.get(start + item)! > deathsAllowed)
  }
}

/** @param name how an error names the item. */
export function crashError(
  { slice, taken }: Dispatch,
  item: number,
  name: string,
  { threadId, exitCode, cause, running }: Loss,
): WorkerCrashError {
  const code = exitCode === undefined ? '' : ` (exit code ${exitCode})`
  const when = taken?.has(item)
    ? `after ${name} had emitted some of its results`
    : running && !running.includes(item)
      ? `before it ran ${name}, which can't run again: parts of it had been transferred`
      : `while it ran ${name}`
  return new WorkerCrashError(`thread ${threadId} died${code} ${when}`, {
    cause,
    threadId,
    ...(exitCode === undefined ? {} : { exitCode }),
    value: slice.chunk.values[slice.first + item],
  })
}
