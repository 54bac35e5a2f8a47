/**
 * The ledger of `parallelMap`, `fromTask` and `Pool.run`: every item that comes in ends exactly once, as its results,
 * as an error, or cancelled.
 * @module
 */
import { OverflowError, WorkerCrashError } from '../errors.js'
import type { Manifest } from '../wire/messages.js'
import { itemState } from '../wire/messages.js'
import type { BatchSize } from './batchSize.js'
import { byteSize } from './byteSize.js'
import type { Chunk, Slice } from './chunkQueue.js'
import { ChunkQueue, valuesOf } from './chunkQueue.js'
import type { Demand } from './demand.js'
import { DemandSignal, waitsForOthers } from './demand.js'
import type { Receiver } from './outlet.js'
import { Outlet } from './outlet.js'
import type { Sequencer } from './reorder.js'
import { Arrival, Reorder } from './reorder.js'
import type { Attachment, Dispatch, Loss, Outcomes, Work, WorkStep } from './work.js'

/** What to do when more items wait than may. */
export type Overflow = 'error' | 'dropOldest' | 'dropNewest'

/** Receives what a failed item is replaced by. */
export interface Replacement {
  next(value: unknown): void
  error(error: unknown): void
  complete(): void
}

export interface ItemFlowOptions {
  readonly steps: readonly WorkStep[]
  readonly pin: number | undefined
  readonly batchSize: BatchSize
  readonly ordered: boolean
  /** Items in flight at most. */
  readonly concurrency: number
  /** Items, and bytes of them, that may wait, and what to do with more. */
  readonly bufferSize: number
  readonly bufferBytes: number
  readonly overflow: Overflow
  /** How an error names an item. */
  readonly place: (item: number) => string
  readonly transfer: ((value: never) => readonly Transferable[]) | undefined
  /** Replaces a failed item; undefined fails the stream. Returns how to stop it. */
  readonly replace: ((error: unknown, value: unknown, by: Replacement) => () => void) | undefined
  /** The demand of whoever is downstream. */
  readonly below: Demand | undefined
  /** Items that may always be with it, even where the pool can't use so many. */
  readonly leastRoom?: number
  /** Told of each change that may bring room. */
  readonly changed?: () => void
}

/** After so many deaths of a thread in which it may have had a part, an item is taken to be their cause. */
const deathsAllowed = 2
/** Items of one chunk at most, where the batches are smaller. */
const largestChunk = 2048
/** An emitting item is given room again when so many of its values have been taken. */
const grantAt = 512

export class ItemFlow<T, R> implements Work {
  /** Says to the source whether there is room for another item. */
  readonly demand = new DemandSignal(
    // What is held for lack of room downstream is to go first: reading on would only be reading ahead.
    () => this.outlet.held === 0 && this.load < this.room,
    undefined,
    () => this.room - this.load,
  )
  private readonly queue = new ChunkQueue<T>()
  private outlet: Outlet<R>
  private sequence: Sequencer<R>
  private stopReplacing: Set<() => void> | undefined
  private attachment: Attachment | undefined
  /** Items that threads have, or that are being replaced. */
  private inFlight = 0
  /** Of the items that wait, where they are bounded. */
  private waitingBytes = 0
  private deaths: Map<number, number> | undefined
  /** The first item that has failed for good. */
  private failedAt = Number.POSITIVE_INFINITY
  private sourceEnded = false
  private over = false
  private readyQueued = false
  private sinceReady = 0
  private readonly bounded: boolean

  constructor(
    receiver: Receiver<R>,
    private options: ItemFlowOptions,
  ) {
    this.bounded =
      options.bufferSize !== Number.POSITIVE_INFINITY || options.bufferBytes !== Number.POSITIVE_INFINITY
    this.outlet = this.outletTo(receiver)
    this.sequence = this.sequenceTo(this.outlet)
  }

  /** Told what the threads expose, before the first items are taken: the last chance to {@link divert}. */
  settle: ((manifest: Manifest) => void) | undefined

  /** Runs these steps instead, and hands their results to `receiver`. */
  divert(
    receiver: Receiver<R>,
    changes: Pick<ItemFlowOptions, 'steps' | 'batchSize' | 'ordered' | 'below'>,
  ): void {
    this.outlet.close()
    this.options = { ...this.options, ...changes }
    this.outlet = this.outletTo(receiver)
    this.sequence = this.sequenceTo(this.outlet)
  }

  private outletTo(receiver: Receiver<R>): Outlet<R> {
    return new Outlet(receiver, this.options.below, () => this.progressed())
  }

  private sequenceTo(outlet: Outlet<R>): Sequencer<R> {
    return this.options.ordered ? new Reorder(outlet) : new Arrival(outlet)
  }

  get steps(): readonly WorkStep[] {
    return this.options.steps
  }
  get pin(): number | undefined {
    return this.options.pin
  }
  get transfer(): ItemFlowOptions['transfer'] {
    return this.options.transfer
  }
  get batchSize(): BatchSize {
    return this.options.batchSize
  }
  get queued(): number {
    return this.queue.size
  }

  place(item: number): string {
    return this.options.place(item)
  }

  /** Items and values that are with us now, in whatever state. */
  get load(): number {
    return this.queue.size + this.inFlight + this.outlet.held + this.sequence.held
  }

  /** Whether it takes nothing in any more. */
  get closed(): boolean {
    return this.over
  }

  /** Whether it is held up only because another stream's value has to come first downstream. */
  get waitsForOthers(): boolean {
    return waitsForOthers(this.options.below)
  }

  /** Has a pool run it. Separate from making it, since a pool may ask for work at once. */
  attach(attachment: Attachment): void {
    this.attachment = attachment
  }

  /** Takes an item in. */
  push(value: T): void {
    if (this.over) return
    this.demand.received++
    if (this.bounded && !this.makeRoomFor(value)) return
    const { queue } = this
    const { current } = this.options.batchSize
    // Behind a long row there is time: larger chunks, of which as much is cut off as is wanted then.
    queue.push(value, Math.max(current, Math.min(queue.size >> 1, largestChunk)))
    if (++this.sinceReady >= current) this.batchFull()
    else if (!this.readyQueued) this.readySoon()
  }

  /** No more items come: completes when the last of them has ended. */
  end(): void {
    this.sourceEnded = true
    if (this.queue.size > 0) this.attachment?.ready()
    this.completeIfDone()
  }

  /** Fails at once: what is in flight is told to stop. */
  abort(error: unknown): void {
    if (this.over) return
    this.stop()
    this.outlet.abort(error)
  }

  /** Nobody wants the results any more. */
  cancel(): void {
    this.stop()
    this.outlet.close()
  }

  take(): Dispatch | undefined {
    if (this.over) return undefined
    let slice = this.takeWaiting(this.sliceSize)
    // With order kept, nothing after the item that ends the stream can be emitted: it need not run.
    while (slice && slice.chunk.start + slice.first > this.failedAt) slice = this.takeWaiting(this.sliceSize)
    if (!slice) return undefined
    this.inFlight += slice.count
    return { slice, grant: undefined, taken: undefined, ended: undefined }
  }

  results(dispatch: Dispatch, outcomes: Outcomes): void {
    if (this.over) return
    if (outcomes.layout) this.mixedResults(dispatch, outcomes, outcomes.layout)
    else {
      const { slice } = dispatch
      const ended = outcomes.values.length
      this.inFlight -= ended
      if (ended < slice.count) this.markEnded(dispatch, outcomes.first, ended)
      this.sequence.run(slice.chunk.start + slice.first + outcomes.first, outcomes.values as ArrayLike<R>)
    }
    this.progressed()
  }

  refused(dispatch: Dispatch, failures: ReadonlyMap<number, unknown>): number {
    if (this.over) return 0
    for (const [item, error] of failures) this.failItem(dispatch, item, error)
    if (!this.over) this.putBack(dispatch, [])
    this.progressed()
    return failures.size
  }

  /** Towards the end ever smaller, so that all threads come to it together (guided self-scheduling). */
  private get sliceSize(): number {
    const most = Math.min(this.batchSize.current, this.options.concurrency - this.inFlight)
    if (!this.sourceEnded) return most
    const { threads = 1 } = this.attachment ?? {}
    return Math.min(most, Math.ceil(this.queue.size / (2 * threads)))
  }

  returned(dispatch: Dispatch, begun: number): void {
    if (this.over) return
    const { chunk, first, count } = dispatch.slice
    dispatch.slice = { chunk, first, count: begun }
    this.inFlight -= count - begun
    this.putBackSlice({ chunk: chunk as Chunk<T>, first: first + begun, count: count - begun })
    this.attachment?.ready()
  }

  lost(dispatch: Dispatch, loss: Loss): number {
    if (this.over) return 0
    const failed = this.culprits(dispatch, loss)
    for (const item of failed) this.failItem(dispatch, item, this.crashOf(dispatch, item, loss))
    if (!this.over) this.putBack(dispatch, loss.running ?? [])
    this.progressed()
    return failed.length
  }

  roomier(): void {
    this.progressed()
  }

  aborted(error: unknown): void {
    this.abort(error)
  }

  private batchFull(): void {
    this.sinceReady = 0
    if (this.queue.size <= this.room) this.attachment?.ready()
    else if (!this.readyQueued) this.readySoon()
  }

  private readySoon(): void {
    // One message for all that comes in this turn, instead of one each; a microtask keeps no thread waiting.
    this.readyQueued = true
    queueMicrotask(() => {
      this.readyQueued = false
      if (this.queue.size > 0) this.attachment?.ready()
    })
  }

  /** As many items as threads and the row in front of them can use. */
  private get room(): number {
    const { concurrency } = this.options
    const capacity = Math.max(this.attachment?.capacity ?? 1, this.options.leastRoom ?? 1)
    return concurrency < capacity ? concurrency : capacity
  }

  /** Whether the item may wait. */
  private makeRoomFor(value: T): boolean {
    const { overflow, bufferSize, bufferBytes } = this.options
    const bytes = bufferBytes === Number.POSITIVE_INFINITY ? 0 : byteSize(value)
    while (
      this.queue.size > 0 &&
      (this.queue.size >= bufferSize || this.waitingBytes + bytes > bufferBytes)
    ) {
      if (overflow === 'dropNewest') return false
      if (overflow === 'error') {
        this.abort(overflowError(bufferSize, bufferBytes))
        return false
      }
      const dropped = this.takeWaiting(1)
      // Its place in the order is passed over.
      if (dropped) this.sequence.complete(dropped.chunk.start + dropped.first)
    }
    this.waitingBytes += bytes
    return true
  }

  private takeWaiting(size: number): Slice<T> | undefined {
    const slice = this.queue.take(size)
    if (slice && this.options.bufferBytes !== Number.POSITIVE_INFINITY)
      for (const value of valuesOf(slice)) this.waitingBytes -= byteSize(value)
    return slice
  }

  private mixedResults(dispatch: Dispatch, { values, errors }: Outcomes, layout: number[]): void {
    const start = dispatch.slice.chunk.start + dispatch.slice.first
    let at = 0
    let failure = 0
    for (let t = 0; t < layout.length && !this.over; t += 3) {
      const item = layout[t]!
      const count = layout[t + 1]!
      const state = layout[t + 2]!
      const emitted = values.slice(at, (at += count)) as ArrayLike<R>
      if (count > 0)
        this.sequence.part(
          start + item,
          emitted,
          state === itemState.open ? this.granting(dispatch, item) : undefined,
        )
      if (state === itemState.complete) this.endItem(dispatch, item)
      else if (state === itemState.failed) this.failItem(dispatch, item, errors[failure++])
    }
  }

  private granting(dispatch: Dispatch, item: number): (count: number) => void {
    dispatch.taken ??= new Map()
    const { taken } = dispatch
    return (count) => {
      const total = (taken.get(item) ?? 0) + count
      taken.set(item, total >= grantAt ? 0 : total)
      if (total >= grantAt) dispatch.grant?.(item, total)
    }
  }

  private endItem(dispatch: Dispatch, item: number): void {
    this.inFlight--
    this.markEnded(dispatch, item, 1)
    this.sequence.complete(dispatch.slice.chunk.start + dispatch.slice.first + item)
  }

  private failItem(dispatch: Dispatch, item: number, error: unknown): void {
    const { slice } = dispatch
    const position = slice.chunk.start + slice.first + item
    this.markEnded(dispatch, item, 1)
    const { replace } = this.options
    if (replace) return this.replaceItem(position, error, slice.chunk.values[slice.first + item], replace)
    this.inFlight--
    this.endStream(position, error)
  }

  private endStream(position: number, error: unknown): void {
    this.failedAt = Math.min(this.failedAt, position)
    this.sequence.fail(position, error)
  }

  private replaceItem(
    position: number,
    error: unknown,
    value: unknown,
    replace: NonNullable<ItemFlowOptions['replace']>,
  ): void {
    let ended = false
    let stop: (() => void) | undefined
    const end = (how: () => void) => {
      ended = true
      if (stop) this.stopReplacing?.delete(stop)
      if (this.over) return
      this.inFlight--
      how()
      this.progressed()
    }
    stop = replace(error, value, {
      next: (replacement) => {
        if (!this.over) this.sequence.part(position, [replacement as R])
      },
      error: (thrown) => end(() => this.endStream(position, thrown)),
      complete: () => end(() => this.sequence.complete(position)),
    })
    this.stopReplacing ??= new Set()
    if (this.over) stop()
    else if (!ended) this.stopReplacing.add(stop)
  }

  private culprits(dispatch: Dispatch, { running }: Loss): number[] {
    const { ended } = dispatch
    const left = Array.from({ length: dispatch.slice.count }, (_, i) => i).filter((i) => !ended?.has(i))
    // What was moved to the thread is gone with it.
    if (this.options.transfer) return left
    const suspects = (running ?? left).filter((item) => !ended?.has(item))
    if (suspects.length <= 1) return suspects
    this.deaths ??= new Map()
    const { deaths } = this
    const start = dispatch.slice.chunk.start + dispatch.slice.first
    for (const item of suspects) deaths.set(start + item, (deaths.get(start + item) ?? 0) + 1)
    return suspects.filter((item) => deaths.get(start + item)! > deathsAllowed)
  }

  private crashOf(dispatch: Dispatch, item: number, loss: Loss): WorkerCrashError {
    const { threadId, exitCode, cause, running } = loss
    const { chunk, first } = dispatch.slice
    const code = exitCode === undefined ? '' : ` (exit code ${exitCode})`
    const name = this.place(chunk.start + first + item)
    const when =
      running && !running.includes(item)
        ? `before it ran ${name}, which can't run again: parts of it had been transferred`
        : `while it ran ${name}`
    return new WorkerCrashError(`thread ${threadId} died${code} ${when}`, {
      cause,
      threadId,
      ...(exitCode === undefined ? {} : { exitCode }),
      value: chunk.values[first + item],
    })
  }

  /** Items that have no outcome run again, those that may be to blame one by one. */
  private putBack(dispatch: Dispatch, suspects: readonly number[]): void {
    const { slice } = dispatch
    const { ended } = dispatch
    const single = new Set(suspects)
    for (let item = slice.count - 1; item >= 0; item--) {
      if (ended?.has(item)) continue
      let count = 1
      while (!single.has(item) && item > 0 && !ended?.has(item - 1) && !single.has(item - 1)) {
        item--
        count++
      }
      this.inFlight -= count
      this.putBackSlice({
        chunk: slice.chunk as Chunk<T>,
        first: slice.first + item,
        count,
        alone: single.has(item),
      })
    }
    if (this.queue.size > 0) this.attachment?.ready()
  }

  private putBackSlice(slice: Slice<T>): void {
    this.queue.putBack(slice)
    if (this.options.bufferBytes !== Number.POSITIVE_INFINITY)
      for (const value of valuesOf(slice)) this.waitingBytes += byteSize(value)
  }

  /** Kept only for batches that don't end with one message, as most do. */
  private markEnded(dispatch: Dispatch, first: number, count: number): void {
    dispatch.ended ??= new Set()
    for (let i = 0; i < count; i++) dispatch.ended.add(first + i)
  }

  private progressed(): void {
    if (this.over) return
    this.completeIfDone()
    this.demand.update()
    this.options.changed?.()
    // A limit on items in flight may have held some back.
    if (this.queue.size > 0) this.attachment?.ready()
  }

  private completeIfDone(): void {
    if (!this.sourceEnded || this.over || this.queue.size > 0 || this.inFlight > 0) return
    if (this.sequence.held > 0) return
    this.over = true
    this.attachment?.detach()
    this.outlet.complete()
  }

  private stop(): void {
    this.over = true
    this.queue.clear()
    for (const stop of this.stopReplacing ?? []) stop()
    this.attachment?.detach()
  }
}

function overflowError(size: number, bytes: number): OverflowError {
  const most = [size, bytes].flatMap((bound, i) =>
    Number.isFinite(bound) ? [`${bound} ${i === 0 ? 'items' : 'bytes'}`] : [],
  )
  return new OverflowError(
    `more than ${most.join(' or ')} wait for a thread; raise buffer.${Number.isFinite(size) ? 'size' : 'bytes'}, ` +
      'drop some (buffer.overflow), or read the source with pull()',
  )
}
