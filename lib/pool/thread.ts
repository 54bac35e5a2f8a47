/**
 * A thread's life, by threads.js: spawned, handed a port by one call, terminated. The one file that imports 'threads'.
 *
 * Values don't travel by its calls: each would cost three messages. Its private message shapes are leaned on in one
 * place ({@link settleSpawn}), so its version is pinned.
 * @module
 */
import type { ModuleThread } from 'threads'
import { WorkerStartError } from '../errors.js'
import type { CodecKind } from '../wire/codec.js'
import { compactTo, expandFrom } from '../wire/compact.js'
import { describe } from '../wire/describe.js'
import type { ConnectMessage, Manifest } from '../wire/messages.js'
import { poster, reader } from '../wire/posting.js'
import { makeCells } from '../wire/sharedCells.js'
import type { Death, Link, LinkEvents } from './link.js'
import { processId } from './localThread.js'
import { NodeHost } from './nodeHost.js'
import type { WorkerSource } from './workerSource.js'

export interface ThreadOptions {
  readonly source: WorkerSource
  readonly worker: Readonly<Record<string, unknown>>
  readonly concurrency: number
  /** Milliseconds. */
  readonly startTimeout: number
  readonly shared: Readonly<Record<string, unknown>>
  readonly codec: CodecKind | undefined
}

type Methods = { connect(message: ConnectMessage): Manifest }
type Connected = ModuleThread<Methods>

/** Starts a thread. Never throws: what fails rejects `started`. */
export function startThread(options: ThreadOptions, events: LinkEvents): Link {
  let host: NodeHost
  try {
    host = new NodeHost(options.source, options.worker)
  } catch (cause) {
    return failedLink(
      cause instanceof WorkerStartError
        ? cause
        : startError(options, `could not be made: ${messageOf(cause)}`, cause),
    )
  }
  const cells = makeCells()
  let thread: Connected | undefined
  const started = connect(host, options, cells, events).then(
    (connected) => {
      thread = connected.thread
      return connected.manifest
    },
    async (error) => {
      await host.terminate()
      throw error
    },
  )
  return {
    threadId: host.threadId,
    started,
    cells,
    post: poster(compactTo, (data, transfer) => host.post(data, transfer), options.codec),
    keepAlive: (busy) => host.keepAlive(busy),
    utilization: () => host.utilization(),
    terminate: async () => {
      const { Thread } = await loadThreads()
      await (thread ? Thread.terminate(thread) : host.terminate())
    },
  }
}

async function connect(
  host: NodeHost,
  options: ThreadOptions,
  cells: Int32Array,
  events: LinkEvents,
): Promise<{ thread: Connected; manifest: Manifest }> {
  const { spawn, Transfer } = await loadThreads()
  const death = host.whenDead()
  settleSpawn(host, death)
  const dead = death.then((how): never => {
    throw startError(options, reasonOf(how), how.cause)
  })
  // Whoever loses the race below must not be an unhandled rejection.
  dead.catch(() => {})
  const spawned = spawn<Methods>(host, {
    timeout: options.startTimeout,
  })
  const thread = await Promise.race([spawned.catch((cause) => late(options, cause)), dead])
  let fatal: unknown
  let connected = false
  const read = reader(expandFrom, options.codec)
  host.listen(
    (data) => {
      const message = read(data)
      if (message.type === 'fatal') fatal = message.error
      events.message(message)
    },
    // Before it is connected its death is a failed start.
    (how) => connected && events.died({ exitCode: how.exitCode, cause: fatal ?? how.cause }),
  )
  const { concurrency, shared } = options
  const codec = options.codec && { name: options.codec.name, module: options.codec.module }
  const message = { port: host.remotePort as never, threadId: processId, concurrency, cells, shared, codec }
  const refused = (cause: unknown): never => {
    throw startError(options, `could not be connected: ${messageOf(cause)}`, cause)
  }
  const manifest = await Promise.race([
    thread.connect(Transfer(message, [message.port])).catch(refused),
    dead,
  ])
  connected = true
  host.keepAlive(false)
  return { thread, manifest }
}

/** threads.js waits for its first message, with a timer that holds the process; a thread that has died sends none. */
function settleSpawn(host: NodeHost, death: Promise<Death>): void {
  const listeners = new Set<(event: { data: unknown }) => void>()
  const { addEventListener } = host
  host.addEventListener = (type, listener) => {
    if (type === 'message') listeners.add(listener)
    addEventListener.call(host, type, listener)
  }
  void death.then(() => {
    for (const listener of listeners)
      listener({ data: { type: 'init', exposed: { type: 'module', methods: ['connect'] } } })
  })
}

let loaded: Promise<typeof import('threads')> | undefined

/** Loaded when first needed: importing it in Node installs signal handlers that end the process. */
function loadThreads(): Promise<typeof import('threads')> {
  loaded ??= import('threads').then((threads) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      for (const listener of process.listeners(signal))
        if (listener.toString().includes('terminateWorkersAndMaster')) process.off(signal, listener)
    return threads
  })
  return loaded
}

function reasonOf({ exitCode, cause }: Death): string {
  if (cause !== undefined) return `failed: ${messageOf(cause)}`
  return `ended (exit code ${exitCode}) before it called expose() of rxjs-parallel/worker`
}

function late(options: ThreadOptions, cause: unknown): never {
  const reason = `did not call expose() of rxjs-parallel/worker within ${options.startTimeout} ms (startTimeout)`
  throw startError(options, reason, cause)
}

function startError({ source }: ThreadOptions, reason: string, cause: unknown): WorkerStartError {
  const file = typeof source === 'function' ? "of the pool's function" : String(source)
  return new WorkerStartError(`the worker ${file} ${reason}`, { cause })
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : describe(cause)
}

function failedLink(error: WorkerStartError): Link {
  const started = Promise.reject(error)
  started.catch(() => {})
  const nothing = () => {}
  return {
    threadId: processId,
    started,
    cells: undefined,
    post: nothing,
    keepAlive: nothing,
    utilization: () => 0,
    terminate: () => Promise.resolve(),
  }
}
