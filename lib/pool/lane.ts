/**
 * One thread of a pool and all that it has in hand: batches in the order in which they were sent, and stages.
 * @module
 */
import { valuesOf } from '../flow/chunkQueue.js'
import { unendedItems } from '../flow/dispatch.js'
import type { StageEvents, StagePort } from '../flow/stageFlow.js'
import type { Dispatch, Loss, Work } from '../flow/work.js'
import type { EncodedError } from '../wire/errorCodec.js'
import { decodeError } from '../wire/errorCodec.js'
import { gracePeriod } from '../wire/gracePeriod.js'
import type { FromThread, Manifest, ResultsMessage } from '../wire/messages.js'
import { itemState } from '../wire/messages.js'
import { batchesUnderWay, cancelCell, claimCell, currentBatch, isBusy } from '../wire/sharedCells.js'
import { cloneError, isCloneable } from '../wire/uncloneable.js'
import { cloneFailures, sendOneByOne, transferList } from './cloneFailures.js'
import type { TimedBatch } from './itemClock.js'
import { ItemClock } from './itemClock.js'
import type { Death, Link, StartLink } from './link.js'
import { taskKey } from './taskKey.js'

/** A batch that the thread has. */
interface Batch {
  readonly work: Work
  readonly channel: number
  readonly dispatch: Dispatch
  /** Items without an outcome. */
  left: number
  /** Milliseconds of work since the last item of it ended. */
  busy: number
  /** Nothing else may run beside it. */
  readonly alone: boolean
  /** Its work was given up; the thread hasn't said yet that it has stopped. */
  cancelled: boolean
}

/** Why the pool ends a thread that it would rather have kept. */
interface Ending {
  readonly why: NonNullable<Loss['ended']>
  readonly cause: Error
}

export interface LaneEvents {
  ready(lane: Lane, manifest: Manifest): void
  startFailed(lane: Lane, error: unknown): void
  /** Items have ended. */
  ended(count: number, failed: number, busy: number): void
  /** A stage gets on. */
  consumed(): void
  /** There is room for more. */
  freed(lane: Lane): void
  /** `early` is true where nothing that it was given had begun. */
  died(lane: Lane, error: unknown, early: boolean): void
}

/** Batches under way where a message holds many items: one being run, one that waits there, one on the way. */
const batchesAhead = 3

export class Lane {
  state: 'starting' | 'ready' | 'dead' = 'starting'
  done = 0
  inFlight = 0
  readonly link: Link
  private readonly batches = new Map<number, Batch>()
  private readonly stages = new Map<number, StageEvents>()
  /** What it was told of tasks: those of worker modules by name, for good; inline functions while they are used. */
  private readonly tasks = new Map<string | object, number>()
  private nextTask = 1
  private nextBatch = 1
  private lastHeard = 0
  /** Items that go on though they were told to stop: each holds a place. */
  private stragglers = 0
  private ending: Ending | undefined
  /** Batches that nothing else may run beside. */
  private solitary = 0
  private keptFor: Work | undefined
  /** What the thread was told to stop, and hasn't answered about. */
  private readonly unanswered = new Map<number, ReturnType<typeof setTimeout>>()
  private readonly clock = new ItemClock({
    current: () => this.timedBatch(),
    ping: () => this.link.post({ type: 'ping' }),
    isBusy: () => this.link.cells !== undefined && isBusy(this.link.cells),
    overdue: (timeout) =>
      this.end('timeout', `an item took longer than its timeout of ${timeout} ms and didn't stop`),
  })

  constructor(
    /** Its place in the pool: that of its predecessor, if that crashed. */
    readonly place: number,
    private readonly concurrency: number,
    private readonly events: LaneEvents,
    start: StartLink,
  ) {
    this.link = start({ message: (message) => this.message(message), died: (death) => this.died(death) })
    this.link.started.then(
      (manifest) => {
        if (this.state === 'starting') this.state = 'ready'
        events.ready(this, manifest)
      },
      (error) => {
        this.state = 'dead'
        events.startFailed(this, error)
      },
    )
  }

  get threadId(): string {
    return this.link.threadId
  }

  /** Nothing runs here and nothing is about to. */
  get isIdle(): boolean {
    return this.batches.size === 0 && this.stages.size === 0
  }

  /** Whether it has less in hand. */
  hasLessThan(other: Lane): boolean {
    return (
      this.inFlight < other.inFlight || (this.inFlight === other.inFlight && this.isIdle && !other.isIdle)
    )
  }

  /** The stages that run here. */
  get openStages(): StageEvents[] {
    return [...this.stages.values()]
  }

  /** Whether one more batch of this work would keep the thread busy rather than wait in it. */
  hasRoomFor(work: Work): boolean {
    if (this.state !== 'ready' || this.isFull || this.ending || this.stragglers >= this.concurrency)
      return false
    if (this.solitary > 0 || (this.keptFor && this.keptFor !== work)) return false
    if (work.alone) return this.batches.size === 0
    const { batchSize } = work
    const room = this.concurrency - this.stragglers
    return this.inFlight <= room || (batchSize.current > 1 && this.batches.size < batchesAhead)
  }

  /** Gives no room to others until this work has had its turn: its next item has to run by itself. */
  keepFor(work: Work | undefined): void {
    this.keptFor = work
  }

  /** Whether it waits for its turn here. */
  isKeptFor(work: Work): boolean {
    return this.keptFor === work
  }

  send(work: Work, channel: number, dispatch: Dispatch): void {
    this.keptFor = undefined
    const alone = dispatch.slice.alone === true
    const batch = this.nextBatch
    const { slice } = dispatch
    const values = valuesOf(slice)
    const start = slice.chunk.start + slice.first
    const place = (item: number) => work.place(start + item)
    const { transfer, failures } = transferList(values, work.transfer, place)
    if (failures) return this.refuse(work, dispatch, failures)
    const task = this.numberOf(work)
    if (typeof task !== 'number') return work.aborted(task)
    try {
      if (this.link.cells) Atomics.store(this.link.cells, claimCell(batch), 0)
      this.link.post({ type: 'batch', channel, task, batch, values }, transfer)
    } catch (cause) {
      return this.refuse(work, dispatch, cloneFailures(values, place, cause, transfer))
    }
    // Not before: what was never sent is never begun, and would count as under way for ever.
    this.nextBatch++
    if (this.batches.size === 0) this.lastHeard = performance.now()
    dispatch.grant = (index, count) => this.link.post({ type: 'credit', channel, batch, index, count })
    this.inFlight += slice.count
    this.batches.set(batch, { work, channel, dispatch, left: slice.count, busy: 0, alone, cancelled: false })
    if (alone) this.solitary++
    this.link.keepAlive(true)
    if (work.timeout !== undefined) this.clock.start(work.timeout)
  }

  /**
   * Whether it hasn't been heard of for so many milliseconds, and runs something. Where nothing runs it is still
   * receiving its items: that may take longer than to run them, and would begin anew elsewhere.
   */
  isHeldUp(silence: number): boolean {
    return performance.now() - this.lastHeard >= silence && this.isRunning
  }

  /** Items that could be taken back: those that the thread hasn't begun. */
  get unclaimed(): number {
    let sum = 0
    for (const [id, batch] of this.batches) sum += this.unclaimedOf(id, batch)
    return sum
  }

  /** Takes back all items that the thread hasn't begun, so that others can run them. */
  takeBack(): void {
    const { cells } = this.link
    if (!cells) return
    // From the last on, each in front of those behind it.
    for (const [id, batch] of [...this.batches].reverse()) {
      if (this.unclaimedOf(id, batch) === 0) continue
      const { count } = batch.dispatch.slice
      const begun = Atomics.add(cells, claimCell(id), count)
      if (begun >= count) continue
      this.inFlight -= count - begun
      batch.left -= count - begun
      if (batch.left === 0) this.forget(id, batch)
      batch.work.returned(batch.dispatch, begun)
    }
  }

  private forget(id: number, { alone }: Batch): void {
    this.batches.delete(id)
    if (alone) this.solitary--
  }

  /** Whether something runs in the thread, as far as that can be told. */
  private get isRunning(): boolean {
    const { cells } = this.link
    if (!cells || this.stages.size > 0) return true
    for (const id of this.batches.keys()) if (Atomics.load(cells, claimCell(id)) > 0) return true
    return false
  }

  private unclaimedOf(id: number, { cancelled, work, dispatch }: Batch): number {
    const { cells } = this.link
    // What was moved there can't be given to another.
    if (!cells || cancelled || work.transfer || work.pin !== undefined) return 0
    return dispatch.slice.count - begunOf(cells, id, dispatch.slice.count)
  }

  /** Whether the thread hasn't come far enough for one more batch to have a cell. */
  private get isFull(): boolean {
    const { cells } = this.link
    return cells !== undefined && this.nextBatch - currentBatch(cells) >= batchesUnderWay
  }

  /** Nothing more of this work is wanted. */
  cancel(work: Work, channel: number): void {
    if (this.state === 'dead') return
    let running = false
    for (const [id, batch] of this.batches) {
      if (batch.channel !== channel) continue
      running = batch.cancelled = true
      // What it hasn't begun of them it never will, even if it reads no message meanwhile.
      if (this.link.cells) Atomics.add(this.link.cells, claimCell(id), batch.dispatch.slice.count)
    }
    if (running) this.tellCancelled(channel)
    this.drop(work)
  }

  private tellCancelled(channel: number): void {
    if (this.link.cells) Atomics.store(this.link.cells, cancelCell(channel), channel)
    this.link.post({ type: 'cancel', channel })
    clearTimeout(this.unanswered.get(channel))
    const isStuck = () =>
      this.end('straggler', `an item didn't stop within ${gracePeriod} ms of its cancellation`)
    this.unanswered.set(channel, setTimeout(isStuck, gracePeriod))
  }

  /** Ends the thread, since nothing else ends what runs there. What it hasn't begun runs elsewhere. */
  private end(why: Ending['why'], reason: string): void {
    if (this.state === 'dead' || this.ending) return
    this.ending = { why, cause: new Error(reason) }
    this.stopClocks()
    void this.link.terminate()
  }

  private stopClocks(): void {
    this.clock.stop()
    for (const timer of this.unanswered.values()) clearTimeout(timer)
    this.unanswered.clear()
  }

  /** The batch that is being run, if the time of its items is limited, and how far it is. */
  private timedBatch(): TimedBatch | undefined {
    const { cells } = this.link
    const id = cells ? currentBatch(cells) : this.batches.keys().next().value
    const batch = id === undefined ? undefined : this.batches.get(id)
    const timeout = batch?.work.timeout
    if (timeout === undefined || batch?.cancelled) return undefined
    return { progress: `${id} ${cells ? Atomics.load(cells, claimCell(id!)) : this.lastHeard}`, timeout }
  }

  startStage(channel: number, stage: StageEvents): void {
    this.stages.set(channel, stage)
    this.link.post({ type: 'stage', channel, task: stage.task, credit: stage.credit })
    this.link.keepAlive(true)
    stage.started(this.stagePort(channel), this.threadId)
  }

  /** Ends the thread at once; what it has is dropped without a word. */
  async terminate(): Promise<void> {
    this.state = 'dead'
    this.batches.clear()
    this.stages.clear()
    this.stopClocks()
    await this.link.terminate()
  }

  private refuse(work: Work, dispatch: Dispatch, failures: ReadonlyMap<number, unknown>): void {
    const refused = work.refused(dispatch, failures)
    this.events.ended(refused, refused, 0)
  }

  /** The number under which the thread knows what the work runs, or what keeps that from being sent. */
  private numberOf({ steps, timeout }: Work): number | Error {
    const key = taskKey(steps, timeout)
    const known = this.tasks.get(key)
    if (known !== undefined) return known
    const id = this.nextTask++
    try {
      const plain = steps.map(({ task, spread }) => ({ task, spread }))
      this.link.post({ type: 'task', id, steps: plain, timeout })
    } catch (cause) {
      const bindings = steps.flatMap(({ task }) => ('values' in task ? [task.values] : []))
      const bad = bindings.find((each) => !isCloneable(each))
      return cloneError(bad, 'bindings', 'to', cause)
    }
    this.tasks.set(key, id)
    return id
  }

  /** An inline function is known by its operator: with that it goes. */
  private drop({ steps }: Work): void {
    const key = taskKey(steps)
    const id = typeof key === 'string' ? undefined : this.tasks.get(key)
    if (id === undefined) return
    this.tasks.delete(key)
    this.link.post({ type: 'dropTask', id })
  }

  private stagePort(channel: number): StagePort {
    let sent = 0
    const send = (values: unknown[]) => {
      this.link.post({ type: 'input', channel, values })
      sent += values.length
    }
    return {
      send: (values) => {
        try {
          send(values)
        } catch {
          return sendOneByOne(
            values,
            (value) => send([value]),
            () => `items[${sent}]`,
          )
        }
        return undefined
      },
      end: () => this.link.post({ type: 'inputEnd', channel }),
      grant: (count) => this.link.post({ type: 'credit', channel, batch: 0, index: 0, count }),
      cancel: () => {
        if (!this.stages.delete(channel) || this.state === 'dead') return
        this.tellCancelled(channel)
        this.settled()
      },
    }
  }

  private message(message: FromThread): void {
    switch (message.type) {
      case 'results':
        return this.results(message)
      case 'cancelled':
        return this.cancelled(message.channel)
      case 'consumed':
        this.events.consumed()
        return this.stages.get(message.channel)?.consumed(message.count, message.busy)
      case 'output':
        return this.stages.get(message.channel)?.output(message.values)
      case 'outputEnd':
        return this.stageEnded(message.channel, message.error)
      case 'stragglers':
        return this.straggling(message.count, message.stuck)
      case 'pong':
        return this.clock.answered()
      case 'fatal':
        // What killed the thread: comes again with its death.
        return
    }
  }

  private results(message: ResultsMessage): void {
    const batch = this.batches.get(message.batch)
    this.lastHeard = performance.now()
    if (!batch || batch.cancelled) return
    const { ended, failed } = countEnded(message)
    const { steps } = batch.work
    batch.busy += message.busy
    batch.left -= ended
    if (ended > 0) {
      batch.work.batchSize.measured(ended, batch.busy)
      const runs = steps.length === 1 ? ended : runsOf(message, ended, steps.length)
      this.events.ended(runs, failed, batch.busy)
      batch.busy = 0
      this.done += runs
      this.inFlight -= ended
      // Before its outcomes are told, which may be the end of the work: what has ended needs no cancelling.
      if (batch.left <= 0) this.forget(message.batch, batch)
    }
    batch.work.results(batch.dispatch, {
      first: message.first,
      values: message.values,
      layout: message.layout,
      errors: (message.errors ?? []).map((error) =>
        decodeError(error, steps[error.step ?? steps.length - 1]!.caller),
      ),
    })
    if (ended > 0) this.settled()
  }

  private straggling(count: number, stuck: boolean): void {
    this.stragglers = count
    if (stuck) this.end('straggler', `an item didn't stop within ${gracePeriod} ms of being told to`)
    else this.events.freed(this)
  }

  /** The thread has stopped what was given up: only now is there room again. */
  private cancelled(channel: number): void {
    clearTimeout(this.unanswered.get(channel))
    this.unanswered.delete(channel)
    for (const [id, batch] of this.batches) {
      if (batch.channel !== channel || !batch.cancelled) continue
      this.inFlight -= batch.left
      this.forget(id, batch)
    }
    this.settled()
  }

  private stageEnded(channel: number, error: EncodedError | undefined): void {
    const stage = this.stages.get(channel)
    this.stages.delete(channel)
    stage?.ended(error && { error: decodeError(error, stage.caller) })
    this.settled()
  }

  private settled(): void {
    if (this.isIdle) {
      this.link.keepAlive(false)
      this.clock.stop()
    }
    this.events.freed(this)
  }

  private died({ exitCode, cause }: Death): void {
    if (this.state === 'dead') return
    this.state = 'dead'
    this.stopClocks()
    const { ending } = this
    const error = ending?.cause ?? (isEncoded(cause) ? decodeError(cause) : cause)
    const batches = [...this.batches].map(([id, batch]) => ({ ...batch, running: this.runningIn(id, batch) }))
    const stages = [...this.stages.values()]
    this.batches.clear()
    this.stages.clear()
    const suspects = batches.reduce((sum, { running }) => sum + running.length, 0)
    const { threadId } = this
    const loss = { threadId, exitCode, cause: error, certain: suspects === 1, ended: ending?.why }
    const early = !ending && stages.length === 0 && this.done === 0 && suspects === 0
    this.events.died(this, error, early)
    // From the last on, so that what waits again stands in the order in which it was sent.
    for (const { work, dispatch, cancelled, running } of batches.reverse()) {
      if (cancelled) continue
      const failed = work.lost(dispatch, { ...loss, running })
      this.events.ended(failed, failed, 0)
    }
    for (const stage of stages) stage.lost({ ...loss, running: [] } satisfies Loss)
    this.events.freed(this)
  }

  /** Which items of a batch may have been at work when the thread died. */
  private runningIn(id: number, { dispatch }: Batch): readonly number[] {
    const { cells } = this.link
    // Others than the one that the thread was ended for are not to blame.
    if (this.ending?.why === 'straggler') return []
    const { count } = dispatch.slice
    const begun = cells ? begunOf(cells, id, count) : this.mayHaveBegun(id) ? count : 0
    const left = unendedItems(dispatch).filter((item) => item < begun)
    // One at a time: all before the last that was begun had ended, whether that was heard of or not; but not what only
    // waits for its values to be taken, and may have gone on.
    if (this.concurrency > 1 || id !== (cells && currentBatch(cells))) return left
    return left.filter((item) => item === begun - 1 || dispatch.emitted?.has(item))
  }

  /** Where nothing else tells: batches are begun in the order in which they were sent. */
  private mayHaveBegun(id: number): boolean {
    return this.concurrency > 1 || id === this.batches.keys().next().value
  }
}

/** How many items of a batch of `count` the thread has begun. */
function begunOf(cells: Int32Array, batch: number, count: number): number {
  // Batches are begun in their order; the cell of one that is through may be another's by now.
  return batch < currentBatch(cells) ? count : Math.min(Atomics.load(cells, claimCell(batch)), count)
}

function countEnded({ values, layout }: ResultsMessage): { ended: number; failed: number } {
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
function runsOf({ errors = [] }: ResultsMessage, ended: number, steps: number): number {
  return errors.reduce((runs, { step = steps - 1 }) => runs + step + 1 - steps, ended * steps)
}

function isEncoded(cause: unknown): cause is EncodedError {
  return (
    typeof cause === 'object' &&
    cause !== null &&
    ('error' in cause || 'thrown' in cause) &&
    !(cause instanceof Error)
  )
}
