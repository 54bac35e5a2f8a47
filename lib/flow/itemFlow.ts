/**
 * The ledger of `parallelMap`, `fromTask` and `Pool.run`: every item that comes in ends exactly once, as its results,
 * as an error, or cancelled.
 * @module
 */
import { itemState } from '../wire/messages.js'
import { isDetached } from '../wire/uncloneable.js'
import type { Bounds } from './backlog.js'
import { Backlog } from './backlog.js'
import type { BatchSize } from './batchSize.js'
import type { Slice } from './chunkQueue.js'
import { Crashes } from './crashes.js'
import type { Demand } from './demand.js'
import { DemandSignal, waitsForOthers } from './demand.js'
import { dispatchOf, emitting, markEmitted, markEnded, startOf, unendedSlices } from './dispatch.js'
import { lossError, notRetriedError, timeoutError, unreadableError } from './itemErrors.js'
import type { OutcomeReader } from './outcomes.js'
import { endedIn, readOutcomes } from './outcomes.js'
import type { Receiver } from './outlet.js'
import { Outlet } from './outlet.js'
import type { Sequencer } from './reorder.js'
import { Arrival, Reorder } from './reorder.js'
import type { Replace } from './replacements.js'
import { Replacements } from './replacements.js'
import type { RetryPolicy } from './retries.js'
import { Retries } from './retries.js'
import { Window } from './window.js'
import type { Attachable, Dispatch, Loss, Outcomes, Work, WorkStep } from './work.js'

export interface ItemFlowOptions extends Bounds {
  readonly steps: readonly WorkStep[]
  readonly pin: number | undefined
  readonly batchSize: BatchSize
  readonly ordered: boolean
  /** Items in flight at most. */
  readonly concurrency: number
  /** How an error names an item. */
  readonly place: (item: number) => string
  readonly transfer: ((value: never) => readonly Transferable[]) | undefined
  /** Milliseconds that an item may take, each time that it runs. */
  readonly timeout?: number | undefined
  /** Whether a Promise is made of it, which has to settle whatever happens. */
  readonly promised?: boolean
  /** Runs a failed item again; undefined: never. */
  readonly retry?: RetryPolicy | undefined
  /** Replaces a failed item; undefined fails the stream. */
  readonly replace: Replace | undefined
  /** The demand of whoever is downstream. */
  readonly below: Demand | undefined
  /** Items that may always be with it, even where the pool can't use so many. */
  readonly leastRoom?: number
  /** Told of each change that may bring room. */
  readonly changed?: () => void
}

/** Items of one chunk at most, where the batches are smaller. */
const largestChunk = 2048

export class ItemFlow<T, R> implements Work {
  /** Says to the source whether there is room for another item. */
  readonly demand = new DemandSignal(
    // What is held for lack of room downstream is to go first: reading on would only be reading ahead.
    () => this.outlet.held === 0 && this.room > 0 && this.resultsHaveRoom,
    undefined,
    () => this.room,
    // Till an item is looked at that may turn out to be larger.
    () => Math.min(this.room, this.window.items.untilLook + 1),
  )
  private readonly window: Window
  private readonly backlog: Backlog<T>
  private outlet: Outlet<R>
  private sequence: Sequencer<R>
  private readonly crashes = new Crashes()
  private readonly retries: Retries | undefined
  private readonly replacements: Replacements | undefined
  /** Items that threads have, or that are being replaced. */
  private inFlight = 0
  /** The number of the first item that no thread was ever given. */
  private fresh = 0
  /** The first item that has failed for good. */
  private failedAt = Number.POSITIVE_INFINITY
  private sourceEnded = false
  private over = false
  private readyQueued = false
  private sinceReady = 0

  constructor(
    receiver: Receiver<R>,
    private options: ItemFlowOptions,
  ) {
    this.window = new Window(options.batchSize, options.leastRoom ?? 1)
    this.backlog = new Backlog(options)
    this.outlet = this.outletTo(receiver)
    this.sequence = this.sequenceTo(this.outlet)
    this.retries = options.retry && new Retries(options.retry)
    this.replacements = options.replace && new Replacements(options.replace)
  }

  /** Told what the threads expose, before the first items are taken: the last chance to {@link divert}. */
  settle: Work['settle']

  /** Runs these steps instead, and hands their results to `receiver`. */
  divert(
    receiver: Receiver<R>,
    changes: Pick<ItemFlowOptions, 'steps' | 'batchSize' | 'ordered' | 'below'>,
  ): void {
    this.outlet.close()
    this.options = { ...this.options, ...changes }
    this.window.batchSize = changes.batchSize
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
  get timeout(): number | undefined {
    return this.options.timeout
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
    return this.backlog.size
  }

  get alone(): boolean {
    return this.backlog.nextIsAlone
  }

  get again(): boolean {
    const { front } = this.backlog
    return front !== undefined && front < this.fresh
  }

  place(item: number): string {
    return this.options.place(item)
  }

  /** Items and values that are with us now, in whatever state. */
  get load(): number {
    return this.backlog.size + this.inFlight + this.outlet.held + this.sequence.held
  }

  /** Whether it takes nothing in any more. */
  get closed(): boolean {
    return this.over
  }

  /** Whether it is held up only because another stream's value has to come first downstream. */
  get waitsForOthers(): boolean {
    return waitsForOthers(this.options.below)
  }

  /**
   * Has a pool run it. Separate from making it, since a pool may ask for work at once. Throws what the pool throws,
   * and is cancelled then: the source above must not wait for it.
   */
  attach(pool: Attachable): void {
    try {
      this.window.attachment = pool.attach(this)
    } catch (thrown) {
      this.cancel()
      throw thrown
    }
  }

  /** Takes an item in. */
  push(value: T): void {
    if (this.over) return
    this.demand.received++
    const { backlog } = this
    this.window.items.note(value)
    const { current } = this.options.batchSize
    // Behind a long row there is time: larger chunks, of which as much is cut off as is wanted then.
    const chunkSize = Math.max(current, Math.min(backlog.size >> 1, largestChunk))
    if (!backlog.isBounded) backlog.push(value, chunkSize)
    else if (!this.admit(value, chunkSize)) return
    if (++this.sinceReady >= current) this.batchFull()
    else if (!this.readyQueued) this.readySoon()
  }

  /** No more items come: completes when the last of them has ended. */
  end(): void {
    this.sourceEnded = true
    this.readyIfQueued()
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
    if (this.over || !this.mayTake) return undefined
    let slice = this.backlog.take(this.sliceSize)
    // With order kept, nothing after the item that ends the stream can be emitted: it need not run.
    while (slice && slice.chunk.start + slice.first > this.failedAt) slice = this.backlog.take(this.sliceSize)
    if (!slice) return undefined
    this.inFlight += slice.count
    this.fresh = Math.max(this.fresh, slice.chunk.start + slice.first + slice.count)
    return dispatchOf(slice)
  }

  results(dispatch: Dispatch, outcomes: Outcomes): void {
    if (this.over) return
    const { first, values, layout } = outcomes
    this.batchSize.resulted(values, layout ? endedIn(layout) : values.length)
    if (layout) readOutcomes(outcomes, layout, this.readerOf(dispatch))
    else {
      this.inFlight -= values.length
      if (values.length < dispatch.slice.count) markEnded(dispatch, first, values.length)
      this.sequence.run(startOf(dispatch) + first, values as ArrayLike<R>)
    }
    this.progressed()
  }

  refused(dispatch: Dispatch, failures: ReadonlyMap<number, unknown>): number {
    if (this.over) return 0
    for (const [item, error] of failures) this.endItemWith(dispatch, item, error)
    if (!this.over) this.putBack(dispatch, [])
    this.progressed()
    return failures.size
  }

  returned(dispatch: Dispatch, begun: number): void {
    if (this.over) return
    const { chunk, first, count } = dispatch.slice as Slice<T>
    dispatch.slice = { chunk, first, count: begun }
    this.inFlight -= count - begun
    this.backlog.putBack({ chunk, first: first + begun, count: count - begun })
    this.ready()
  }

  lost(dispatch: Dispatch, loss: Loss): number {
    if (this.over) return 0
    const failed = this.crashes.culprits(dispatch, loss, this.options.transfer !== undefined)
    for (const item of failed)
      if (!this.over) this.failItem(dispatch, item, this.errorOf(dispatch, item, loss), true)
    if (!this.over) this.putBack(dispatch, loss.running)
    this.progressed()
    return failed.length
  }

  roomier(): void {
    this.progressed()
  }

  aborted(error: unknown): void {
    this.abort(error)
  }

  left(error: unknown): void {
    if (this.options.promised) this.abort(error)
    else this.cancel()
  }

  /** Towards the end ever smaller, so that all threads come to it together (guided self-scheduling). */
  private get sliceSize(): number {
    const most = Math.min(this.window.batch, this.options.concurrency - this.inFlight)
    if (!this.sourceEnded) return most
    return Math.min(most, Math.ceil(this.backlog.size / (2 * this.window.threads)))
  }

  /**
   * Whether the next item may run. What was taken before always may: others may wait for it. Else results that wait
   * are to go first, or they would only become more.
   */
  private get mayTake(): boolean {
    return this.again || (this.outlet.held === 0 && this.resultsHaveRoom)
  }

  private get resultsHaveRoom(): boolean {
    return this.sequence.held < this.window.resultRoom
  }

  private batchFull(): void {
    this.sinceReady = 0
    if (this.backlog.size <= this.window.room) this.ready()
    else if (!this.readyQueued) this.readySoon()
  }

  private readySoon(): void {
    // One message for all that comes in this turn, instead of one each; a microtask keeps no thread waiting.
    this.readyQueued = true
    this.window.attachment?.time.soon(() => {
      this.readyQueued = false
      this.readyIfQueued()
    })
  }

  private readyIfQueued(): void {
    if (this.backlog.size > 0) this.ready()
  }

  private ready(): void {
    this.window.attachment?.ready()
  }

  /** For how many more items. */
  private get room(): number {
    const underWay = this.backlog.size + this.inFlight
    return Math.min(this.window.room, this.options.concurrency - this.sequence.held) - underWay
  }

  /** Whether the item was taken in: it may wait. */
  private admit(value: T, chunkSize: number): boolean {
    // A dropped item's place in the order is passed over.
    const answer = this.backlog.admit(value, chunkSize, (item) => this.sequence.complete(item))
    if (typeof answer === 'object') this.abort(answer)
    return answer === 'admitted'
  }

  private readerOf(dispatch: Dispatch): OutcomeReader {
    const start = startOf(dispatch)
    const isOver = () => this.over
    return {
      get over() {
        return isOver()
      },
      emitted: (item, values, state) => {
        if (state !== itemState.complete) markEmitted(dispatch, item)
        const taken = state === itemState.open ? emitting(dispatch, item, values.length) : undefined
        this.sequence.part(start + item, values as ArrayLike<R>, taken)
      },
      completed: (item) => this.endItem(dispatch, item),
      failed: (item, error) => this.failItem(dispatch, item, error),
      timedOut: (item) => this.failItem(dispatch, item, this.timeoutOf(dispatch, item)),
    }
  }

  private errorOf(dispatch: Dispatch, item: number, loss: Loss): Error {
    const { ended, certain } = loss
    const place = this.place(startOf(dispatch) + item)
    if (!loss.running.includes(item)) return lossError(dispatch, item, place, this.steps, loss)
    if (ended === 'timeout') return this.timeoutOf(dispatch, item)
    const isUnreadable = ended === 'unreadableItem' || ended === 'unreadableResult'
    // One of several that had emitted values can't run again by itself to show whether it was this one.
    if (isUnreadable && (certain || !dispatch.emitted?.has(item))) return unreadableError(place, loss)
    return lossError(dispatch, item, place, this.steps, loss)
  }

  private timeoutOf(dispatch: Dispatch, item: number): Error {
    const place = this.place(startOf(dispatch) + item)
    return timeoutError(dispatch, item, place, this.steps, this.options.timeout ?? 0)
  }

  private endItem(dispatch: Dispatch, item: number): void {
    this.inFlight--
    markEnded(dispatch, item, 1)
    this.sequence.complete(startOf(dispatch) + item)
    this.retries?.ended(startOf(dispatch) + item)
  }

  /** Runs it again, where that is asked for and can be; `alone` where it may have brought a thread down. */
  private failItem(dispatch: Dispatch, item: number, error: unknown, alone = false): void {
    if (!this.retries) return this.endItemWith(dispatch, item, error)
    const { chunk, first } = dispatch.slice as Slice<T>
    const position = startOf(dispatch) + item
    const why = this.whyNotAgain(dispatch, item)
    if (why) return this.endItemWith(dispatch, item, notRetriedError(this.place(position), why, error))
    markEnded(dispatch, item, 1)
    const again = () => {
      this.inFlight--
      this.backlog.putBack({ chunk, first: first + item, count: 1, alone })
      this.readyIfQueued()
    }
    const fail = (thrown: unknown) => {
      this.endItemWith(dispatch, item, thrown)
      this.progressed()
    }
    if (!this.retries.start(position, error, again, fail)) this.endItemWith(dispatch, item, error)
  }

  private whyNotAgain(dispatch: Dispatch, item: number): string | undefined {
    if (dispatch.emitted?.has(item)) return 'values of it have been emitted'
    const { transfer } = this.options
    if (!transfer) return undefined
    const { chunk, first } = dispatch.slice
    try {
      const parts = transfer(chunk.values[first + item] as never)
      return parts.some((part) => isDetached(part)) ? 'parts of it have been transferred' : undefined
    } catch {
      // It looks at what isn't there any more.
      return 'parts of it have been transferred'
    }
  }

  private endItemWith(dispatch: Dispatch, item: number, error: unknown): void {
    const { chunk, first } = dispatch.slice
    const position = startOf(dispatch) + item
    markEnded(dispatch, item, 1)
    this.window.attachment?.failed(position, error)
    if (this.replacements) this.replaceItem(this.replacements, position, error, chunk.values[first + item])
    else {
      this.inFlight--
      this.endStream(position, error)
    }
  }

  private replaceItem(replacements: Replacements, position: number, error: unknown, value: unknown): void {
    const end = (how: () => void) => {
      this.inFlight--
      how()
      this.progressed()
    }
    replacements.start(error, value, {
      next: (replacement) => this.sequence.part(position, [replacement as R]),
      error: (thrown) => end(() => this.endStream(position, thrown)),
      complete: () => end(() => this.sequence.complete(position)),
    })
  }

  private endStream(position: number, error: unknown): void {
    this.failedAt = Math.min(this.failedAt, position)
    this.sequence.fail(position, error)
  }

  /** Items that have no outcome run again, those that may be to blame one by one. */
  private putBack(dispatch: Dispatch, suspects: readonly number[]): void {
    for (const slice of unendedSlices<T>(dispatch, new Set(suspects))) {
      this.inFlight -= slice.count
      this.backlog.putBack(slice)
    }
    this.readyIfQueued()
  }

  private progressed(): void {
    if (this.over) return
    this.completeIfDone()
    this.demand.update()
    this.options.changed?.()
    // A limit on items in flight may have held some back.
    this.readyIfQueued()
  }

  private completeIfDone(): void {
    if (!this.sourceEnded || this.over || this.backlog.size > 0 || this.inFlight > 0) return
    if (this.sequence.held > 0) return
    this.over = true
    this.window.attachment?.detach()
    // An error ends it otherwise, if not yet: what stands before it may just be going out.
    if (this.failedAt === Number.POSITIVE_INFINITY) this.outlet.complete()
  }

  private stop(): void {
    this.over = true
    this.backlog.clear()
    this.retries?.stopAll()
    this.replacements?.stopAll()
    this.window.attachment?.detach()
  }
}
