/**
 * Memory that a thread shares with the main side, for what must not wait for a message: which items of a batch have
 * been begun, and which channels are cancelled.
 *
 * A thread claims an item by adding one to its batch's cell. Whoever adds the batch's size takes all that is left, in
 * one step that can't be split: so the main side can take back what a busy thread hasn't begun, and knows at a
 * thread's death what was at work in it.
 * @module
 */

/** The cell with the number of the batch that is being run. */
const batchCell = 0
/** The cell that tells whether an item whose time is limited keeps the thread from all else. */
const busyCell = 1
const firstClaim = 2
const claims = 1024
const firstCancelled = firstClaim + claims
const cancelled = 256

/** So many batches may be under way before the cell of the first is used again. */
export const batchesUnderWay = claims - 1

const size = firstCancelled + cancelled

/** Cells to share with a thread, where memory can be shared: not in a page that isn't cross-origin isolated. */
export function sharedCells(): Int32Array | undefined {
  if (typeof SharedArrayBuffer !== 'function') return undefined
  return new Int32Array(new SharedArrayBuffer(size * Int32Array.BYTES_PER_ELEMENT))
}

/** Cells for this thread's own use. */
export function localCells(): Int32Array {
  return new Int32Array(size)
}

/** The cell from which items of a batch are claimed. */
export function claimCell(batch: number): number {
  return firstClaim + (batch % claims)
}

/** The cell in which a channel's cancellation is told: it holds the channel's number then. */
export function cancelCell(channel: number): number {
  return firstCancelled + (channel % cancelled)
}

/** The batch that is being run, or was last. */
export function currentBatch(cells: Int32Array): number {
  return Atomics.load(cells, batchCell)
}

/** Says which batch is being run. */
export function beginBatch(cells: Int32Array, batch: number): void {
  Atomics.store(cells, batchCell, batch)
}

/** Says whether an item is being called: it can't be reached before it returns. */
export function setBusy(cells: Int32Array, busy: boolean): void {
  Atomics.store(cells, busyCell, busy ? 1 : 0)
}

export function isBusy(cells: Int32Array): boolean {
  return Atomics.load(cells, busyCell) === 1
}
