/**
 * What a pool over NATS does once it is connected: gives work out, in turns among those who have some, and hears what
 * becomes of it.
 * @module
 */
import { randomUUID } from 'node:crypto'
import { PoolClosedError, WorkerStartError } from '../../errors.js'
import type { StageEvents } from '../../flow/stageFlow.js'
import type { Attachment, Work } from '../../flow/work.js'
import { badArgument } from '../../pool/checks.js'
import type { Engine } from '../../pool/engine.js'
import { Rounds } from '../../pool/rounds.js'
import type { Admitted, PoolEvent, PoolStats } from '../../pool/seam.js'
import { Statistics } from '../../pool/statistics.js'
import { Turns } from '../../pool/turns.js'
import type { CodecKind } from '../../wire/codec.js'
import { decodeError } from '../../wire/errorCodec.js'
import type { Manifest } from '../../wire/messages.js'
import type { Time } from '../../wire/time.js'
import { realTime } from '../../wire/time.js'
import { Connection } from '../connection.js'
import type { CheckedConnectOptions } from '../options.js'
import type { Peer } from '../peer.js'
import { Peers } from '../peers.js'
import type { Subjects } from '../subjects.js'
import { subjectsOf } from '../subjects.js'
import type { ToCaller } from '../wire.js'
import { asToCaller, Malformed } from '../wire.js'
import { ensureStream } from '../workStream.js'
import { Ledger } from './ledger.js'
import { inlineRefused, RemoteStages } from './remoteStages.js'
import type { Server } from './server.js'
import { Servers } from './servers.js'

export interface EngineOptions extends CheckedConnectOptions {
  readonly codec: CodecKind | undefined
  readonly startTimeout: number
  /** Threads that there have to be. */
  readonly minSize: number
}

interface Attached {
  readonly channel: number
  /** The process that its items go to, where it is one. */
  server: Server | undefined
}

interface Asked {
  found(manifest: Manifest, pool: Admitted): void
  failed(error: unknown): void
}

/** Batches that are given out before a process is known. */
const leastAhead = 4
/** Batches of one branch that its process may have. */
const pinnedAhead = 3
/** Milliseconds between looks whether the stream still has what nobody has taken. */
const auditEvery = 5000

export class NatsEngine implements Engine {
  readonly time: Time = realTime
  private readonly statistics = new Statistics(realTime)
  private readonly works = new Map<Work, Attached>()
  /** Who has items waiting, in the order of their turns. */
  private readonly waiting = new Turns(roomOf)
  private readonly asked = new Set<Asked>()
  private readonly onIdle = new Set<() => void>()
  private readonly onServer = new Set<() => void>()
  private readonly peers: Peers
  private readonly servers: Servers
  private readonly ledger: Ledger
  private readonly stages: RemoteStages
  private readonly auditTimer: ReturnType<typeof setInterval>
  private nextChannel = 1
  private closed: PoolClosedError | undefined
  /** Why nothing can be asked for any more: the connection is over for good. */
  private lost: WorkerStartError | undefined
  private isOver = false
  private wasServed = false
  /** Who has work is asked just now. */
  private isGathering = false
  private readonly rounds = new Rounds(realTime, () => this.round())

  static async open(
    options: EngineOptions,
    tell: (event: PoolEvent) => void,
    resized: (size: number) => void,
  ): Promise<NatsEngine> {
    const connection = await Connection.open(options)
    const subjects = subjectsOf(options.name)
    try {
      await ensureStream(connection, subjects)
    } catch (error) {
      await connection.close()
      throw error
    }
    return new NatsEngine(connection, subjects, options, tell, resized)
  }

  private constructor(
    private readonly connection: Connection,
    subjects: Subjects,
    private readonly options: EngineOptions,
    private readonly tell: (event: PoolEvent) => void,
    private readonly resized: (size: number) => void,
  ) {
    const me = randomUUID()
    this.peers = new Peers(me, connection, subjects, options, {
      accepts: () => true,
      message: (peer, body) => this.message(peer, asToCaller(body)),
      lost: (peer, why) => this.servers.lost(peer.id, why),
    })
    this.servers = new Servers(connection, subjects, () => this.peers, {
      tell,
      changed: () => this.serversChanged(),
      gone: (server, why) => this.serverGone(server, why),
    })
    this.ledger = new Ledger({
      me,
      connection,
      subjects,
      codec: options.codec,
      statistics: this.statistics,
      isWanted: (work) => this.works.has(work),
      changed: () => this.pump(),
    })
    this.ledger.forEachServerOf = (channel) => this.tellCancelled(channel)
    this.stages = new RemoteStages(this.servers, options.codec, () => this.settled())
    connection.subscribe(subjects.deliveries, ({ data }) => this.exhausted(data))
    this.auditTimer = setInterval(() => void this.ledger.audit(), auditEvery)
    this.auditTimer.unref()
    void connection.closed.then((error) => this.disconnected(error))
  }

  attach(work: Work): Attachment {
    const channel = this.nextChannel++
    this.works.set(work, { channel, server: undefined })
    // Not before it has its attachment.
    if (this.lost) queueMicrotask(() => this.works.has(work) && work.aborted(this.lost))
    const engine = this
    return {
      ready: () => this.workReady(work),
      failed: () => {},
      detach: () => this.detach(work),
      get threads() {
        return work.pin === undefined ? Math.max(1, engine.servers.size) : 1
      },
      time: this.time,
      capacityFor: (batch) => this.mostFor(work) * batch,
    }
  }

  openStage(stage: StageEvents, place: number): () => void {
    if (this.lost) {
      stage.aborted(this.lost)
      return () => {}
    }
    return this.stages.open(this.nextChannel++, stage, place)
  }

  manifest(found: Asked['found'], failed: Asked['failed']): () => void {
    if (this.lost) {
      failed(this.lost)
      return () => {}
    }
    const { manifest } = this.servers
    if (manifest && this.isServed) {
      found(manifest, this)
      return () => {}
    }
    const asked = { found, failed }
    this.asked.add(asked)
    return () => {
      this.asked.delete(asked)
      this.settled()
    }
  }

  threadIdAt(place: number): string | undefined {
    return this.servers.at(place)?.threadId
  }

  async ready(): Promise<void> {
    const { name, startTimeout, minSize } = this.options
    if (this.lost) throw this.lost
    if (this.isServed) return
    let timer: ReturnType<typeof setTimeout> | undefined
    let came: () => void = () => {}
    const late = () =>
      new WorkerStartError(
        `'${name}' is served by ${this.servers.size} of ${minSize} threads (minSize) after ${startTimeout} ms ` +
          '(startTimeout): start processes that call serveTasks()',
      )
    try {
      await new Promise<void>((resolve, reject) => {
        came = () => {
          const error = this.closed ?? this.lost
          if (error) reject(error)
          else resolve()
        }
        this.onServer.add(came)
        timer = setTimeout(() => reject(late()), startTimeout)
      })
    } finally {
      clearTimeout(timer)
      this.onServer.delete(came)
    }
  }

  async resize(): Promise<void> {
    throw badArgument(
      'resize',
      `the size of a natsPool is that of the processes that serve '${this.options.name}': start more of them, or close some`,
    )
  }

  async close(reason: string): Promise<void> {
    this.closed ??= new PoolClosedError(reason)
    this.tellWaiting()
    if (!this.isIdle) await new Promise<void>((resolve) => this.onIdle.add(resolve))
    await this.leave()
  }

  async terminate(reason: string): Promise<void> {
    this.closed ??= new PoolClosedError(reason)
    this.tellWaiting()
    this.abort(this.closed)
    await this.leave()
  }

  stats(): PoolStats {
    const { statistics } = this
    const servers = [...this.servers.all]
    return {
      inFlight: servers.reduce((sum, { inFlight }) => sum + inFlight, 0),
      queued: [...this.works.keys()].reduce((sum, { queued }) => sum + queued, 0) + this.ledger.queued,
      done: statistics.done,
      failed: statistics.failed,
      perSecond: statistics.perSecond,
      threads: servers.flatMap(({ hello }) => hello.threads),
      serviceTime: {
        p50: statistics.quantile(0.5),
        p90: statistics.quantile(0.9),
        p99: statistics.quantile(0.99),
      },
    }
  }

  private workReady(work: Work): void {
    this.waiting.add(work)
    if (!this.isGathering) this.pump()
  }

  private detach(work: Work): void {
    const attached = this.works.get(work)
    if (!attached) return
    this.works.delete(work)
    this.waiting.delete(work)
    this.ledger.cancel(work, attached.channel)
    this.settled()
    // Others may have the room that it had.
    if (this.waiting.size > 0) this.rounds.soon()
  }

  private tellCancelled(channel: number): void {
    for (const { channels, peer } of this.servers.all)
      if (channels.delete(channel)) peer.send({ type: 'cancel', channel })
  }

  /** Gives out all the work that there is room for. */
  private pump(): void {
    this.rounds.run()
    this.settled()
  }

  private round(): void {
    if (!this.isOver && !this.lost) this.waiting.pass((work) => this.giveOut(work))
  }

  /**
   * One turn: a batch. Whoever has more goes to the end of the row, which the round comes to again.
   * Returns whether there is no room for it.
   */
  private giveOut(work: Work): boolean {
    const attached = this.works.get(work)
    if (work.queued === 0 || !attached) {
      this.waiting.delete(work)
      return false
    }
    if (!this.hasRoomFor(work)) return true
    const pinned = this.serverFor(work, attached)
    if (work.pin !== undefined && !pinned) return true
    const manifest = work.settle && this.servers.manifest
    if (manifest) work.settle!(manifest, this)
    if (work.steps.some(({ task }) => 'code' in task)) {
      work.aborted(inlineRefused())
      return false
    }
    const dispatch = work.take()
    this.waiting.delete(work)
    if (!dispatch) return false
    this.ledger.send(work, attached.channel, dispatch, pinned)
    if (work.queued > 0 && this.works.has(work)) this.waiting.add(work)
    return false
  }

  private hasRoomFor(work: Work): boolean {
    // Others may wait for it.
    if (work.again) return true
    if (work.pin !== undefined) return this.ledger.activeOf(work) < pinnedAhead
    return this.ledger.active < this.mostFor(work)
  }

  /** Batches that may be under way at once: what all processes take, and as many as they have threads in the stream. */
  private mostFor(work: Work): number {
    if (work.pin !== undefined) return pinnedAhead
    return Math.max(leastAhead, this.servers.credit + this.servers.size)
  }

  /** The same process each time, as long as it is there. */
  private serverFor(work: Work, attached: Attached): Server | undefined {
    if (work.pin === undefined) return undefined
    if (attached.server && this.servers.get(attached.server.id) !== attached.server)
      attached.server = undefined
    attached.server ??= this.servers.at(work.pin)
    return attached.server
  }

  private message(peer: Peer, message: ToCaller): void {
    const server = this.servers.get(peer.id)
    if (message.type === 'hello') {
      if (message.id !== peer.id) throw new Malformed("another process's hello")
      return this.servers.hello(message)
    }
    if (!server) throw new Malformed(`'${message.type}' before it said hello`)
    switch (message.type) {
      case 'taken':
        return this.ledger.taken(server, message.id)
      case 'at':
        return this.ledger.at(server, message.id, message.item)
      case 'results':
        return this.ledger.results(server, message)
      case 'lost':
        return this.ledger.threadLost(server, message.id, message.first, message.count, message.loss)
      case 'returned':
        return this.ledger.returned(server, message.id)
      case 'event':
        return this.tell({
          type: message.event,
          threadId: message.threadId,
          ...(message.error && { error: decodeError(message.error) }),
        })
      case 'aborted':
        return this.aborted(server, message)
      default:
        return this.stages.message(server, message)
    }
  }

  private aborted(server: Server, message: Extract<ToCaller, { type: 'aborted' }>): void {
    for (const [work, { channel }] of this.works)
      if (channel === message.channel) return work.aborted(decodeError(message.error))
    this.stages.message(server, message)
  }

  private serversChanged(): void {
    const { manifest, size } = this.servers
    if (this.isServed) this.wasServed = true
    if (this.wasServed) this.resized(Math.max(1, size))
    if (this.isServed) for (const came of [...this.onServer]) came()
    if (manifest && this.isServed)
      for (const asked of [...this.asked]) if (this.asked.delete(asked)) asked.found(manifest, this)
    this.stages.start()
    // One round for all of them.
    this.isGathering = true
    try {
      for (const work of [...this.works.keys()]) work.roomier()
    } finally {
      this.isGathering = false
    }
    this.pump()
  }

  private serverGone(server: Server, why: string | undefined): void {
    if (this.isOver) return
    this.stages.serverGone(server, why ?? `the serving process ${server.threadId} was closed`)
    this.ledger.serverGone(server, why)
  }

  private exhausted(data: Uint8Array): void {
    const found: unknown = parse(data)
    const seq = (found as { stream_seq?: unknown } | undefined)?.stream_seq
    if (typeof seq === 'number') this.ledger.exhausted(seq)
  }

  private disconnected(error: Error | undefined): void {
    if (this.isOver) return
    const { name } = this.options
    this.lost = new WorkerStartError(
      `the pool ${name} has lost its connection to NATS for good${error ? `: ${error.message}` : ''}`,
      { cause: error },
    )
    clearInterval(this.auditTimer)
    this.ledger.stop()
    this.tellWaiting()
    this.abort(this.lost)
  }

  /** All that runs, and all that waits, fails. */
  private abort(error: unknown): void {
    for (const asked of [...this.asked]) if (this.asked.delete(asked)) asked.failed(error)
    this.stages.abort(error)
    for (const work of [...this.works.keys()]) work.aborted(error)
    this.settled()
  }

  private async leave(): Promise<void> {
    if (this.isOver) return
    this.isOver = true
    clearInterval(this.auditTimer)
    this.ledger.stop()
    this.peers.leave()
    this.servers.leave()
    await this.connection.close()
  }

  private tellWaiting(): void {
    for (const came of [...this.onServer]) came()
  }

  private get isServed(): boolean {
    return this.servers.size >= this.options.minSize
  }

  private get isIdle(): boolean {
    return this.works.size + this.asked.size === 0 && this.stages.isEmpty && this.ledger.isEmpty
  }

  private settled(): void {
    if (this.onIdle.size === 0 || !this.isIdle) return
    for (const resolve of this.onIdle) resolve()
    this.onIdle.clear()
  }
}

/** All that may go to any process asks for the same room. */
const anywhere = {}

/** What stands for the room that it asks for; undefined for work that has to be asked by itself. */
function roomOf({ pin, again }: Work): object | undefined {
  return pin === undefined && !again ? anywhere : undefined
}

function parse(data: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(data).toString())
  } catch {
    return undefined
  }
}
