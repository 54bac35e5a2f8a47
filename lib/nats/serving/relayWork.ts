/**
 * A caller's operator as the serving pool sees it: what comes for it is run there, and what becomes of it goes back.
 * @module
 */
import { BatchSize } from '../../flow/batchSize.js'
import type { Slice } from '../../flow/chunkQueue.js'
import { dispatchOf, emitting, markEmitted, markEnded, unendedItems } from '../../flow/dispatch.js'
import { endedIn, readOutcomes } from '../../flow/outcomes.js'
import type { Attachment, Dispatch, Loss, Outcomes, Work, WorkStep } from '../../flow/work.js'
import { encodeError } from '../../wire/errorCodec.js'
import { itemState } from '../../wire/messages.js'
import type { Job, JobChunk } from './job.js'
import { jobOf } from './job.js'
import type { JobResults } from './resultMessages.js'

export interface RelayEvents {
  results(job: Job, results: JobResults): void
  /** The thread that had these items is gone. */
  lost(job: Job, first: number, count: number, loss: Loss): void
  /** Nothing is left of it. */
  ended(job: Job): void
  /** Something of it waits for room, or has got some. */
  paused(job: Job): void
  aborted(error: unknown): void
}

/** Milliseconds of work are told to a batch size just before the results of it come. */
class Clocked extends BatchSize {
  busy = 0

  override measured(count: number, busy: number): void {
    this.busy += busy
    super.measured(count, busy)
  }

  takeBusy(): number {
    const { busy } = this
    this.busy = 0
    return busy
  }
}

export class RelayWork implements Work {
  readonly batchSize = new Clocked()
  readonly transfer = undefined
  readonly again = false
  attachment: Attachment | undefined
  private readonly slices: Slice<unknown>[] = []
  private waiting = 0

  constructor(
    readonly steps: readonly WorkStep[],
    readonly timeout: number | undefined,
    readonly pin: number | undefined,
    private readonly events: RelayEvents,
  ) {}

  /** Runs a batch, or one item of it. */
  add(job: Job, first = 0, count: number = job.chunk.values.length): void {
    job.begun = true
    this.slices.push({ chunk: job.chunk, first, count, alone: job.batch.alone })
    this.waiting += count
    this.attachment?.ready()
  }

  /** Nothing more of it is wanted. */
  remove(job: Job): void {
    for (let i = this.slices.length - 1; i >= 0; i--) {
      if ((this.slices[i]!.chunk as JobChunk).job !== job) continue
      this.waiting -= this.slices[i]!.count
      this.slices.splice(i, 1)
    }
  }

  get queued(): number {
    return this.waiting
  }

  get load(): number {
    return this.waiting
  }

  get alone(): boolean {
    return this.slices[0]?.alone ?? false
  }

  /** Of the items of several batches: only used for what the serving pool itself can't send on. */
  place(item: number): string {
    return `items[${item}]`
  }

  take(): Dispatch | undefined {
    const slice = this.slices.shift()
    if (!slice) return undefined
    this.waiting -= slice.count
    const dispatch = dispatchOf(slice)
    jobOf(dispatch).dispatches.add(dispatch)
    return dispatch
  }

  results(dispatch: Dispatch, { first, values, layout, errors }: Outcomes): void {
    const job = jobOf(dispatch)
    const busy = this.batchSize.takeBusy()
    if (job.over) return
    const offset = dispatch.slice.first
    const ended = layout ? endedIn(layout) : values.length
    if (layout) this.note(dispatch, { first, values, layout, errors }, layout)
    else if (ended < dispatch.slice.count) markEnded(dispatch, first, ended)
    job.left -= ended
    this.events.results(job, {
      first: first + offset,
      values,
      layout: layout?.map((each, t) => (t % 3 === 0 ? each + offset : each)),
      errors: errors.map((error) => encodeError(error)),
      busy,
    })
    if (dispatch.open) job.emits = true
    this.endOrPause(job)
  }

  refused(dispatch: Dispatch, failures: ReadonlyMap<number, unknown>): number {
    const job = jobOf(dispatch)
    const { slice } = dispatch
    const { first: offset } = slice
    job.dispatches.delete(dispatch)
    if (job.over) return failures.size
    job.left -= failures.size
    for (let item = slice.count - 1; item >= 0; item--)
      if (!failures.has(item)) this.putBack({ ...slice, first: offset + item, count: 1 })
    this.events.results(job, {
      first: 0,
      values: [],
      layout: [...failures.keys()].flatMap((item) => [item + offset, 0, itemState.failed]),
      errors: [...failures.values()].map((error) => encodeError(error)),
      busy: 0,
    })
    this.endOrPause(job)
    return failures.size
  }

  returned(dispatch: Dispatch, begun: number): void {
    const { chunk, first, count } = dispatch.slice
    dispatch.slice = { chunk, first, count: begun }
    if (jobOf(dispatch).over) return
    this.putBack({ chunk, first: first + begun, count: count - begun })
    this.attachment?.ready()
  }

  /** Whoever sent it decides what becomes of its items. */
  lost(dispatch: Dispatch, loss: Loss): number {
    const job = jobOf(dispatch)
    job.dispatches.delete(dispatch)
    if (job.over) return 0
    const { first, count } = dispatch.slice
    job.left -= unendedItems(dispatch).length
    this.events.lost(job, first, count, loss)
    this.endOrPause(job)
    return loss.certain ? loss.running.length : 0
  }

  /** An item may emit so many more values. */
  grant(job: Job, item: number, count: number): void {
    for (const dispatch of job.dispatches) {
      const own = item - dispatch.slice.first
      const open = dispatch.open?.get(own)
      if (!open) continue
      open.room += count
      dispatch.grant?.(own, count)
    }
    this.events.paused(job)
  }

  roomier(): void {}

  aborted(error: unknown): void {
    this.events.aborted(error)
  }

  left(error: unknown): void {
    this.events.aborted(error)
  }

  private putBack(slice: Slice<unknown>): void {
    this.slices.unshift(slice)
    this.waiting += slice.count
  }

  private note(dispatch: Dispatch, outcomes: Outcomes, layout: readonly number[]): void {
    readOutcomes(outcomes, layout, {
      over: false,
      emitted: (item, values, state) => {
        if (state !== itemState.complete) markEmitted(dispatch, item)
        if (state === itemState.open) emitting(dispatch, item, values.length)
      },
      completed: (item) => markEnded(dispatch, item, 1),
      failed: (item) => markEnded(dispatch, item, 1),
      timedOut: (item) => markEnded(dispatch, item, 1),
    })
  }

  private endOrPause(job: Job): void {
    if (job.over) return
    if (job.left === 0) this.events.ended(job)
    else if (job.emits) this.events.paused(job)
  }
}
