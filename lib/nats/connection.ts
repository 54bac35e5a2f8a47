/**
 * The connection to NATS: the one file that knows its client, which is loaded when it is first needed.
 * @module
 */
import type { JetStreamManager } from '@nats-io/jetstream'
import type { Msg, NatsConnection, NodeConnectionOptions } from '@nats-io/transport-node'
import { WorkerStartError } from '../errors.js'
import { messageOf } from '../wire/describe.js'
import type { ConnectOptions } from './options.js'

export interface Received {
  readonly data: Uint8Array
  readonly subject: string
  readonly reply: string | undefined
  /** Whether it is the server's word that nobody listens there. */
  readonly isNoResponders: boolean
  /** A status of the server's own, as of a pull that has expired; undefined for a message. */
  readonly status: number | undefined
  /** How many messages a pull still was to bring, of such a status. */
  readonly pending: number
}

/** Milliseconds between attempts to connect again. */
const reconnectWait = 250
/** Milliseconds for a request to JetStream. */
const requestTimeout = 5000

export class Connection {
  isUp = true
  /** Resolves when it is over for good: with the reason, if it wasn't asked for. */
  readonly closed: Promise<Error | undefined>
  private readonly back = new Set<() => void>()

  private constructor(
    private readonly nats: NatsConnection,
    readonly manager: JetStreamManager,
    private readonly headers: () => ReturnType<typeof import('@nats-io/transport-node')['headers']>,
  ) {
    this.closed = nats.closed().then((error) => {
      this.isUp = false
      return error ?? undefined
    })
    void this.watch()
  }

  static async open({ servers, name, connection }: ConnectOptions): Promise<Connection> {
    const [transport, streams] = await load()
    const options: NodeConnectionOptions = {
      name: `rxjs-parallel ${name}`,
      maxReconnectAttempts: -1,
      reconnectTimeWait: reconnectWait,
      reconnectJitter: reconnectWait,
      // Each request would capture a stack that nobody looks at.
      noAsyncTraces: true,
      ...connection,
      servers: typeof servers === 'string' ? servers : [...servers],
    }
    const nats = await transport.connect(options).catch((cause): never => {
      throw unusable(servers, cause, 'is it running, and is that its address?')
    })
    try {
      const manager = await streams.jetstreamManager(nats, { timeout: requestTimeout })
      return new Connection(nats, manager, transport.headers)
    } catch (cause) {
      await nats.close()
      throw unusable(servers, cause, 'it has to run with JetStream: nats-server -js')
    }
  }

  /** Bytes that fit in a message, less what its subjects and headers take. */
  get maxPayload(): number {
    return (this.nats.info?.max_payload ?? 2 ** 20) - 1024
  }

  /** Called back each time that the connection was lost and is there again. */
  onBack(run: () => void): void {
    this.back.add(run)
  }

  publish(subject: string, data: Uint8Array, reply?: string): void {
    if (this.nats.isClosed()) return
    this.nats.publish(subject, data, reply === undefined ? undefined : { reply })
  }

  /** Returns how to hear no more: that resolves when all that the server had sent by then has come. */
  subscribe(subject: string, received: (message: Received) => void): () => Promise<void> {
    const subscription = this.nats.subscribe(subject, {
      callback: (error, message) => {
        if (!error) received(readMessage(message))
      },
    })
    // With the connection closed, nothing more comes.
    return () => subscription.drain().catch(() => {})
  }

  /** Publishes to a stream, once though it may be sent again. Returns its sequence there. */
  async store(subject: string, data: Uint8Array, id: string): Promise<number> {
    const headers = this.headers()
    headers.set('Nats-Msg-Id', id)
    const answer = await this.nats.request(subject, data, { timeout: requestTimeout, headers })
    const { seq, error } = answer.json<{ seq?: number; error?: { description?: string } }>()
    if (seq === undefined) throw new Error(`NATS refused a batch: ${error?.description ?? 'no reason given'}`)
    return seq
  }

  /** A subject on which only this connection listens. */
  inbox(): string {
    return `_INBOX.${crypto.randomUUID()}`
  }

  /** Resolves when all that was published has reached the server. */
  async flush(): Promise<void> {
    await this.nats.flush()
  }

  async close(): Promise<void> {
    if (this.nats.isClosed()) return
    // What was said last has to get out; a server that is away doesn't get it.
    if (this.isUp) await Promise.race([this.nats.flush().catch(() => {}), this.closed, late(1000)])
    await this.nats.close()
  }

  private async watch(): Promise<void> {
    for await (const status of this.nats.status()) {
      if (status.type === 'disconnect') this.isUp = false
      if (status.type !== 'reconnect') continue
      this.isUp = true
      for (const run of this.back) run()
    }
  }
}

function readMessage({ data, subject, reply, headers }: Msg): Received {
  const code = data.length === 0 ? headers?.code : undefined
  const status = code || undefined
  return {
    data,
    subject,
    reply,
    status,
    isNoResponders: status === 503,
    pending: status === undefined ? 0 : Number(headers?.get('Nats-Pending-Messages') || 0),
  }
}

function unusable(servers: ConnectOptions['servers'], cause: unknown, hint: string): WorkerStartError {
  // Without a password that may be in it.
  const address = String(servers).replace(/\/\/[^/@]*@/g, '//')
  return new WorkerStartError(`the NATS server ${address} can't be used: ${messageOf(cause)}; ${hint}`, {
    cause,
  })
}

async function load() {
  try {
    return await Promise.all([import('@nats-io/transport-node'), import('@nats-io/jetstream')])
  } catch (cause) {
    throw new WorkerStartError(
      'rxjs-parallel/nats needs the packages @nats-io/transport-node and @nats-io/jetstream: npm install ' +
        '@nats-io/transport-node @nats-io/jetstream',
      { cause },
    )
  }
}

function late(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref())
}
