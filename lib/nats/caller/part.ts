/**
 * A batch as its caller sees it: some items of a dispatch that went together in one message.
 * @module
 */
import type { Slice } from '../../flow/chunkQueue.js'
import { dispatchOf, pausedItems } from '../../flow/dispatch.js'
import type { Dispatch, Work } from '../../flow/work.js'
import type { Peer } from '../peer.js'

/** A process that has batches. */
export interface Owner {
  readonly threadId: string
  readonly peer: Peer
  /** Batches that it has. */
  readonly parts: Map<number, Part>
  /** Channels of which it was given something. */
  readonly channels: Set<number>
}

export interface Part {
  readonly id: number
  readonly work: Work
  readonly channel: number
  readonly dispatch: Dispatch
  /** Lost processes that had its items, and may have been lost because of one. */
  readonly deaths: number
  readonly careful: boolean
  /** The one process that may run it. */
  readonly pinned: Owner | undefined
  /** The process that has it. */
  owner: Owner | undefined
  /** Where it stands in the stream. */
  seq: number | undefined
  /** Items without an outcome. */
  left: number
  /** Milliseconds of work since the last of its items ended. */
  busy: number
  /** The item that a careful batch is at. */
  at: number | undefined
  /** How often in a row the server didn't know it, though nobody has it. */
  misses: number
  /** Nothing is expected of it any more. */
  over: boolean
  /** Kept by those who count them: see parts.ts. */
  paused: boolean
}

/** Whether all that is left of it waits for room downstream. */
export function isPaused({ dispatch, left }: Part): boolean {
  return dispatch.open !== undefined && pausedItems(dispatch) >= left
}

/** Some neighbouring items of a dispatch as one of their own, with what is known of them. */
export function subDispatch(dispatch: Dispatch, first: number, count: number): Dispatch {
  const { slice } = dispatch
  const sub = dispatchOf({ ...slice, first: slice.first + first, count } satisfies Slice<unknown>)
  const within = (items: Set<number> | undefined) => {
    const found = [...(items ?? [])].map((item) => item - first).filter((item) => item >= 0 && item < count)
    return found.length > 0 ? new Set(found) : undefined
  }
  sub.ended = within(dispatch.ended)
  sub.emitted = within(dispatch.emitted)
  return sub
}

/** The items without an outcome, in runs; what has emitted values or is `single` by itself. */
export function unendedParts(dispatch: Dispatch, single?: number): Dispatch[] {
  const { slice, ended, emitted } = dispatch
  const runs: Dispatch[] = []
  let first = 0
  const close = (end: number) => {
    if (end > first) runs.push(subDispatch(dispatch, first, end - first))
    first = end
  }
  for (let item = 0; item < slice.count; item++) {
    const isSingle = item === single || emitted?.has(item)
    if (!ended?.has(item) && !isSingle) continue
    close(item)
    if (ended?.has(item)) first = item + 1
    else close(item + 1)
  }
  close(slice.count)
  return runs
}
