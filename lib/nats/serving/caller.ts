/**
 * One caller in a serving process: its operators, by their channels, and its stages.
 * @module
 */
import { isParallelError } from '../../errors.js'
import type { PoolBackend } from '../../pool/seam.js'
import { encodeError } from '../../wire/errorCodec.js'
import { recordOf } from '../lossRecord.js'
import type { Peer } from '../peer.js'
import { sendError } from '../tooLarge.js'
import type { Batch, ToCaller, ToServing } from '../wire.js'
import type { Job } from './job.js'
import { RelayStage } from './relayStage.js'
import { RelayWork } from './relayWork.js'
import { sendResults } from './resultMessages.js'

export interface CallerEvents {
  /** A batch is over. */
  ended(job: Job): void
  /** The batch may wait for room downstream now, or go on. */
  paused(job: Job): void
  /** There may be nothing left. */
  settled(): void
  /** The serving pool was closed: it runs nothing any more. */
  poolClosed(): void
}

/** Milliseconds for which an operator without a batch is remembered. */
const rememberFor = 5000

export class Caller {
  /** Batches that came and aren't over. */
  private readonly known = new Map<number, Job>()
  /** How many of each channel. */
  private readonly counts = new Map<number, number>()
  private readonly works = new Map<number, RelayWork>()
  private readonly giveUp = new Map<number, () => void>()
  private readonly stages = new Map<number, RelayStage>()
  private readonly idle = new Map<number, ReturnType<typeof setTimeout>>()

  constructor(
    readonly peer: Peer,
    private readonly pool: PoolBackend,
    private readonly events: CallerEvents,
  ) {}

  get isIdle(): boolean {
    return this.jobs.size === 0 && this.stages.size === 0
  }

  get jobs(): ReadonlyMap<number, Job> {
    return this.known
  }

  /** A batch has come. */
  add(job: Job): void {
    const { channel } = job.batch
    this.known.set(job.id, job)
    this.counts.set(channel, (this.counts.get(channel) ?? 0) + 1)
  }

  /** Begins a batch, which is among {@link jobs}. */
  run(job: Job): void {
    const { batch } = job
    if (!batch.careful) return this.workOf(batch).add(job)
    void this.step(job, 0)
  }

  /** Stops a batch that is somebody else's. */
  drop(id: number): void {
    const job = this.jobs.get(id)
    if (!job) return
    this.end(job)
    // What runs of it can be stopped only with all of its operator.
    if (this.counts.has(job.batch.channel)) this.works.get(job.batch.channel)?.remove(job)
    else this.detach(job.batch.channel)
  }

  credit({ id, item, count }: Extract<ToServing, { type: 'credit' }>): void {
    const job = this.jobs.get(id)
    if (job) this.works.get(job.batch.channel)?.grant(job, item, count)
  }

  /** Nothing more of the channel is wanted. */
  cancel(channel: number): void {
    this.stages.get(channel)?.cancel()
    for (const job of [...this.jobs.values()]) if (job.batch.channel === channel) this.end(job)
    this.detach(channel)
    this.events.settled()
  }

  /** The caller is gone: its work is given up. */
  gone(): void {
    const channels = [...this.works.keys(), ...this.stages.keys()]
    for (const channel of new Set(channels)) this.cancel(channel)
    for (const job of [...this.jobs.values()]) this.end(job)
  }

  stage(message: Extract<ToServing, { type: 'stage' }>): void {
    const { channel, place } = message
    const forget = () => {
      this.stages.delete(channel)
      // It may not have started yet.
      this.giveUp.get(channel)?.()
      this.giveUp.delete(channel)
      this.events.settled()
    }
    const stage = new RelayStage(message, this.peer, forget)
    this.stages.set(channel, stage)
    try {
      const giveUp = this.pool.openStage(stage, place)
      if (this.stages.has(channel)) this.giveUp.set(channel, giveUp)
    } catch (error) {
      stage.aborted(error)
    }
  }

  stageMessage(message: Extract<ToServing, { type: 'input' | 'inputEnd' | 'stageCredit' }>): void {
    const stage = this.stages.get(message.channel)
    if (message.type === 'input') stage?.input(message)
    else if (message.type === 'inputEnd') stage?.inputEnd()
    else stage?.grant(message.count)
  }

  /** Has all that it waits for from here given back, since this process ends. */
  returnAll(): void {
    for (const job of [...this.jobs.values()]) {
      this.peer.send({ type: 'returned', id: job.id })
      this.end(job)
    }
    for (const channel of [...this.works.keys()]) this.detach(channel)
    for (const stage of [...this.stages.values()]) stage.cancel()
  }

  /** A careful batch: each item by itself, and its caller is told of it before. */
  private async step(job: Job, item: number): Promise<void> {
    job.begun = true
    if (job.over || item >= job.chunk.values.length) return
    this.peer.send({ type: 'at', id: job.id, item })
    await this.flush()
    if (job.over) return
    const left = job.left
    this.stepped.set(job, () => {
      if (job.left < left) void this.step(job, item + 1)
    })
    this.workOf(job.batch).add(job, item, 1)
  }

  private readonly stepped = new WeakMap<Job, () => void>()
  /** Set by whoever knows the connection. */
  flush: () => Promise<void> = async () => {}

  private workOf(batch: Batch): RelayWork {
    const { channel, steps, timeout, pin } = batch
    clearTimeout(this.idle.get(channel))
    const known = this.works.get(channel)
    if (known) return known
    const plain = steps.map(({ name, spread }) => ({ task: { name }, spread, caller: undefined }))
    const work = new RelayWork(plain, timeout, pin, {
      results: (job, results) => {
        sendResults(job, results, (message) => this.peer.send(message))
        if (job.left > 0) this.stepped.get(job)?.()
      },
      lost: (job, first, count, loss) => {
        const record = recordOf(loss)
        sendError(record.cause, (cause) =>
          this.send({ type: 'lost', id: job.id, first, count, loss: { ...record, cause } }),
        )
        if (job.left > 0) this.stepped.get(job)?.()
      },
      ended: (job) => this.ended(job),
      paused: (job) => this.events.paused(job),
      aborted: (error) => this.aborted(channel, error),
    })
    work.attachment = this.pool.attach(work)
    this.works.set(channel, work)
    return work
  }

  private ended(job: Job): void {
    this.end(job)
    const { channel } = job.batch
    clearTimeout(this.idle.get(channel))
    if (this.counts.has(channel)) return
    // Its caller says when it is over, as a rule.
    this.idle.set(channel, setTimeout(() => this.detach(channel), rememberFor).unref())
  }

  private end(job: Job): void {
    const { channel } = job.batch
    job.over = true
    if (!this.known.delete(job.id)) return
    const left = this.counts.get(channel)! - 1
    if (left > 0) this.counts.set(channel, left)
    else this.counts.delete(channel)
    this.events.ended(job)
  }

  private detach(channel: number): void {
    clearTimeout(this.idle.get(channel))
    this.idle.delete(channel)
    const work = this.works.get(channel)
    this.works.delete(channel)
    work?.attachment?.detach()
  }

  /** The serving pool can't go on. Where that is only because it was closed, others can. */
  private aborted(channel: number, error: unknown): void {
    const isClosed = isParallelError(error, 'POOL_CLOSED')
    for (const job of [...this.jobs.values()]) {
      if (job.batch.channel !== channel) continue
      if (isClosed) this.peer.send({ type: 'returned', id: job.id })
      this.end(job)
    }
    this.detach(channel)
    if (isClosed) this.events.poolClosed()
    else sendError(encodeError(error), (error) => this.send({ type: 'aborted', channel, error }))
  }

  private send(message: ToCaller): void {
    this.peer.send(message)
  }
}
