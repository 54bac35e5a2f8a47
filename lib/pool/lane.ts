/**
 * One thread of a pool and all that it has in hand: batches in the order in which they were sent, and stages.
 * @module
 */
import { valuesOf } from '../flow/chunkQueue.js'
import { pausedItems } from '../flow/dispatch.js'
import { crashError, namesOf } from '../flow/itemErrors.js'
import type { StageEvents } from '../flow/stageFlow.js'
import type { Dispatch, Loss, Work } from '../flow/work.js'
import type { EncodedError } from '../wire/errorCodec.js'
import { decodeError } from '../wire/errorCodec.js'
import { gracePeriod } from '../wire/gracePeriod.js'
import type { FromThread, Manifest, ResultsMessage } from '../wire/messages.js'
import { cancelCell, isBusy } from '../wire/sharedCells.js'
import type { Time } from '../wire/time.js'
import { Batches } from './batches.js'
import { cloneFailures, transferList } from './cloneFailures.js'
import type { Diagnostics } from './diagnostics.js'
import type { Clocked, TimedBatch } from './itemClock.js'
import { ItemClock } from './itemClock.js'
import type { Death, Link, StartLink } from './link.js'
import { countEnded, runsOf } from './outcomeCounts.js'
import { stagePort } from './stagePort.js'
import { TaskNumbers } from './taskNumbers.js'

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
/** Milliseconds that a batch may have to wait in a thread from which it can't be taken back. */
const longestWait = 30

export class Lane {
  state: 'starting' | 'ready' | 'dead' = 'starting'
  done = 0
  readonly link: Link
  private readonly batches: Batches
  private readonly tasks: TaskNumbers
  private readonly stages = new Map<number, StageEvents>()
  private lastHeard = 0
  /** Items that go on though they were told to stop: each holds a place. */
  private stragglers = 0
  private ending: Ending | undefined
  private keptFor: Work | undefined
  /** What the thread was told to stop, and hasn't answered about. */
  private readonly unanswered = new Map<number, () => void>()
  private readonly clock: ItemClock

  constructor(
    /** Its place in the pool: that of its predecessor, if that crashed. */
    readonly place: number,
    private readonly concurrency: number,
    private readonly events: LaneEvents,
    start: StartLink,
    private readonly time: Time,
    diagnostics?: Diagnostics,
  ) {
    this.link = start({ message: (message) => this.message(message), died: (death) => this.died(death) })
    this.batches = new Batches(concurrency, this.link.cells, this.link.threadId, diagnostics)
    this.tasks = new TaskNumbers(this.link)
    const late = (timeout: number) =>
      new Error(`${this.runningNow} took longer than its timeout of ${timeout} ms and didn't stop`)
    const clocked: Clocked = {
      current: () => this.timedBatch(),
      ping: () => this.link.post({ type: 'ping' }),
      isBusy: () => this.link.cells !== undefined && isBusy(this.link.cells),
      overdue: (timeout) => this.end('timeout', late(timeout)),
    }
    this.clock = new ItemClock(clocked, time)
  }

  /** Tells when the thread has started, or hasn't: at once, where it is there already. */
  open(): void {
    const { manifest, started } = this.link
    if (manifest) return this.begin(manifest)
    started.then(
      (found) => this.begin(found),
      (error) => {
        this.state = 'dead'
        this.events.startFailed(this, error)
      },
    )
  }

  private begin(manifest: Manifest): void {
    if (this.state === 'starting') this.state = 'ready'
    this.events.ready(this, manifest)
  }

  get threadId(): string {
    return this.link.threadId
  }

  /** Items without an outcome. */
  get inFlight(): number {
    return this.batches.inFlight
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
    // The memory that is shared is looked at last: that takes longer than all else, and each message asks each thread.
    return this.mayTake(work) && !this.batches.isFull
  }

  private mayTake(work: Work): boolean {
    const { batches, concurrency } = this
    if (this.state !== 'ready' || this.ending || this.stragglers >= concurrency) return false
    if (batches.isSolitary || (this.keptFor && this.keptFor !== work)) return false
    // Items that wait for room would risk their values beside it. They may be waiting for it, though.
    if (work.alone) return batches.size === 0 || (this.isKeptFor(work) && this.isPaused)
    const { batchSize } = work
    const room = concurrency - this.stragglers
    // Else what others wait for might find no place among them.
    const inFlight = work.again ? this.inFlight - batches.paused : this.inFlight
    if (!this.mayWait(work)) return inFlight < room
    return inFlight <= room || (batchSize.current > 1 && batches.size < batchesAhead)
  }

  /**
   * Whether a batch may be sent though it has to wait there, from where it can't be taken back for a thread that has
   * nothing to do. Where all that is before it waits for room, it may be run at once.
   */
  private mayWait({ batchSize: { perItem = Number.POSITIVE_INFINITY, current } }: Work): boolean {
    if (this.link.cells) return true
    if (perItem * current < longestWait && this.silence < longestWait) return true
    return this.isPaused
  }

  /** Gives no room to others until this work has had its turn: its next item has to run by itself. */
  keepFor(work: Work | undefined): void {
    this.keptFor = work
  }

  /** Whether all that it has in hand does nothing until there is room for its values. */
  get isPaused(): boolean {
    return this.inFlight > 0 && this.batches.paused === this.inFlight
  }

  /** Whether some work waits for its turn here. */
  get isKept(): boolean {
    return this.keptFor !== undefined
  }

  /** Whether it waits for its turn here. */
  isKeptFor(work: Work): boolean {
    return this.keptFor === work
  }

  send(work: Work, channel: number, dispatch: Dispatch): void {
    this.keptFor = undefined
    const { slice } = dispatch
    const values = valuesOf(slice)
    const start = slice.chunk.start + slice.first
    const place = (item: number) => work.place(start + item)
    const { transfer, failures } = transferList(values, work.transfer, place)
    if (failures) return this.refuse(work, dispatch, failures)
    const task = this.tasks.of(work)
    if (typeof task !== 'number') return work.aborted(task)
    const { batches, link } = this
    if (batches.size === 0) this.lastHeard = this.time.now()
    // All is in order before it goes: a thread may answer at once.
    const batch = batches.add(work, channel, dispatch)
    dispatch.grant = (index, count) => link.post({ type: 'credit', channel, batch, index, count })
    link.keepAlive(true)
    if (work.timeout !== undefined) this.clock.start(work.timeout)
    try {
      link.post({ type: 'batch', channel, task, batch, values }, transfer)
    } catch (cause) {
      batches.withdraw(batch)
      if (this.isIdle) this.rest()
      this.refuse(work, dispatch, cloneFailures(values, place, cause, transfer, link.transport))
    }
  }

  /** Milliseconds since it was last known to get on. */
  get silence(): number {
    return this.time.now() - this.lastHeard
  }

  /** Milliseconds that the items will take, by what was learnt, that could be taken back: that it hasn't begun. */
  get unclaimed(): number {
    return this.batches.unclaimed
  }

  /** Takes back all items that the thread hasn't begun, so that others can run them. */
  takeBack(): void {
    this.batches.takeBack()
  }

  /** Whether something runs in the thread, as far as that can be told: see {@link Batches.isRunning}. */
  get isRunning(): boolean {
    return this.stages.size > 0 || this.batches.isRunning
  }

  /** Nothing more of this work is wanted. */
  cancel(work: Work, channel: number): void {
    if (this.state === 'dead') return
    if (this.batches.cancel(channel)) this.tellCancelled(channel, `an item of ${namesOf(work.steps)}`)
    this.tasks.drop(work)
  }

  /** @param what how an error names what the channel runs. */
  private tellCancelled(channel: number, what: string): void {
    if (this.link.cells) Atomics.store(this.link.cells, cancelCell(channel), channel)
    this.unanswered.get(channel)?.()
    const isStuck = () => this.end('straggler', straggler(what, 'its cancellation'))
    this.unanswered.set(channel, this.time.after(gracePeriod, isStuck))
    // Last: a thread that is none answers at once.
    this.link.post({ type: 'cancel', channel })
  }

  /** Ends the thread, since nothing else ends what runs there. What it hasn't begun runs elsewhere. */
  private end(why: Ending['why'], cause: Error): void {
    if (this.state === 'dead' || this.ending) return
    this.ending = { why, cause }
    this.stopClocks()
    void this.link.terminate()
  }

  private stopClocks(): void {
    this.clock.stop()
    for (const stop of this.unanswered.values()) stop()
    this.unanswered.clear()
  }

  private get runningNow(): string {
    const { current } = this.batches
    return current ? `an item of ${namesOf(current.batch.work.steps)}` : 'an item'
  }

  /** The batch that is being run, if the time of its items is limited, and how far it is. */
  private timedBatch(): TimedBatch | undefined {
    const { current } = this.batches
    const timeout = current?.batch.work.timeout
    if (timeout === undefined || current!.batch.cancelled) return undefined
    return { progress: `${current!.id} ${current!.begun ?? this.lastHeard}`, timeout }
  }

  startStage(channel: number, stage: StageEvents): void {
    this.stages.set(channel, stage)
    this.link.post({ type: 'stage', channel, task: stage.task, credit: stage.credit })
    this.link.keepAlive(true)
    stage.started(
      stagePort(this.link, channel, () => this.cancelStage(channel)),
      this.threadId,
    )
  }

  private cancelStage(channel: number): void {
    const stage = this.stages.get(channel)
    if (!this.stages.delete(channel) || this.state === 'dead') return
    this.tellCancelled(channel, `the stage ${namesOf([stage!])}`)
    this.settled()
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

  private message(message: FromThread): void {
    // What comes after a gap can't be trusted: values may lie in it, and now their end be told.
    if (this.ending?.why === 'unreadableResult') return
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
      case 'unreadable':
        return this.unreadable(message.way, decodeError(message.error))
      case 'goodbye': // Why the thread ends: comes again with its death.
      case 'shared': // The link has handled it.
        return
    }
  }

  private results(message: ResultsMessage): void {
    const batch = this.batches.get(message.batch)
    this.lastHeard = this.time.now()
    if (!batch || batch.cancelled) return
    const { ended, failed } = countEnded(message)
    const { steps } = batch.work
    batch.busy += message.busy
    batch.failed += failed
    batch.completed += ended - failed
    if (ended > 0) {
      batch.work.batchSize.measured(ended, batch.busy)
      const runs = runsOf(message, ended, steps.length)
      this.events.ended(runs, failed, batch.busy)
      batch.busy = 0
      this.done += runs
      // Before its outcomes are told, which may be the end of the work: what has ended needs no cancelling.
      this.batches.ended(message.batch, batch, ended)
    }
    batch.work.results(batch.dispatch, {
      first: message.first,
      values: message.values,
      layout: message.layout,
      errors: (message.errors ?? []).map((error) =>
        decodeError(error, steps[error.step ?? steps.length - 1]!.caller),
      ),
    })
    // An item that is paused makes way for those that it waits for.
    if (ended > 0 || pausedItems(batch.dispatch) > 0) this.settled()
  }

  private straggling(count: number, stuck: boolean): void {
    this.stragglers = count
    if (stuck) this.end('straggler', straggler('an item', 'being told to'))
    else this.settled()
  }

  /** Nobody knows what the message said, nor will it ever be answered: begin anew. */
  private unreadable(way: 'to' | 'from', cause: unknown): void {
    const lost = new Error(`a message ${way} the thread could not be read`, { cause })
    this.end(way === 'to' ? 'unreadableItem' : 'unreadableResult', lost)
  }

  /** The thread has stopped what was given up: only now is there room again. */
  private cancelled(channel: number): void {
    this.unanswered.get(channel)?.()
    this.unanswered.delete(channel)
    this.batches.cancelled(channel)
    this.settled()
  }

  private stageEnded(channel: number, error: EncodedError | undefined): void {
    const stage = this.stages.get(channel)
    this.stages.delete(channel)
    stage?.ended(error && { error: decodeError(error, stage.caller) })
    this.settled()
  }

  private settled(): void {
    if (this.isIdle) this.rest()
    this.events.freed(this)
  }

  /** Nothing is left to do here. */
  private rest(): void {
    this.clock.stop()
    // Others may wait for a place that is still held.
    this.link.keepAlive(this.stragglers > 0)
  }

  private died({ exitCode, signal, cause, received }: Death): void {
    if (this.state === 'dead') return
    this.state = 'dead'
    this.stopClocks()
    const { ending } = this
    const error = ending?.cause ?? (isEncoded(cause) ? decodeError(cause) : cause)
    const batches = this.batches.atDeath(ending?.why, received)
    const stages = [...this.stages.values()]
    this.batches.clear()
    this.stages.clear()
    const suspects = batches.reduce((sum, { running }) => sum + running.length, 0)
    const { threadId } = this
    const certain = suspects === 1
    const loss = { threadId, exitCode, signal, cause: error, certain, ended: ending?.why }
    const early = !ending && stages.length === 0 && this.done === 0 && suspects === 0
    const ran = [
      ...batches.filter(({ running }) => running.length > 0).flatMap(({ work }) => work.steps),
      ...stages,
    ]
    const when = ran.length > 0 ? ` while it ran ${namesOf(ran)}` : ''
    this.events.died(this, error ?? crashError(loss, when), early)
    // From the last on, so that what waits again stands in the order in which it was sent.
    for (const { work, dispatch, cancelled, running } of batches.reverse()) {
      if (cancelled) continue
      const failed = work.lost(dispatch, { ...loss, running })
      this.events.ended(failed, failed, 0)
    }
    for (const stage of stages) stage.lost({ ...loss, running: [] } satisfies Loss)
    this.events.freed(this)
  }
}

function straggler(what: string, told: string): Error {
  return new Error(
    `${what} didn't stop within ${gracePeriod} ms of ${told}; let it look at context.signal or context.cancelled`,
  )
}

function isEncoded(cause: unknown): cause is EncodedError {
  return (
    typeof cause === 'object' &&
    cause !== null &&
    ('error' in cause || 'thrown' in cause) &&
    !(cause instanceof Error)
  )
}
