/**
 * Decides which thread runs what: gives work to whoever has room, in turns among those who have work, and starts
 * threads when they are first needed.
 * @module
 */
import { PoolClosedError, WorkerStartError } from '../errors.js'
import type { StageEvents } from '../flow/stageFlow.js'
import type { Attachment, Work } from '../flow/work.js'
import { messageOf } from '../wire/describe.js'
import type { Manifest } from '../wire/messages.js'
import type { Time } from '../wire/time.js'
import type { Diagnostics } from './diagnostics.js'
import { Lane } from './lane.js'
import type { StartLink } from './link.js'
import { keptLaneFor, laneFor, longSilence, overloadedLane, roomOf } from './placement.js'
import { Rounds } from './rounds.js'
import type { Admitted, PoolEvent, PoolStats } from './seam.js'
import { Statistics } from './statistics.js'
import { Turns } from './turns.js'

export interface SchedulerOptions {
  readonly name: string
  readonly min: number
  readonly max: number
  readonly concurrency: number
  /** Milliseconds; undefined keeps idle threads. */
  readonly idleTimeout: number | undefined
  readonly time: Time
  readonly diagnostics?: Diagnostics | undefined
}

/** So many threads in a row may fail to start in a pool that has had some before it gives up. */
const startFailuresAllowed = 3
/** Milliseconds before the first new try; doubled each time. */
const startBackoff = 50

interface PendingStage {
  readonly stage: StageEvents
  readonly place: number
}

interface ManifestRequest {
  found(manifest: Manifest, pool: Admitted): void
  failed(error: unknown): void
}

export class Scheduler {
  readonly statistics: Statistics
  private readonly lanes = new Map<number, Lane>()
  /** Threads that finish what they have; their places may be taken again. */
  private readonly retiring = new Set<Lane>()
  private readonly channels = new Map<Work, number>()
  /** Who has items waiting, in the order of their turns. */
  private readonly waiting = new Turns(roomOf)
  private readonly pendingStages = new Set<PendingStage>()
  private readonly manifestRequests = new Set<ManifestRequest>()
  private readonly crashed = new Set<number>()
  private readonly onIdle = new Set<() => void>()
  private manifestFound: Manifest | undefined
  private nextChannel = 1
  private startFailures = 0
  private closed: PoolClosedError | undefined
  /** Its threads are being ended: there won't be others, whoever waits for one. */
  private isOver = false
  private readonly rounds: Rounds
  /** What gives up the timers that run. */
  private stopSpread: (() => void) | undefined
  private stopRetry: (() => void) | undefined
  private min: number
  private max: number

  constructor(
    private readonly options: SchedulerOptions,
    private readonly start: StartLink,
    private readonly tell: (event: PoolEvent) => void,
  ) {
    this.statistics = new Statistics(options.time)
    this.rounds = new Rounds(options.time, () => this.round())
    this.min = options.min
    this.max = options.max
  }

  get time(): Time {
    return this.options.time
  }

  get size(): number {
    return this.max
  }

  attach(work: Work): Attachment {
    const channel = this.nextChannel++
    this.channels.set(work, channel)
    return new Attached(this, work, channel)
  }

  itemFailed(work: Work, position: number, error: unknown): void {
    this.options.diagnostics?.itemFailed(work, position, error)
  }

  /** There is work to take. */
  workReady(work: Work): void {
    this.waiting.add(work)
    this.pump()
  }

  /** The most threads that may run it. */
  threadsFor(work: Work): number {
    return work.pin === undefined ? this.max : 1
  }

  capacityFor(work: Work, batch: number): number {
    return this.threadsFor(work) * (batch > 1 ? 4 * batch : this.options.concurrency + 2)
  }

  openStage(stage: StageEvents, place: number): () => void {
    const pending = { stage, place: place % this.max }
    this.pendingStages.add(pending)
    this.pump()
    return () => {
      this.pendingStages.delete(pending)
      this.settled()
    }
  }

  manifest(found: ManifestRequest['found'], failed: ManifestRequest['failed']): () => void {
    if (this.manifestFound) {
      found(this.manifestFound, this)
      return () => {}
    }
    const request = { found, failed }
    this.manifestRequests.add(request)
    this.pump()
    return () => {
      this.manifestRequests.delete(request)
      this.settled()
    }
  }

  threadIdAt(place: number): string | undefined {
    return this.lanes.get(place % this.max)?.threadId
  }

  /** Starts as many threads as there must be at least. */
  startLeast(): void {
    for (let place = 0; place < this.min; place++) this.laneAt(place)
  }

  /** Resolves when they can work. */
  async ready(): Promise<void> {
    this.startLeast()
    await Promise.all([...this.lanes.values()].map((lane) => lane.link.started))
  }

  async resize(min: number, max: number): Promise<void> {
    this.min = min
    this.max = max
    const surplus = [...this.lanes.values()].filter((lane) => lane.place >= max)
    await Promise.all(surplus.map((lane) => this.retire(lane)))
    this.pump()
  }

  /** Takes nothing new, and ends its threads when all that it has taken has ended. */
  async close(reason: string): Promise<void> {
    this.closed ??= new PoolClosedError(reason)
    if (!this.isIdle) await new Promise<void>((resolve) => this.onIdle.add(resolve))
    await this.stopAll()
  }

  async terminate(reason: string): Promise<void> {
    this.closed ??= new PoolClosedError(reason)
    const stages = this.everyLane.flatMap((lane) => lane.openStages)
    const stopped = this.stopAll()
    this.abortWaiting(this.closed)
    for (const stage of stages) stage.aborted(this.closed)
    for (const work of [...this.channels.keys()]) work.aborted(this.closed)
    this.settled()
    await stopped
  }

  stats(): PoolStats {
    const lanes = this.everyLane
    const { statistics } = this
    return {
      inFlight: lanes.reduce((sum, lane) => sum + lane.inFlight, 0),
      queued: [...this.channels.keys()].reduce((sum, work) => sum + work.queued, 0),
      done: statistics.done,
      failed: statistics.failed,
      perSecond: statistics.perSecond,
      threads: lanes.map(({ threadId, inFlight, done, link }) => ({
        threadId,
        inFlight,
        done,
        utilization: link.utilization(),
      })),
      serviceTime: {
        p50: statistics.quantile(0.5),
        p90: statistics.quantile(0.9),
        p99: statistics.quantile(0.99),
      },
    }
  }

  detach(work: Work, channel: number): void {
    if (!this.channels.delete(work)) return
    this.waiting.delete(work)
    this.release(work)
    for (const lane of this.everyLane) lane.cancel(work, channel)
    this.settled()
    // A thread may have been kept for it. Not now: what else waits may be given up together with it.
    if (this.waiting.size > 0) this.rounds.soon()
  }

  private get everyLane(): Lane[] {
    return [...this.lanes.values(), ...this.retiring]
  }

  /** Gives out all the work that there is room for. */
  private pump(): void {
    this.rounds.run()
  }

  private round(): void {
    if (this.isOver) return
    this.startStages()
    if (this.manifestRequests.size > 0 && this.lanes.size === 0) this.laneAt(0)
    this.waiting.pass((work) => this.giveOut(work))
    this.spread()
  }

  /** Takes back for a thread that has nothing to do what another has too much of. */
  private spread(): void {
    if (this.waiting.size > 0 || this.stopSpread) return
    const lane = overloadedLane(this.lanes)
    if (lane !== 'later') return lane?.takeBack()
    this.stopSpread = this.time.after(longSilence, () => {
      this.stopSpread = undefined
      this.pump()
    })
  }

  /**
   * One turn: a batch. Whoever has more goes to the end of the row, which the round comes to again.
   * Returns whether there is no room for it.
   */
  private giveOut(work: Work): boolean {
    if (work.queued === 0 || !this.channels.has(work)) {
      this.waiting.delete(work)
      this.release(work)
      return false
    }
    const lane = laneFor(work, this.lanes, this.max) ?? keptLaneFor(work, this.lanes, this.max)
    if (!lane) {
      this.startFor(work)
      return true
    }
    if (work.settle && this.manifestFound) work.settle(this.manifestFound, this)
    const dispatch = work.take()
    this.waiting.delete(work)
    if (!dispatch || dispatch.slice.alone) this.release(work)
    if (!dispatch) return false
    lane.send(work, this.channels.get(work)!, dispatch)
    // It waits there: another thread, once it has started, takes it back if that takes long.
    if (lane.inFlight > this.options.concurrency && work.batchSize.current === 1) this.startFor(work)
    if (work.queued > 0 && this.channels.has(work)) this.waiting.add(work)
    return false
  }

  /** It has had its turn, perhaps in another thread, or needs none any more. */
  private release(work: Work): void {
    for (const lane of this.everyLane) {
      if (!lane.isKeptFor(work)) continue
      lane.keepFor(undefined)
      // It may have room for those it was kept from.
      this.rounds.repeat()
    }
  }

  private startFor(work: Work): void {
    if (this.stopRetry) return
    if (work.pin !== undefined) {
      this.laneAt(work.pin % this.max)
      return
    }
    if (this.lanes.size >= this.max) return
    // One at a time would make a burst wait for each start in turn; more than there are items would start in vain.
    for (let place = 0, wanted = this.threadsWanted; place < this.max && wanted > 0; place++) {
      if (this.lanes.has(place)) continue
      this.laneAt(place)
      wanted--
    }
  }

  /** How many more threads than there are could begin an item at once. */
  private get threadsWanted(): number {
    let wanted = 0
    for (const work of this.waiting) if (work.pin === undefined) wanted += work.queued
    for (const lane of this.lanes.values())
      if (lane.state === 'starting') wanted--
      else wanted += Math.max(0, lane.inFlight - this.options.concurrency)
    return wanted
  }

  private startStages(): void {
    for (const pending of this.pendingStages) {
      const lane = this.laneAt(pending.place)
      if (lane.state !== 'ready') continue
      this.pendingStages.delete(pending)
      lane.startStage(this.nextChannel++, pending.stage)
    }
  }

  private laneAt(place: number): Lane {
    const known = this.lanes.get(place)
    if (known) return known
    const lane = new Lane(
      place,
      this.options.concurrency,
      {
        ready: (lane, manifest) => this.laneReady(lane, manifest),
        startFailed: (lane, error) => this.startFailed(lane, error),
        ended: (count, failed, busy) => {
          if (count > failed) this.startFailures = 0
          this.statistics.record(count, failed, busy)
        },
        consumed: () => {
          this.startFailures = 0
        },
        freed: (lane) => this.freed(lane),
        died: (lane, error, early) => this.laneDied(lane, error, early),
      },
      this.start,
      this.time,
      this.options.diagnostics,
    )
    this.lanes.set(place, lane)
    lane.open()
    return lane
  }

  private laneReady(lane: Lane, manifest: Manifest): void {
    this.tell({ type: this.crashed.delete(lane.place) ? 'replaced' : 'started', threadId: lane.threadId })
    this.manifestFound = manifest
    for (const request of this.manifestRequests) {
      this.manifestRequests.delete(request)
      request.found(manifest, this)
    }
    this.freed(lane)
  }

  private startFailed(lane: Lane, error: unknown): void {
    this.remove(lane)
    if (this.isOver) return this.settled()
    // A pool that has never had a thread won't have one: its file is wrong.
    if (this.manifestFound === undefined) return this.giveUp(error)
    this.startLater(error)
  }

  /** Tries again after a while, ever longer; gives up after some failures in a row. */
  private startLater(error: unknown): void {
    if (++this.startFailures >= startFailuresAllowed) return this.giveUp(error)
    this.stopRetry?.()
    this.stopRetry = this.time.after(startBackoff * 2 ** this.startFailures, () => {
      this.stopRetry = undefined
      this.pump()
    })
  }

  /** What waits for a thread fails; where other threads are left, they go on with what they have. */
  private giveUp(error: unknown): void {
    this.startFailures = 0
    this.options.diagnostics?.unstartable(error)
    this.abortWaiting(error)
    if (this.lanes.size === 0) for (const work of [...this.channels.keys()]) work.aborted(error)
    this.settled()
  }

  private laneDied(lane: Lane, error: unknown, early: boolean): void {
    this.remove(lane)
    this.tell({ type: 'crashed', threadId: lane.threadId, error })
    // Whoever waits for it to stop need not wait any more.
    this.stopped.get(lane)?.()
    if (this.closed) return
    this.crashed.add(lane.place)
    // Nothing that ran there is to blame: the next thread may well end in the same way.
    if (early && this.channels.size > 0)
      this.startLater(
        new WorkerStartError(
          `threads of the pool ${this.options.name} die before they run anything: ${messageOf(error)}`,
          { cause: error },
        ),
      )
  }

  private remove(lane: Lane): void {
    if (this.lanes.get(lane.place) === lane) this.lanes.delete(lane.place)
    this.retiring.delete(lane)
  }

  /** A thread has ended something. */
  private freed(lane: Lane): void {
    this.pump()
    if (lane.isIdle && lane.state === 'ready' && this.options.idleTimeout !== undefined)
      this.retireWhenIdle(lane, this.options.idleTimeout)
    if (this.retiring.has(lane) && lane.isIdle) void this.stopLane(lane)
    this.settled()
  }

  /** What gives up stopping each thread that has nothing to do. */
  private readonly idleTimers = new WeakMap<Lane, () => void>()

  private retireWhenIdle(lane: Lane, idleTimeout: number): void {
    this.idleTimers.get(lane)?.()
    const retire = () => {
      if (lane.isIdle && this.lanes.size > (this.min === this.max ? 0 : this.min)) void this.retire(lane)
    }
    // Waiting to stop a thread is no reason to stay.
    this.idleTimers.set(lane, this.time.after(idleTimeout, retire, false))
  }

  private async retire(lane: Lane): Promise<void> {
    if (this.lanes.get(lane.place) === lane) this.lanes.delete(lane.place)
    this.retiring.add(lane)
    await lane.link.started.then(undefined, () => {})
    if (lane.isIdle) return this.stopLane(lane)
    await new Promise<void>((resolve) => this.stopped.set(lane, resolve))
  }

  private readonly stopped = new WeakMap<Lane, () => void>()

  private async stopLane(lane: Lane): Promise<void> {
    const stopped = lane.state !== 'dead'
    this.remove(lane)
    this.idleTimers.get(lane)?.()
    await lane.terminate()
    if (stopped) this.tell({ type: 'stopped', threadId: lane.threadId })
    this.stopped.get(lane)?.()
  }

  private async stopAll(): Promise<void> {
    this.isOver = true
    this.stopRetry?.()
    this.stopSpread?.()
    await Promise.all(this.everyLane.map((lane) => this.stopLane(lane)))
  }

  private abortWaiting(error: unknown): void {
    const requests = [...this.manifestRequests]
    const stages = [...this.pendingStages]
    this.manifestRequests.clear()
    this.pendingStages.clear()
    for (const request of requests) request.failed(error)
    for (const { stage } of stages) stage.aborted(error)
  }

  private get isIdle(): boolean {
    const { channels, pendingStages, manifestRequests } = this
    return (
      channels.size + pendingStages.size + manifestRequests.size === 0 &&
      this.everyLane.every((lane) => lane.isIdle)
    )
  }

  private settled(): void {
    if (this.onIdle.size === 0 || !this.isIdle) return
    for (const resolve of this.onIdle) resolve()
    this.onIdle.clear()
  }
}

/** A class, not an object of closures: each single run makes one. */
class Attached implements Attachment {
  constructor(
    private readonly scheduler: Scheduler,
    private readonly work: Work,
    private readonly channel: number,
  ) {}

  ready(): void {
    this.scheduler.workReady(this.work)
  }
  failed(position: number, error: unknown): void {
    this.scheduler.itemFailed(this.work, position, error)
  }
  detach(): void {
    this.scheduler.detach(this.work, this.channel)
  }
  get threads(): number {
    return this.scheduler.threadsFor(this.work)
  }
  get time(): Time {
    return this.scheduler.time
  }
  capacityFor(batch: number): number {
    return this.scheduler.capacityFor(this.work, batch)
  }
}
