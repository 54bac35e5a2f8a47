/**
 * Which items of a {@link Dispatch} have had their outcome, and what is left of it.
 * @module
 */
import { itemWindow } from '../wire/messages.js'
import type { Slice } from './chunkQueue.js'
import type { Dispatch } from './work.js'

/** An emitting item is given room again when so many of its values have been taken. */
const grantAt = 512

export function dispatchOf(slice: Slice<unknown>): Dispatch {
  return { slice, grant: undefined, open: undefined, ended: undefined, emitted: undefined }
}

/** The number in the stream of its first item. */
export function startOf({ slice }: Dispatch): number {
  return slice.chunk.start + slice.first
}

/** Kept only for batches that don't end with one message, as most do. */
export function markEnded(dispatch: Dispatch, first: number, count: number): void {
  dispatch.ended ??= new Set()
  for (let i = 0; i < count; i++) {
    dispatch.ended.add(first + i)
    dispatch.open?.delete(first + i)
  }
}

export function markEmitted(dispatch: Dispatch, item: number): void {
  dispatch.emitted ??= new Set()
  dispatch.emitted.add(item)
}

/** Items without an outcome. */
export function unendedItems({ slice, ended }: Dispatch): number[] {
  return Array.from({ length: slice.count }, (_, item) => item).filter((item) => !ended?.has(item))
}

/** Items without an outcome in runs, from the last on; each that is `single` by itself. */
export function* unendedSlices<T>(
  { slice, ended }: Dispatch,
  single: ReadonlySet<number>,
): Generator<Slice<T>> {
  const chunk = slice.chunk as Slice<T>['chunk']
  for (let item = slice.count - 1; item >= 0; item--) {
    if (ended?.has(item)) continue
    let count = 1
    while (!single.has(item) && item > 0 && !ended?.has(item - 1) && !single.has(item - 1)) {
      item--
      count++
    }
    yield { chunk, first: slice.first + item, count, alone: single.has(item) }
  }
}

/** An item has emitted `count` values and goes on. Returns what is to be told how many were taken downstream. */
export function emitting(dispatch: Dispatch, item: number, count: number): (taken: number) => void {
  dispatch.open ??= new Map()
  let state = dispatch.open.get(item)
  if (!state) dispatch.open.set(item, (state = { room: itemWindow, taken: 0 }))
  const known = state
  known.room -= count
  return (taken) => {
    known.taken += taken
    if (known.taken < grantAt) return
    dispatch.grant?.(item, known.taken)
    known.room += known.taken
    known.taken = 0
  }
}

/** How many items do nothing until there is room for their values. */
export function pausedItems({ open }: Dispatch): number {
  let paused = 0
  if (open) for (const { room } of open.values()) if (room <= 0) paused++
  return paused
}
