/**
 * The serving processes that there are: a pool's threads, as it were.
 * @module
 */
import type { PoolEvent } from '../../pool/seam.js'
import type { Manifest } from '../../wire/messages.js'
import type { Connection } from '../connection.js'
import type { Peers } from '../peers.js'
import type { Subjects } from '../subjects.js'
import type { Hello, Notice } from '../wire.js'
import { decodeNotice, encode } from '../wire.js'
import { Server } from './server.js'

export interface ServersEvents {
  tell(event: PoolEvent): void
  /** There are others, or they have changed. */
  changed(): void
  /** One is gone; `why` where it is not by its own wish. */
  gone(server: Server, why: string | undefined): void
}

export class Servers {
  /** Those that take new work. */
  open: readonly Server[] = []
  /** Their threads. */
  size = 0
  /** Batches that they take at once. */
  credit = 0
  private readonly servers = new Map<string, Server>()
  /** Places of processes that were lost, which others may take. */
  private vacant = 0
  private hasLeft = false

  constructor(
    private readonly connection: Connection,
    private readonly subjects: Subjects,
    private readonly peers: () => Peers,
    private readonly events: ServersEvents,
  ) {
    connection.subscribe(subjects.hello, ({ data }) => this.received(data))
    connection.onBack(() => this.ask())
    this.ask()
  }

  /** Has all serving processes say that they are there. */
  ask(): void {
    this.connection.publish(this.subjects.who, encode({ type: 'who' }))
  }

  get(id: string): Server | undefined {
    return this.servers.get(id)
  }

  get all(): IterableIterator<Server> {
    return this.servers.values()
  }

  get manifest(): Manifest | undefined {
    const { open } = this
    return open.length === 0 ? undefined : Object.assign({}, ...open.map(({ hello }) => hello.manifest))
  }

  /** The process of that place: each has as many as it has threads. */
  at(place: number): Server | undefined {
    const { open, size } = this
    let left = size > 0 ? place % size : 0
    return open.find(({ hello }) => (left -= hello.size) < 0) ?? open[0]
  }

  /** One is lost. */
  lost(id: string, why: string): void {
    const server = this.servers.get(id)
    if (!server) return
    this.servers.delete(id)
    this.vacant += server.hello.threads.length
    const error = new Error(`the serving process ${server.threadId} is lost: ${why}`)
    for (const { threadId } of server.hello.threads) this.events.tell({ type: 'crashed', threadId, error })
    this.count()
    this.events.gone(server, error.message)
    this.events.changed()
  }

  /** One says that it is there, or what has changed with it. */
  hello(hello: Hello): void {
    // What was under way when this side left comes till its connection is closed.
    if (this.hasLeft) return
    const known = this.servers.get(hello.id)
    if (known) {
      const { size, credit, leaving } = known.hello
      known.hello = hello
      // It says every second what its threads do.
      if (size === hello.size && credit === hello.credit && leaving === hello.leaving) return
    } else {
      if (hello.leaving) return
      const peer = this.peers().of(hello.id)
      this.servers.set(hello.id, new Server(peer, hello))
      peer.send({ type: 'join' })
      for (const { threadId } of hello.threads)
        this.events.tell({ type: this.vacant-- > 0 ? 'replaced' : 'started', threadId })
      this.vacant = Math.max(0, this.vacant)
    }
    this.count()
    this.events.changed()
  }

  /** Nothing more is asked of them. */
  leave(): void {
    this.hasLeft = true
    for (const server of this.servers.values()) this.tellStopped(server)
    this.servers.clear()
    this.count()
  }

  /** What is asked for with every batch. */
  private count(): void {
    this.open = [...this.servers.values()].filter(({ hello }) => !hello.leaving)
    this.size = this.open.reduce((sum, { hello }) => sum + hello.size, 0)
    this.credit = this.open.reduce((sum, { hello }) => sum + hello.credit, 0)
  }

  private tellStopped({ hello }: Server): void {
    for (const { threadId } of hello.threads) this.events.tell({ type: 'stopped', threadId })
  }

  private received(data: Uint8Array): void {
    let notice: Notice
    try {
      notice = decodeNotice(data)
    } catch {
      // Of a version that isn't understood, or nobody's.
      return
    }
    if (notice.type === 'hello') this.hello(notice)
    else if (notice.type === 'bye') this.bye(notice.id)
  }

  private bye(id: string): void {
    const server = this.servers.get(id)
    if (!server) return
    this.servers.delete(id)
    this.peers().forget(id)
    this.tellStopped(server)
    this.count()
    this.events.gone(server, undefined)
    this.events.changed()
  }
}
