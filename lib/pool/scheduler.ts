/**
 * Decides which thread runs what: gives work to whoever has room, in turns among those who have work, and starts
 * threads when they are first needed.
 * @module
 */
import { PoolClosedError, WorkerStartError } from '../errors.js'
import type { StageEvents } from '../flow/stageFlow.js'
import type { Attachment, Work } from '../flow/work.js'
import type { Manifest } from '../wire/messages.js'
import { Lane } from './lane.js'
import type { StartLink } from './link.js'
import type { PoolEvent, PoolStats } from './seam.js'
import { Statistics } from './statistics.js'

export interface SchedulerOptions {
  readonly name: string
  readonly min: number
  readonly max: number
  readonly concurrency: number
  /** Milliseconds; undefined keeps idle threads. */
  readonly idleTimeout: number | undefined
}

/** So many threads in a row may fail to start in a pool that has had some before it gives up. */
const startFailuresAllowed = 3
/** Milliseconds before the first new try; doubled each time. */
const startBackoff = 50

/** Milliseconds without a word after which a thread is taken to be held up: longer than it takes to report. */
const longSilence = 4

interface PendingStage {
  readonly stage: StageEvents
  readonly place: number
}

interface ManifestRequest {
  found(manifest: Manifest): void
  failed(error: unknown): void
}

export class Scheduler {
  readonly statistics = new Statistics()
  private readonly lanes = new Map<number, Lane>()
  /** Threads that finish what they have; their places may be taken again. */
  private readonly retiring = new Set<Lane>()
  private readonly channels = new Map<Work, number>()
  /** Who has items waiting, in the order of their turns. */
  private readonly waiting = new Set<Work>()
  private readonly pendingStages = new Set<PendingStage>()
  private readonly manifestRequests = new Set<ManifestRequest>()
  private readonly crashed = new Set<number>()
  private readonly onIdle = new Set<() => void>()
  private manifestFound: Manifest | undefined
  private nextChannel = 1
  private startFailures = 0
  private closed: PoolClosedError | undefined
  private pumping = false
  private pumpAgain = false
  private spreadTimer: ReturnType<typeof setTimeout> | undefined
  private retryTimer: ReturnType<typeof setTimeout> | undefined
  private min: number
  private max: number

  constructor(
    private readonly options: SchedulerOptions,
    private readonly start: StartLink,
    private readonly tell: (event: PoolEvent) => void,
  ) {
    this.min = options.min
    this.max = options.max
  }

  get size(): number {
    return this.max
  }

  attach(work: Work): Attachment {
    const channel = this.nextChannel++
    this.channels.set(work, channel)
    return new Attached(this, work, channel)
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

  manifest(found: (manifest: Manifest) => void, failed: (error: unknown) => void): void {
    if (this.manifestFound) return found(this.manifestFound)
    this.manifestRequests.add({ found, failed })
    this.pump()
  }

  threadIdAt(place: number): string | undefined {
    return this.lanes.get(place % this.max)?.threadId
  }

  /** Starts as many threads as there must be at least. */
  async ready(): Promise<void> {
    for (let place = 0; place < this.min; place++) this.laneAt(place)
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
    for (const lane of this.everyLane) {
      if (lane.isKeptFor(work)) lane.keepFor(undefined)
      lane.cancel(work, channel)
    }
    this.settled()
  }

  private get everyLane(): Lane[] {
    return [...this.lanes.values(), ...this.retiring]
  }

  /** Gives out all the work that there is room for. */
  private pump(): void {
    // Work may end, and more be pushed, while it is given out (a pool in this thread): the loop below sees it.
    this.pumpAgain = true
    if (this.pumping) return
    this.pumping = true
    try {
      while (this.pumpAgain) {
        this.pumpAgain = false
        this.startStages()
        if (this.manifestRequests.size > 0 && this.lanes.size === 0) this.laneAt(0)
        for (const work of this.waiting) this.giveOut(work)
        this.spread()
      }
    } finally {
      this.pumping = false
    }
  }

  /**
   * Where a thread has nothing to do while another is held up by a long item, takes back for it what that one hasn't
   * begun. One that gets on is left alone: by the time that its items were here, it would have run them.
   */
  private spread(): void {
    if (this.waiting.size > 0 || this.spreadTimer || this.lanes.size < 2) return
    const lanes = [...this.lanes.values()]
    if (!lanes.some((lane) => lane.state === 'ready' && lane.isIdle)) return
    const busiest = lanes.reduce((most, lane) => (lane.unclaimed > most.unclaimed ? lane : most))
    if (busiest.unclaimed === 0) return
    if (busiest.isHeldUp(longSilence)) return busiest.takeBack()
    this.spreadTimer = setTimeout(() => {
      this.spreadTimer = undefined
      this.pump()
    }, longSilence)
  }

  /** One turn: a batch. Whoever has more goes to the end of the row, which the loop in {@link pump} comes to again. */
  private giveOut(work: Work): void {
    if (work.queued === 0 || !this.channels.has(work)) {
      this.waiting.delete(work)
      return
    }
    const lane = this.laneFor(work)
    if (!lane) {
      if (work.alone) this.keepLaneFor(work)
      return this.startFor(work)
    }
    if (work.settle && this.manifestFound) work.settle(this.manifestFound)
    const dispatch = work.take()
    this.waiting.delete(work)
    if (!dispatch) return
    lane.send(work, this.channels.get(work)!, dispatch)
    // It waits there: another thread, once it has started, takes it back if that takes long.
    if (lane.inFlight > this.options.concurrency && work.batchSize.current === 1) this.startFor(work)
    if (work.queued > 0 && this.channels.has(work)) this.waiting.add(work)
  }

  /** The thread with the least in hand, of those with room; of equals one without a stage. */
  private laneFor(work: Work): Lane | undefined {
    if (work.pin !== undefined) {
      const lane = this.lanes.get(work.pin % this.max)
      return lane?.hasRoomFor(work) ? lane : undefined
    }
    let best: Lane | undefined
    for (const lane of this.lanes.values())
      if (lane.hasRoomFor(work) && (!best || lane.hasLessThan(best))) best = lane
    return best
  }

  /** A thread that others keep filling would never be free for an item that has to run by itself. */
  private keepLaneFor(work: Work): void {
    const lanes = [...this.lanes.values()].filter((lane) => lane.state === 'ready')
    const fitting =
      work.pin === undefined ? lanes : lanes.filter(({ place }) => place === work.pin! % this.max)
    if (fitting.length === 0 || fitting.some((lane) => lane.isKeptFor(work))) return
    fitting.reduce((least, lane) => (lane.inFlight < least.inFlight ? lane : least)).keepFor(work)
  }

  private startFor(work: Work): void {
    if (this.retryTimer) return
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
    )
    this.lanes.set(place, lane)
    return lane
  }

  private laneReady(lane: Lane, manifest: Manifest): void {
    this.tell({ type: this.crashed.delete(lane.place) ? 'replaced' : 'started', threadId: lane.threadId })
    this.manifestFound = manifest
    for (const request of this.manifestRequests) {
      this.manifestRequests.delete(request)
      request.found(manifest)
    }
    this.freed(lane)
  }

  private startFailed(lane: Lane, error: unknown): void {
    this.remove(lane)
    if (this.closed) return this.settled()
    // A pool that has never had a thread won't have one: its file is wrong.
    if (this.manifestFound === undefined) return this.giveUp(error)
    this.startLater(error)
  }

  /** Tries again after a while, ever longer; gives up after some failures in a row. */
  private startLater(error: unknown): void {
    if (++this.startFailures >= startFailuresAllowed) return this.giveUp(error)
    clearTimeout(this.retryTimer)
    this.retryTimer = setTimeout(
      () => {
        this.retryTimer = undefined
        this.pump()
      },
      startBackoff * 2 ** this.startFailures,
    )
  }

  /** What waits for a thread fails; where other threads are left, they go on with what they have. */
  private giveUp(error: unknown): void {
    this.startFailures = 0
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
        new WorkerStartError(`threads of the pool ${this.options.name} die before they run anything`, {
          cause: error,
        }),
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

  private readonly idleTimers = new WeakMap<Lane, ReturnType<typeof setTimeout>>()

  private retireWhenIdle(lane: Lane, idleTimeout: number): void {
    clearTimeout(this.idleTimers.get(lane))
    const timer = setTimeout(() => {
      if (lane.isIdle && this.lanes.size > (this.min === this.max ? 0 : this.min)) void this.retire(lane)
    }, idleTimeout)
    this.idleTimers.set(lane, timer)
    // Waiting to stop a thread is no reason to stay.
    if (typeof timer === 'object') timer.unref()
  }

  private async retire(lane: Lane): Promise<void> {
    if (this.lanes.get(lane.place) === lane) this.lanes.delete(lane.place)
    this.retiring.add(lane)
    await lane.link.started.catch(() => {})
    if (lane.isIdle) return this.stopLane(lane)
    await new Promise<void>((resolve) => this.stopped.set(lane, resolve))
  }

  private readonly stopped = new WeakMap<Lane, () => void>()

  private async stopLane(lane: Lane): Promise<void> {
    const stopped = lane.state !== 'dead'
    this.remove(lane)
    clearTimeout(this.idleTimers.get(lane))
    await lane.terminate()
    if (stopped) this.tell({ type: 'stopped', threadId: lane.threadId })
    this.stopped.get(lane)?.()
  }

  private async stopAll(): Promise<void> {
    clearTimeout(this.retryTimer)
    clearTimeout(this.spreadTimer)
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
    return (
      this.channels.size === 0 && this.pendingStages.size === 0 && this.everyLane.every((lane) => lane.isIdle)
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
  detach(): void {
    this.scheduler.detach(this.work, this.channel)
  }
  get threads(): number {
    return this.scheduler.threadsFor(this.work)
  }
  capacityFor(batch: number): number {
    return this.scheduler.capacityFor(this.work, batch)
  }
}
