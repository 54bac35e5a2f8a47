/**
 * The life of a process that runs a worker module. Not by threads.js: in a process its side of a thread looks for
 * worker_threads' port, and finds none. A process is told what to load by its first message, and serves the same
 * messages as a thread from then on.
 * @module
 */
import { hostname } from 'node:os'
import { fileURLToPath } from 'node:url'
import { compactTo, expandFrom } from '../../wire/compact.js'
import type { EncodedError } from '../../wire/errorCodec.js'
import { decodeError, encodeError } from '../../wire/errorCodec.js'
import { byFrames, detach, encodeFrame } from '../../wire/frames.js'
import type { FromThread, JoinedMessage, JoinMessage, Manifest, ToThread } from '../../wire/messages.js'
import { poster, receiver } from '../../wire/posting.js'
import type { SharedMessage, SharingSession } from '../../wire/sharing.js'
import { openSharing } from '../../wire/sharing.js'
import type { Death, Link, LinkEvents, LinkOptions } from '../link.js'
import { shareRefusal } from '../shareWith.js'
import { endedEarly, failedLink, startsLate } from '../startErrors.js'
import type { ProcessOptions } from './processHost.js'
import { ProcessHost } from './processHost.js'
import { resolveWorkerFile } from './workerFile.js'

/** Starts a process. Never throws: what fails rejects `started`. */
export function startProcess(options: LinkOptions, events: LinkEvents): Link {
  let opened: Opened
  /** What is to be said before it has joined: the first message that it reads has to be that which lets it join. */
  const early: SharedMessage[] = []
  let tell = (message: SharedMessage): void => void early.push(message)
  try {
    opened = open(options, (message) => tell(message))
  } catch (cause) {
    return failedLink(options.source, cause)
  }
  const { host, session } = opened
  let sent = 0
  let received = 0
  const died = (death: Death) => {
    session.died()
    events.died({ ...death, received })
  }
  const message = (message: FromThread) =>
    message.type === 'shared' ? session.receive(message) : events.message(message)
  const begin = () => {
    tell = post
    for (const each of early) post(each)
  }
  const started = joined(host, options, { message, died }, begin).catch(async (error) => {
    await host.terminate()
    session.died()
    throw error
  })
  const post = poster<ToThread>(
    compactTo,
    (data, transfer) => {
      const batch = sent
      host.post(encodeFrame(data, transfer), () => {
        received = batch
      })
      detach(transfer)
    },
    options.codec,
  )
  return {
    threadId: host.threadId,
    started,
    cells: undefined,
    transport: byFrames,
    post: (message, transfer) => {
      if (message.type === 'batch') sent = message.batch
      post(message, transfer)
    },
    keepAlive: (busy) => host.keepAlive(busy),
    utilization: () => host.utilization(),
    terminate: () => host.terminate(),
  }
}

interface Opened {
  readonly host: ProcessHost
  readonly session: SharingSession
}

/** Throws if there can't be such a process. */
function open(options: LinkOptions, tell: (message: SharedMessage) => void): Opened {
  const session = openSharing(options.shared, 'none', tell)
  try {
    const join = encodeFrame(joinMessage(options, session))
    const host = new ProcessHost(processOptions(options))
    host.post(join)
    return { host, session }
  } catch (cause) {
    session.died()
    throw shareRefusal(options, session, byFrames) ?? cause
  }
}

function joined(
  host: ProcessHost,
  { source, startTimeout, codec }: LinkOptions,
  events: LinkEvents,
  begin: () => void,
): Promise<Manifest> {
  return new Promise((resolve, reject) => {
    let fatal: EncodedError | undefined
    let hasJoined = false
    const unreadable = (cause: unknown) =>
      events.message({ type: 'unreadable', way: 'from', error: encodeError(cause) })
    const heard = (message: FromThread) => {
      if (message.type === 'goodbye') fatal = message.error
      events.message(message)
    }
    const receive = receiver(expandFrom, codec, heard, unreadable)
    const timer = setTimeout(() => reject(startsLate(source, startTimeout, undefined)), startTimeout)
    const join = ({ manifest }: JoinedMessage) => {
      hasJoined = true
      begin()
      clearTimeout(timer)
      host.keepAlive(false)
      resolve(manifest)
    }
    host.listen(
      (data) => (isJoined(data) ? join(data) : receive(data)),
      unreadable,
      (death) => {
        clearTimeout(timer)
        if (hasJoined) return events.died({ ...death, cause: fatal ?? death.cause })
        reject(endedEarly(source, { ...death, cause: fatal ? decodeError(fatal) : death.cause }))
      },
    )
  })
}

function isJoined(data: unknown): data is JoinedMessage {
  return (data as { type?: unknown }).type === 'joined'
}

function joinMessage(
  { source, concurrency, codec }: LinkOptions,
  { values: shared, membership }: SharingSession,
): JoinMessage {
  const { url, bootstrap } = resolveWorkerFile(source as URL | string)
  return {
    module: bootstrap?.file ?? url.href,
    tsx: bootstrap?.tsx,
    host: hostname(),
    concurrency,
    shared,
    // Numbers of its own, if it has threads.
    membership: membership && { number: membership.number, counter: undefined },
    codec: codec && { name: codec.name, module: codec.module },
  }
}

/** What users may pass on as `worker`: options of Node's Worker that a process can have too, and some of its own. */
interface UserOptions {
  readonly argv?: readonly unknown[]
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  readonly execArgv?: readonly string[]
  readonly execPath?: string
  readonly gid?: number
  /** As for a Worker: true keeps it from this process's own. */
  readonly stderr?: boolean
  readonly stdout?: boolean
  readonly uid?: number
}

function processOptions({ worker, memoryLimit }: LinkOptions): ProcessOptions {
  const {
    argv = [],
    env = process.env,
    execArgv = inheritedArguments(process.execArgv),
    execPath = process.execPath,
    stdout = false,
    stderr = false,
    ...rest
  } = worker as UserOptions
  if (!Array.isArray(argv) || !Array.isArray(execArgv))
    throw new TypeError('worker.argv and worker.execArgv must be arrays')
  // SHARE_ENV is none: there is nothing to share.
  if (typeof env !== 'object') throw new TypeError('worker.env of a process must be an object')
  const main = fileURLToPath(new URL('./processMain.js', import.meta.url))
  const limit = memoryLimit === undefined ? [] : [`--max-old-space-size=${memoryLimit}`]
  return {
    ...rest,
    env,
    execPath,
    args: [...execArgv, ...limit, main, ...argv.map(String)],
    stdout: !stdout,
    stderr: !stderr,
  }
}

/** Options of Node that are about this very process: its program, or its debugger's port. */
const ownOptions = /^(-e|-p|-pe|--eval|--print|--input-type|--inspect.*|--test|--watch.*)(=|$)/
/** Those whose value may be the next argument. */
const ownValues = /^(-e|-p|-pe|--eval|--print|--input-type|--inspect-port|--watch-path)$/

/** What a process takes over, as threads do. */
function inheritedArguments(execArgv: readonly string[]): string[] {
  return execArgv.filter(
    (argument, i) => !ownOptions.test(argument) && !(i > 0 && ownValues.test(execArgv[i - 1]!)),
  )
}
