/**
 * Joins this thread to its pool: the one call that comes through threads.js brings a port, and all else goes over it.
 * The one file that imports 'threads/worker', and only where there is a pool to serve.
 * @module
 */
import type { CodecKind } from '../wire/codec.js'
import { codecNamed } from '../wire/codec.js'
import { compactFrom, expandTo } from '../wire/compact.js'
import { encodeError } from '../wire/errorCodec.js'
import type { ConnectMessage, Manifest, TaskSource, ToThread } from '../wire/messages.js'
import { poster, reader } from '../wire/posting.js'
import type { ThreadInfo } from './context.js'
import type { ExposedFunction, ExposedFunctions } from './exposed.js'
import { lastWords, nameOfThread } from './host.js'
import { manifestOf, resolveTask } from './resolveTask.js'
import type { Post } from './results.js'
import type { StageRunner } from './stageRunner.js'
import { TaskRunner } from './taskRunner.js'

/** Answers the pool's call from now on. `exposed` is asked when a function is looked up: see `serve`. */
export async function listen(exposed: () => ExposedFunctions): Promise<void> {
  const { expose } = await import('threads/worker')
  expose({ connect: (message: ConnectMessage) => connect(message, exposed) })
}

/** Called by the main side, once. */
async function connect(message: ConnectMessage, exposed: () => ExposedFunctions): Promise<Manifest> {
  const { port, cells, concurrency, shared } = message
  const codec = message.codec && (await loadCodec(message.codec))
  const post: Post = poster(
    compactFrom,
    (data, transfer) => port.postMessage(data, transfer as Transferable[]),
    codec,
  )
  const read = reader(expandTo, codec)
  const thread: ThreadInfo = { threadId: nameOfThread(message.threadId), concurrency, cells, shared }
  const dispatch = dispatcher(thread, post, (task) => resolveTask(exposed(), task))
  lastWords((thrown) => post({ type: 'fatal', error: encodeError(thrown) }))
  port.onmessage = (event: MessageEvent) => dispatch(read(event.data))
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

function dispatcher(
  thread: ThreadInfo,
  post: Post,
  resolve: (task: TaskSource) => ExposedFunction,
): (message: ToThread) => void {
  const tasks = new TaskRunner(thread, post, resolve)
  let stages: StageRunner | undefined
  // Stages are Observables, and so need RxJS: a thread of plain tasks never loads it. What comes for a stage while it
  // loads keeps its order.
  let loading: Promise<void> | undefined
  const withStages = (run: (stages: StageRunner) => void) => {
    if (stages && !loading) return run(stages)
    loading = (loading ?? Promise.resolve()).then(async () => {
      const { StageRunner } = await import('./stageRunner.js')
      stages ??= new StageRunner(thread, post, resolve)
      run(stages)
    })
    const mine = loading
    void mine.then(() => {
      if (loading === mine) loading = undefined
    })
  }
  const stageChannels = new Set<number>()
  return (message) => {
    switch (message.type) {
      case 'task':
        return tasks.task(message)
      case 'dropTask':
        return tasks.dropTask(message.id)
      case 'batch':
        return tasks.batch(message)
      case 'stage':
        stageChannels.add(message.channel)
        return withStages((runner) => runner.start(message))
      case 'input':
      case 'inputEnd':
        return withStages((runner) => runner.input(message))
      case 'credit':
        if (!stageChannels.has(message.channel)) return tasks.credit(message)
        return withStages((runner) => runner.credit(message))
      case 'ping':
        return post({ type: 'pong' })
      case 'cancel':
        if (stageChannels.delete(message.channel)) withStages((runner) => runner.cancel(message.channel))
        else tasks.cancel(message.channel)
        return post({ type: 'cancelled', channel: message.channel })
    }
  }
}
