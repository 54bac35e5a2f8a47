/**
 * Which thread gets what, and which is kept for what waits.
 * @module
 */
import type { BatchSize } from '../flow/batchSize.js'
import type { Work } from '../flow/work.js'
import type { Lane } from './lane.js'

/** Milliseconds of work that are worth the messages by which they come to another thread. */
const muchWork = 1
/** Milliseconds without a word after which a thread is taken to be held up: longer than it takes to report. */
export const longSilence = 4

/** The threads of a pool, by their places. */
export type Lanes = ReadonlyMap<number, Lane>

/** The thread with the least in hand, of those with room; of equals one without a stage. */
export function laneFor(work: Work, lanes: Lanes, max: number): Lane | undefined {
  if (work.pin !== undefined) {
    const lane = lanes.get(work.pin % max)
    return lane?.hasRoomFor(work) ? lane : undefined
  }
  let best: Lane | undefined
  for (const lane of lanes.values())
    if ((!best || lane.hasLessThan(best)) && lane.hasRoomFor(work)) best = lane
  return best
}

/**
 * A thread that others keep filling would never be free for an item that has to run by itself: one is kept for it.
 * @returns that thread, if the item may run there now.
 */
export function keptLaneFor(work: Work, lanes: Lanes, max: number): Lane | undefined {
  if (!work.alone) return undefined
  const all = [...lanes.values()]
  if (all.some((lane) => lane.isKeptFor(work))) return undefined
  const threads = work.pin === undefined ? all : all.filter(({ place }) => place === work.pin! % max)
  // One that is kept for other work has that first: if they took it from each other, neither would ever run.
  const free = threads.filter((lane) => lane.state === 'ready' && !lane.isKept)
  const active = free.filter((lane) => !lane.isPaused)
  // Where only items that wait for room hold all threads that there can be, it runs beside them.
  const fitting = active.length > 0 || free.length < (work.pin === undefined ? max : 1) ? active : free
  if (fitting.length === 0) return undefined
  const kept = fitting.reduce((least, lane) => (lane.inFlight < least.inFlight ? lane : least))
  kept.keepFor(work)
  return kept.hasRoomFor(work) ? kept : undefined
}

/**
 * Where a thread has nothing to do while another has much before it, or is held up by a long item: the one whose items
 * that it hasn't begun are to be taken back. Else it is left alone: by the time that its items were elsewhere, it would
 * have run them. `'later'` where that may become so by mere waiting.
 */
export function overloadedLane(lanes: Lanes): Lane | 'later' | undefined {
  if (lanes.size < 2) return undefined
  const all = [...lanes.values()]
  if (!all.some((lane) => lane.state === 'ready' && lane.isIdle)) return undefined
  const busiest = all.reduce((most, lane) => (lane.unclaimed > most.unclaimed ? lane : most))
  if (busiest.unclaimed === 0) return undefined
  const isHeldUp = busiest.unclaimed >= muchWork || busiest.silence >= longSilence
  return busiest.isRunning && isHeldUp ? busiest : 'later'
}

/**
 * What stands for the room that it asks for: the same as for others, of whom none finds any where one doesn't. Undefined
 * for work that has to be asked by itself. Whatever else could tell whether a thread has room is of the thread.
 */
export function roomOf({ pin, alone, again, batchSize }: Work): BatchSize | undefined {
  return pin === undefined && !alone && !again ? batchSize : undefined
}
