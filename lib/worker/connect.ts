/**
 * Joins this thread to its pool: the one call that comes through threads.js, or a process's first message, brings a
 * port, and all else goes over it.
 * @module
 */
import type { CodecKind } from '../wire/codec.js'
import { codecNamed } from '../wire/codec.js'
import { compactFrom, expandTo } from '../wire/compact.js'
import { encodeError } from '../wire/errorCodec.js'
import type { ConnectMessage, Manifest } from '../wire/messages.js'
import { poster, receiver } from '../wire/posting.js'
import { realTime } from '../wire/time.js'
import { leaveBy } from '../wire/uncloneable.js'
import type { ThreadInfo } from './context.js'
import { dispatcher } from './dispatcher.js'
import type { ExposedFunctions } from './exposed.js'
import type { joinPool } from './joinPool.js'
import { lastWords, sleepOf } from './node/host.js'
import { poolProcess } from './poolProcess.js'
import { manifestOf, resolveTask } from './resolveTask.js'
import type { Post } from './results.js'
import { loadReviver } from './sharing.js'
import { loadStageRunner } from './stages.js'

/** Loads threads.js's side of a thread, which a process has no use for. */
type LoadJoin = () => Promise<typeof joinPool> | typeof joinPool

/** Answers the pool's call from now on. `exposed` is asked when a function is looked up: see `serve`. */
export async function listen(exposed: () => ExposedFunctions, loadJoin: LoadJoin): Promise<void> {
  const answer = (message: ConnectMessage) => connect(message, exposed)
  const process = poolProcess()
  if (process) return process.join(answer)
  const join = await loadJoin()
  join(answer)
}

/** Called by the main side, once. */
async function connect(message: ConnectMessage, exposed: () => ExposedFunctions): Promise<Manifest> {
  const { port, threadId, cells, concurrency, membership } = message
  const codec = message.codec && (await loadCodec(message.codec))
  const post: Post = poster(
    compactFrom,
    (data, transfer) => port.postMessage(data, transfer as Transferable[]),
    codec,
  )
  const revive = membership && (await loadReviver(exposed()))
  const revived = revive?.(message.shared, membership!, post)
  const { values: shared, receive: receiveShared } = revived ?? { values: message.shared }
  const isCancelled = port.isCancelled?.bind(port)
  const sleep = sleepOf(() => post({ type: 'hasSlept' }))
  const thread: ThreadInfo = { threadId, concurrency, cells, isCancelled, shared, time: realTime, sleep }
  if (port.transport) leaveBy(port.transport)
  const runs = dispatcher(
    thread,
    post,
    (task) => resolveTask(exposed(), task),
    () => loadStageRunner(exposed()),
  )
  const dispatch: typeof runs = receiveShared
    ? (message) => (message.type === 'shared' ? receiveShared(message) : runs(message))
    : runs
  lastWords((end) => post({ type: 'goodbye', error: end && encodeError(end.thrown) }))
  const lost = (cause: unknown) => {
    // The pool ends this thread. Till then nothing that was sent later may be begun: what was lost never will be, and by
    // that the pool knows it.
    port.onmessage = () => {}
    post({ type: 'unreadable', way: 'to', error: encodeError(cause) })
  }
  const receive = receiver(expandTo, codec, dispatch, lost)
  port.onmessage = ({ data }) => receive(data)
  port.onmessageerror = ({ data }) => lost(data)
  return manifestOf(exposed())
}

/** A bundled thread may have no files to import from: there the worker module has to import the codec. */
async function loadCodec({ name, module }: NonNullable<ConnectMessage['codec']>): Promise<CodecKind> {
  let reason = `${module} registers none of that name`
  try {
    const known = codecNamed(name)
    if (known) return known
    await import(/* @vite-ignore */ /* webpackIgnore: true */ module)
    const loaded = codecNamed(name)
    if (loaded) return loaded
  } catch (thrown) {
    reason = thrown instanceof Error ? thrown.message : String(thrown)
  }
  throw new Error(
    `it has no codec '${name}'; import 'rxjs-parallel/${name}' in the worker module (${reason})`,
  )
}
