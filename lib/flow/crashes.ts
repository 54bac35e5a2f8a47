/**
 * Which items are to blame for the deaths of threads, or can't be run again after one.
 * @module
 */
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
  culprits(dispatch: Dispatch, { running, certain }: Loss, isMoved: boolean): number[] {
    const left = unendedItems(dispatch)
    if (isMoved) return left
    const guilty = certain ? running : this.repeated(dispatch, running)
    return left.filter((item) => guilty.includes(item) || dispatch.emitted?.has(item))
  }

  private repeated(dispatch: Dispatch, suspects: readonly number[]): number[] {
    this.deaths ??= new Map()
    const { deaths } = this
    const start = startOf(dispatch)
    for (const item of suspects) deaths.set(start + item, (deaths.get(start + item) ?? 0) + 1)
    return suspects.filter((item) => deaths.get(start + item)! > deathsAllowed)
  }
}
