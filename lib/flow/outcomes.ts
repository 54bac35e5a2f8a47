/**
 * Reads what a message says of items of a batch where it isn't simply one result each.
 * @module
 */
import { itemState } from '../wire/messages.js'
import type { Outcomes } from './work.js'

/** Is told what became of items, by their place in the batch, in the order in which it happened. */
export interface OutcomeReader {
  /** Whether nothing more is wanted. */
  readonly over: boolean
  /** `state` is the item's, after these values. */
  emitted(item: number, values: ArrayLike<unknown>, state: number): void
  completed(item: number): void
  failed(item: number, error: unknown): void
  timedOut(item: number): void
}

/** @param layout see `ResultsMessage`. */
export function readOutcomes(
  { values, errors }: Outcomes,
  layout: readonly number[],
  reader: OutcomeReader,
): void {
  let at = 0
  let failure = 0
  for (let t = 0; t < layout.length && !reader.over; t += 3) {
    const item = layout[t]!
    const count = layout[t + 1]!
    const state = layout[t + 2]!
    const emitted = values.slice(at, (at += count))
    if (count > 0) reader.emitted(item, emitted, state)
    if (state === itemState.complete) reader.completed(item)
    else if (state === itemState.failed) reader.failed(item, errors[failure++])
    else if (state === itemState.timedOut) reader.timedOut(item)
  }
}

/** How many items have ended. */
export function endedIn(layout: readonly number[]): number {
  let ended = 0
  for (let t = 2; t < layout.length; t += 3) if (layout[t] !== itemState.open) ended++
  return ended
}
