/**
 * What a message about a batch adds to the pool's numbers.
 * @module
 */
import type { ResultsMessage } from '../wire/messages.js'
import { itemState } from '../wire/messages.js'

/** How many items have ended, and how many of them failed. */
export function countEnded({ values, layout }: ResultsMessage): { ended: number; failed: number } {
  if (!layout) return { ended: values.length, failed: 0 }
  let ended = 0
  let failed = 0
  for (let t = 2; t < layout.length; t += 3) {
    if (layout[t] !== itemState.open) ended++
    if (layout[t]! >= itemState.failed) failed++
  }
  return { ended, failed }
}

/** How many tasks were run for items that have ended: a step that fails is the item's last. */
export function runsOf({ errors = [] }: ResultsMessage, ended: number, steps: number): number {
  if (steps === 1) return ended
  return errors.reduce((runs, { step = steps - 1 }) => runs + step + 1 - steps, ended * steps)
}
