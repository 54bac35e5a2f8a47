/**
 * The batches that a thread has in hand, and how far it is with them: by the messages that it sends, and by the memory
 * that it shares, where it does.
 * @module
 */
import { pausedItems, unendedItems } from '../flow/dispatch.js'
import type { Dispatch, Loss, Work } from '../flow/work.js'
import { batchesUnderWay, claimCell, currentBatch } from '../wire/sharedCells.js'
import { BatchTable } from './batchTable.js'
import type { Diagnostics } from './diagnostics.js'

export interface Batch {
  readonly work: Work
  readonly channel: number
  readonly dispatch: Dispatch
  /** How many items were sent. */
  readonly items: number
  /** Items without an outcome. */
  left: number
  /** Milliseconds of work since the last item of it ended. */
  busy: number
  /** Items that have had their results. */
  completed: number
  /** Items that have failed. */
  failed: number
  /** Nothing else may run beside it. */
  readonly alone: boolean
  /** Its work was given up; the thread hasn't said yet that it has stopped. */
  cancelled: boolean
}

/** Milliseconds that an item is taken to need before any has been measured. */
const unknownTime = 0.001

export class Batches {
  /** Items without an outcome. */
  inFlight = 0
  private next = 1
  private readonly table = new BatchTable<Batch>()
  /** Batches that nothing else may run beside. */
  private solitary = 0

  constructor(
    private readonly concurrency: number,
    /** Memory that is shared with the thread, where there is any. */
    private readonly cells: Int32Array | undefined,
    private readonly threadId: string,
    private readonly diagnostics: Diagnostics | undefined,
  ) {}

  get size(): number {
    return this.table.size
  }

  /** Whether what runs here must be by itself. */
  get isSolitary(): boolean {
    return this.solitary > 0
  }

  /** Whether the thread hasn't come far enough for one more batch to have a cell. */
  get isFull(): boolean {
    return this.cells !== undefined && this.next - currentBatch(this.cells) >= batchesUnderWay
  }

  /**
   * Whether something runs in the thread, as far as that can be told. Else it is still receiving its items: that may
   * take longer than to run them, and would begin anew elsewhere.
   */
  get isRunning(): boolean {
    const { cells } = this
    if (!cells) return true
    for (const id of this.table.keys()) if (Atomics.load(cells, claimCell(id)) > 0) return true
    return false
  }

  /** Items that do nothing until there is room for their values. */
  get paused(): number {
    let paused = 0
    for (const [, { dispatch }] of this.table) paused += pausedItems(dispatch)
    return paused
  }

  /** Milliseconds that the items will take, by what was learnt, that could be taken back: that it hasn't begun. */
  get unclaimed(): number {
    let sum = 0
    for (const [id, batch] of this.table)
      sum += this.unclaimedOf(id, batch) * (batch.work.batchSize.perItem ?? unknownTime)
    return sum
  }

  /** Takes in what is about to be sent. Returns its number. */
  add(work: Work, channel: number, dispatch: Dispatch): number {
    const { count, alone = false } = dispatch.slice
    const id = this.next++
    if (this.cells) Atomics.store(this.cells, claimCell(id), 0)
    const batch = {
      work,
      channel,
      dispatch,
      items: count,
      left: count,
      completed: 0,
      failed: 0,
      busy: 0,
      alone,
      cancelled: false,
    }
    this.table.set(id, batch)
    this.inFlight += count
    if (alone) this.solitary++
    if (this.diagnostics?.hearsBatches) this.diagnostics.batchStarted(this.threadId, id, batch)
    return id
  }

  /** The last one could not be sent: it will never be begun, and must not count as under way. */
  withdraw(id: number): void {
    const batch = this.table.get(id)!
    this.ended(id, batch, batch.left)
    this.next = id
  }

  get(id: number): Batch | undefined {
    return this.table.get(id)
  }

  /** So many of its items have ended. */
  ended(id: number, batch: Batch, count: number): void {
    batch.left -= count
    this.inFlight -= count
    if (batch.left <= 0) this.forget(id, batch)
  }

  /** Takes back all items that the thread hasn't begun, so that others can run them. */
  takeBack(): void {
    const { cells } = this
    if (!cells) return
    // From the last on, each in front of those behind it.
    for (const [id, batch] of [...this.table].reverse()) {
      if (this.unclaimedOf(id, batch) === 0) continue
      const { count } = batch.dispatch.slice
      const begun = Atomics.add(cells, claimCell(id), count)
      if (begun >= count) continue
      this.ended(id, batch, count - begun)
      batch.work.returned(batch.dispatch, begun)
    }
  }

  /** Nothing more of a channel is wanted. Returns whether there was anything of it. */
  cancel(channel: number): boolean {
    const { cells } = this
    let running = false
    for (const [id, batch] of this.table) {
      if (batch.channel !== channel) continue
      running = batch.cancelled = true
      // What it hasn't begun of them it never will, even if it reads no message meanwhile.
      if (cells) Atomics.add(cells, claimCell(id), batch.dispatch.slice.count)
    }
    return running
  }

  /** The thread has stopped what was cancelled of a channel. */
  cancelled(channel: number): void {
    for (const [id, batch] of this.table)
      if (batch.channel === channel && batch.cancelled) this.ended(id, batch, batch.left)
  }

  /** The batch that is being run, if there is one, and the items of it that have been begun, where that is known. */
  get current(): { id: number; batch: Batch; begun: number | undefined } | undefined {
    const { cells } = this
    const id = cells ? currentBatch(cells) : this.table.keys().next().value
    const batch = id === undefined ? undefined : this.table.get(id)
    return batch && { id: id!, batch, begun: cells && Atomics.load(cells, claimCell(id!)) }
  }

  clear(): void {
    for (const [id, batch] of this.table) this.tellEnd(id, batch)
    this.table.clear()
    this.inFlight = this.solitary = 0
  }

  /** All that was in hand, with those items of each that may have been at work when the thread died. */
  atDeath(
    why: Loss['ended'],
    received: number | undefined,
  ): (Batch & { readonly running: readonly number[] })[] {
    return [...this.table].map(([id, batch]) => ({
      ...batch,
      running: received !== undefined && id > received ? [] : this.runningIn(id, batch, why),
    }))
  }

  private forget(id: number, batch: Batch): void {
    this.table.delete(id)
    if (batch.alone) this.solitary--
    this.tellEnd(id, batch)
  }

  private tellEnd(id: number, batch: Batch): void {
    if (this.diagnostics?.hearsBatches) this.diagnostics.batchEnded(this.threadId, id, batch)
  }

  private unclaimedOf(id: number, { cancelled, work, dispatch }: Batch): number {
    const { cells } = this
    // What was moved there can't be given to another.
    if (!cells || cancelled || work.transfer || work.pin !== undefined) return 0
    return dispatch.slice.count - begunOf(cells, id, dispatch.slice.count)
  }

  private runningIn(id: number, { dispatch }: Batch, why: Loss['ended']): readonly number[] {
    const { cells } = this
    // Others than the one that the thread was ended for are not to blame.
    if (why === 'straggler') return []
    const { count } = dispatch.slice
    const begun = cells ? begunOf(cells, id, count) : this.mayHaveBegun(id) ? count : 0
    // What was never read was never begun.
    if (why === 'unreadableItem') return (cells ? begun > 0 : dispatch.emitted) ? [] : unendedItems(dispatch)
    const left = unendedItems(dispatch).filter((item) => item < begun)
    if (why === 'unreadableResult') return left
    // One at a time: all before the last that was begun had ended, whether that was heard of or not; but not what only
    // waits for its values to be taken, and may have gone on.
    if (this.concurrency > 1 || id !== (cells && currentBatch(cells))) return left
    return left.filter((item) => item === begun - 1 || dispatch.emitted?.has(item))
  }

  /** Where nothing else tells: batches are begun in the order in which they were sent. */
  private mayHaveBegun(id: number): boolean {
    if (this.concurrency > 1) return true
    for (const [each, { cancelled, dispatch }] of this.table) {
      if (each === id) return true
      // What has emitted values may have waited for room, while the next was run.
      if (!cancelled && !dispatch.emitted) break
    }
    return false
  }
}

/** How many items of a batch of `count` the thread has begun. */
function begunOf(cells: Int32Array, batch: number, count: number): number {
  // Batches are begun in their order; the cell of one that is through may be another's by now.
  return batch < currentBatch(cells) ? count : Math.min(Atomics.load(cells, claimCell(batch)), count)
}
