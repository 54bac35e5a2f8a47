/**
 * Which items of a {@link Dispatch} have had their outcome, and what is left of it.
 * @module
 */
import type { Slice } from './chunkQueue.js'
import type { Dispatch } from './work.js'

/** An emitting item is given room again when so many of its values have been taken. */
const grantAt = 512

export function dispatchOf(slice: Slice<unknown>): Dispatch {
  return { slice, grant: undefined, taken: undefined, ended: undefined, emitted: undefined }
}

/** The number in the stream of its first item. */
export function startOf({ slice }: Dispatch): number {
  return slice.chunk.start + slice.first
}

/** Kept only for batches that don't end with one message, as most do. */
export function markEnded(dispatch: Dispatch, first: number, count: number): void {
  dispatch.ended ??= new Set()
  for (let i = 0; i < count; i++) dispatch.ended.add(first + i)
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

/** What is to be told how many values of an item that emits many were taken downstream. */
export function granting(dispatch: Dispatch, item: number): (count: number) => void {
  dispatch.taken ??= new Map()
  const { taken } = dispatch
  if (!taken.has(item)) taken.set(item, 0)
  return (count) => {
    const total = (taken.get(item) ?? 0) + count
    taken.set(item, total >= grantAt ? 0 : total)
    if (total >= grantAt) dispatch.grant?.(item, total)
  }
}
