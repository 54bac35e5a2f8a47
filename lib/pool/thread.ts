/**
 * A thread's life, by threads.js: spawned, handed a port by one call, terminated. The one file that imports 'threads'.
 *
 * Values don't travel by its calls: each would cost three messages. Its private message shapes are leaned on in one
 * place ({@link settleSpawn}), so its version is pinned.
 * @module
 */
import type { ModuleThread } from 'threads'
import { compactTo, expandFrom } from '../wire/compact.js'
import { messageOf } from '../wire/describe.js'
import { encodeError } from '../wire/errorCodec.js'
import type { ConnectMessage, FromThread, Manifest } from '../wire/messages.js'
import { poster, receiver } from '../wire/posting.js'
import { sharedCells } from '../wire/sharedCells.js'
import type { SharingSession } from '../wire/sharing.js'
import type { Death, Link, LinkEvents, LinkOptions } from './link.js'
import { restoreSignals } from './node/signals.js'
import { share, shareRefusal } from './share.js'
import { endedEarly, failedLink, startError, startsLate } from './startErrors.js'
import type { MakeThreadHost, ThreadHost } from './threadHost.js'

type Methods = { connect(message: ConnectMessage): Manifest }
type Connected = ModuleThread<Methods>

/** Starts a thread. Never throws: what fails rejects `started`. */
export function startThread(options: LinkOptions, events: LinkEvents, makeHost: MakeThreadHost): Link {
  let host: ThreadHost
  try {
    host = makeHost(options.source, options.worker, options.memoryLimit)
  } catch (cause) {
    return failedLink(options.source, cause)
  }
  const cells = sharedCells()
  const post: Link['post'] = poster(compactTo, (data, transfer) => host.post(data, transfer), options.codec)
  const sharing = share(options, cells ? 'shared' : 'none', post)
  let thread: Connected | undefined
  const started = connect(host, options, cells, sharing, events).then(
    (connected) => {
      thread = connected.thread
      return connected.manifest
    },
    async (error) => {
      await host.terminate()
      // Where that is what failed there is none.
      await sharing.then(
        (session) => session.died(),
        () => {},
      )
      throw error
    },
  )
  return {
    threadId: host.threadId,
    started,
    cells,
    post,
    keepAlive: (busy) => host.keepAlive(busy),
    utilization: () => host.utilization(),
    terminate: async () => {
      const { Thread } = await loadThreads()
      await (thread ? Thread.terminate(thread) : host.terminate())
    },
  }
}

async function connect(
  host: ThreadHost,
  options: LinkOptions,
  cells: Int32Array | undefined,
  sharing: Promise<SharingSession>,
  events: LinkEvents,
): Promise<{ thread: Connected; manifest: Manifest }> {
  const death = host.whenDead()
  settleSpawn(host, death)
  const session = await sharing
  const { spawn, Transfer } = await loadThreads()
  const dead = death.then((how): never => {
    throw endedEarly(options.source, how)
  })
  // Whoever loses the race below must not be an unhandled rejection.
  dead.catch(() => {})
  const inTime = withinTime(options, (timeout) => spawn<Methods>(host, { timeout }))
  const thread = await Promise.race([inTime, dead])
  if (typeof thread.connect !== 'function')
    throw startError(
      options.source,
      "calls threads.js's expose(); call that of rxjs-parallel/worker",
      undefined,
    )
  let fatal: unknown
  let connected = false
  const unreadable = (cause: unknown) =>
    events.message({ type: 'unreadable', way: 'from', error: encodeError(cause) })
  const heard = (message: FromThread) => {
    if ('busy' in message) host.worked(message.busy)
    else if (message.type === 'shared') return session.receive(message)
    events.message(message)
    if (message.type !== 'goodbye') return
    fatal = message.error
    host.saidGoodbye()
  }
  host.listen(
    receiver(expandFrom, options.codec, heard, unreadable),
    unreadable,
    // Before it is connected its death is a failed start.
    (how) => {
      session.died()
      if (connected) events.died({ exitCode: how.exitCode, cause: fatal ?? how.cause })
    },
  )
  const { concurrency } = options
  const { values: shared, membership } = session
  const codec = options.codec && { name: options.codec.name, module: options.codec.module }
  const message = {
    port: host.remotePort,
    threadId: host.threadId,
    concurrency,
    cells,
    shared,
    membership,
    codec,
  }
  const refused = async (cause: unknown): Promise<never> => {
    const unsendable = await shareRefusal(options, session)
    throw unsendable ?? startError(options.source, `could not be connected: ${messageOf(cause)}`, cause)
  }
  const manifest = await Promise.race([
    thread.connect(Transfer(message, [message.port])).catch(refused),
    dead,
  ])
  connected = true
  host.keepAlive(false)
  return { thread, manifest }
}

/** Starts it, in so many milliseconds. threads.js counts those for which a page was asleep, too: it is tried again then. */
async function withinTime<T>(
  { source, startTimeout, time }: LinkOptions,
  start: (timeout: number) => Promise<T>,
): Promise<T> {
  const due = time.now() + startTimeout
  for (let left = startTimeout; ; left = due - time.now()) {
    try {
      return await start(left)
    } catch (cause) {
      // Timers may be a fraction early.
      if (due - time.now() <= 1) throw startsLate(source, startTimeout, cause)
    }
  }
}

/**
 * threads.js waits for a thread's first message, with a timer that holds the process. It may have come before threads.js
 * is loaded, and a thread that has died sends none.
 */
function settleSpawn(host: ThreadHost, death: Promise<Death>): void {
  const listeners = new Set<(event: { data: unknown }) => void>()
  const { addEventListener, removeEventListener } = host
  let early: { data: unknown }[] = []
  const hold = (event: { data: unknown }) => early.push(event)
  addEventListener.call(host, 'message', hold)
  host.addEventListener = (type, listener) => {
    addEventListener.call(host, type, listener)
    if (type !== 'message') return
    listeners.add(listener)
    removeEventListener.call(host, 'message', hold)
    const held = early
    early = []
    for (const event of held) listener(event)
  }
  void death.then(() => {
    const event = { data: { type: 'init', exposed: { type: 'module', methods: ['connect'] } } }
    if (listeners.size === 0) hold(event)
    for (const listener of listeners) listener(event)
  })
}

let loaded: Promise<typeof import('threads')> | undefined

/** Loaded when first needed: in Node importing it has effects. */
function loadThreads(): Promise<typeof import('threads')> {
  loaded ??= import('threads').then((threads) => {
    restoreSignals()
    return threads
  })
  return loaded
}
