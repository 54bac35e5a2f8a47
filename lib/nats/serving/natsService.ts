/**
 * A serving process once it is connected.
 * @module
 */
import { randomUUID } from 'node:crypto'
import type { Subscription } from 'rxjs'
import { isParallelError, WorkerStartError } from '../../errors.js'
import { localThreadId } from '../../pool/node/localThread.js'
import type { Pool, PoolBackend } from '../../pool/seam.js'
import { backend } from '../../pool/seam.js'
import { encodeError } from '../../wire/errorCodec.js'
import type { Manifest } from '../../wire/messages.js'
import { codecOf, unpack } from '../carriage.js'
import { Connection } from '../connection.js'
import type { CheckedConnectOptions } from '../options.js'
import type { Peer } from '../peer.js'
import { Peers } from '../peers.js'
import type { Subjects } from '../subjects.js'
import { subjectsOf } from '../subjects.js'
import { sendError } from '../tooLarge.js'
import type { Batch, Hello } from '../wire.js'
import { asToServing, decodeBatch, encode } from '../wire.js'
import { ensureConsumer, ensureStream } from '../workStream.js'
import { Caller } from './caller.js'
import { Intake } from './intake.js'
import { Job } from './job.js'
import type { Delivery } from './pulls.js'
import { Pulls } from './pulls.js'

export interface ServiceOptions extends CheckedConnectOptions {
  /** Milliseconds. */
  readonly ackWait: number
  /** Batches at once, now. */
  readonly credit: () => number
  /** Callers that are gone are remembered, so that what they left in the stream holds nothing up: so many. */
  readonly rememberGone?: number
}

/** Milliseconds between two words on what its threads do. */
const helloEvery = 1000
const rememberGone = 1000

export class NatsService {
  private readonly id = randomUUID()
  private readonly callers = new Map<string, Caller>()
  /** Callers that have yet to be heard, and what waits for that. */
  private readonly unheard = new Map<string, (() => void)[]>()
  private readonly gone = new Set<string>()
  private readonly intake: Intake
  private readonly peers: Peers
  private readonly pulls: Pulls
  private readonly pool: PoolBackend
  private readonly timers: ReturnType<typeof setInterval>[]
  private readonly events: Subscription
  private readonly onIdle = new Set<() => void>()
  private closing: Promise<void> | undefined
  private isLeaving = false
  private isOver = false

  static async open(served: Pool<unknown>, options: ServiceOptions): Promise<NatsService> {
    await served.ready()
    const manifest = await manifestOf(served)
    const connection = await Connection.open(options)
    const subjects = subjectsOf(options.name)
    const repair = async () => {
      await ensureStream(connection, subjects)
      await ensureConsumer(connection, subjects, options.ackWait)
    }
    try {
      await repair()
    } catch (error) {
      await connection.close()
      throw error
    }
    return new NatsService(served, manifest, connection, subjects, options, repair)
  }

  private constructor(
    private readonly served: Pool<unknown>,
    private readonly manifest: Manifest,
    private readonly connection: Connection,
    private readonly subjects: Subjects,
    private readonly options: ServiceOptions,
    repair: () => Promise<void>,
  ) {
    this.pool = served[backend]
    this.intake = new Intake(options.credit)
    this.peers = new Peers(this.id, connection, subjects, options, {
      accepts: () => !this.isOver,
      message: (peer, body) => this.message(peer, body),
      lost: (peer) => this.callerGone(peer.id),
    })
    this.pulls = new Pulls(
      connection,
      subjects,
      () => (this.isLeaving ? 0 : this.intake.room),
      (delivery) => this.delivered(delivery),
      repair,
    )
    connection.subscribe(subjects.who, () => this.sayHello())
    connection.onBack(() => this.sayHello())
    this.timers = [
      setInterval(() => this.stillWorking(), options.ackWait / 3),
      setInterval(() => this.look(), helloEvery),
    ]
    for (const timer of this.timers) timer.unref()
    this.events = served.events$.subscribe(({ type, threadId, error }) => {
      const record = error === undefined ? undefined : encodeError(error)
      for (const { peer } of this.callers.values())
        sendError(record, (error) => peer.send({ type: 'event', event: type, threadId, error }))
      this.sayHello()
    })
    this.sayHello()
    this.pulls.pull()
  }

  /** Resolves when the connection is over for good: with the reason, if this process hadn't left. */
  async lost(): Promise<Error | undefined> {
    const cause = await this.connection.closed
    if (this.isOver) return undefined
    const reason = cause ? `: ${cause.message}` : ''
    return new WorkerStartError(
      `this process serves '${this.options.name}' no more: it has lost its connection to NATS for good${reason}`,
      { cause },
    )
  }

  /** Takes nothing new, and leaves when all that it has is done. */
  close(): Promise<void> {
    this.closing ??= this.leaveWhenIdle()
    return this.closing
  }

  private async leaveWhenIdle(): Promise<void> {
    this.isLeaving = true
    const stopped = this.pulls.stop()
    this.sayHello()
    await stopped
    if (!this.isIdle) await new Promise<void>((resolve) => this.onIdle.add(resolve))
    await this.leave()
  }

  /** Leaves at once; what it has is run elsewhere. */
  async terminate(): Promise<void> {
    this.isLeaving = true
    const stopped = this.pulls.stop()
    for (const caller of this.callers.values()) caller.returnAll()
    await stopped
    await this.leave()
  }

  private async leave(): Promise<void> {
    if (this.isOver) return
    this.isOver = true
    for (const resolve of this.onIdle) resolve()
    for (const timer of this.timers) clearInterval(timer)
    this.events.unsubscribe()
    // What was said last has to come before it is gone.
    await this.connection.flush().catch(() => {})
    this.connection.publish(this.subjects.hello, encode({ type: 'bye', id: this.id }))
    this.peers.stop()
    await this.connection.close()
  }

  private get hello(): Hello {
    return {
      type: 'hello',
      id: this.id,
      threadId: localThreadId(),
      size: this.served.size,
      threads: this.served.stats.threads,
      credit: this.options.credit(),
      manifest: this.manifest,
      leaving: this.isLeaving,
    }
  }

  private sayHello(): void {
    if (!this.isOver) this.connection.publish(this.subjects.hello, encode(this.hello))
  }

  private look(): void {
    this.sayHello()
    // The pool may have been resized, of which it says nothing.
    this.pulls.pull()
  }

  private delivered(delivery: Delivery): void {
    let job: Job
    try {
      const batch = decodeBatch(delivery.data)
      job = new Job(batch, unpack(batch), codecOf(batch), delivery)
    } catch {
      // Nobody will ever be able to read it. Its caller, if it is one, misses it and sends it anew or fails.
      delivery.end()
      return this.pulls.pull()
    }
    const known = this.callers.get(job.batch.caller)?.jobs.get(job.id)
    // The server has lost patience, and given it to the process that has it already.
    if (known) known.delivery = delivery
    else if (this.isLeaving) delivery.giveBack()
    else this.take(job)
  }

  private take(job: Job): void {
    const caller = this.callerOf(job.batch.caller)
    caller.add(job)
    if (job.delivery) caller.peer.send({ type: 'taken', id: job.id })
    const begin = () => this.begin(caller, job)
    // One that is gone would never tell: what it left isn't begun before it is heard.
    this.whenHeard(caller.peer, () => {
      if (!job.over) this.intake.add(job, begin)
    })
    this.pulls.pull()
  }

  private begin(caller: Caller, job: Job): void {
    const run = () => {
      if (job.over) return
      try {
        caller.run(job)
      } catch (error) {
        caller.peer.send({ type: 'returned', id: job.id })
        caller.drop(job.id)
        if (isParallelError(error, 'POOL_CLOSED')) void this.close()
      }
    }
    // Word that it is here has to be out before it can bring the process down.
    if (job.delivery && job.delivery.deliveries > 1) void this.connection.flush().then(run, run)
    else setImmediate(run)
  }

  private message(peer: Peer, body: unknown): void {
    const message = asToServing(body)
    this.gone.delete(peer.id)
    const caller = this.callerOf(peer.id)
    switch (message.type) {
      case 'join':
        return
      case 'batch':
        return this.direct(peer, message)
      case 'cancel':
        return caller.cancel(message.channel)
      case 'drop':
        return caller.drop(message.id)
      case 'credit':
        return caller.credit(message)
      case 'stage':
        return caller.stage(message)
      default:
        return caller.stageMessage(message)
    }
  }

  /** A batch for this process alone. */
  private direct(peer: Peer, batch: Batch): void {
    this.take(new Job({ ...batch, caller: peer.id }, unpack(batch), codecOf(batch), undefined))
  }

  private callerOf(id: string): Caller {
    const known = this.callers.get(id)
    if (known) return known
    const peer = this.peers.of(id)
    peer.isDoubtful = this.gone.has(id)
    const caller = new Caller(peer, this.pool, {
      ended: (job) => this.ended(job),
      paused: (job) => {
        this.intake.lookAt(job)
        this.moved()
      },
      settled: () => this.settled(),
      // It would take what it gave back again and again.
      poolClosed: () => void this.close(),
    })
    caller.flush = () => this.connection.flush().catch(() => {})
    this.callers.set(id, caller)
    peer.send(this.hello)
    return caller
  }

  private whenHeard(peer: Peer, act: () => void): void {
    if (peer.wasHeard) return act()
    const { id } = peer
    const waiting = this.unheard.get(id)
    if (waiting) return void waiting.push(act)
    this.unheard.set(id, [act])
    peer.onceHeard = () => {
      const all = this.unheard.get(id) ?? []
      this.unheard.delete(id)
      for (const each of all) each()
    }
    peer.probe()
  }

  private callerGone(id: string): void {
    const caller = this.callers.get(id)
    this.callers.delete(id)
    this.unheard.delete(id)
    this.gone.add(id)
    const [oldest] = this.gone
    if (this.gone.size > (this.options.rememberGone ?? rememberGone)) this.gone.delete(oldest!)
    caller?.gone()
    this.settled()
  }

  private ended(job: Job): void {
    // After its results were published, on the same connection.
    if (job.left === 0) job.delivery?.ack()
    else job.delivery?.end()
    this.intake.remove(job)
    this.moved()
  }

  private moved(): void {
    this.intake.admit()
    this.pulls.pull()
    this.settled()
  }

  private stillWorking(): void {
    for (const { jobs } of this.callers.values())
      for (const { delivery } of jobs.values()) delivery?.working()
  }

  private get isIdle(): boolean {
    for (const caller of this.callers.values()) if (!caller.isIdle) return false
    return true
  }

  private settled(): void {
    if (this.onIdle.size === 0 || !this.isIdle) return
    for (const resolve of this.onIdle) resolve()
    this.onIdle.clear()
  }
}

function manifestOf(served: Pool<unknown>): Promise<Manifest> {
  return new Promise((resolve, reject) => {
    served[backend].manifest(resolve, reject)
  })
}
