/**
 * The pool whose threads are the processes of other machines.
 * @module
 */
import { Subject } from 'rxjs'
import { BackendPool } from '../../pool/backendPool.js'
import { checkCodec, checkCount, checkTime } from '../../pool/checks.js'
import { LazyBackend } from '../../pool/lazyBackend.js'
import type { Pool, PoolEvent } from '../../pool/seam.js'
import type { CodecKind } from '../../wire/codec.js'
import type { ConnectOptions } from '../options.js'
import { checkConnect } from '../options.js'

/**
 * What {@link natsPool} takes.
 *
 * @example
 * ```ts
 * const options: NatsPoolOptions = { servers: 'nats://localhost:4222', name: 'math', minSize: 8 }
 * ```
 */
export interface NatsPoolOptions extends ConnectOptions {
  /** How values travel, as of `threadPool`; serving processes must have imported its entry, too. Default: structured clone. */
  readonly codec?: CodecKind
  /** Milliseconds that `ready()` waits for serving processes. Default: 10,000. */
  readonly startTimeout?: number
  /**
   * Threads that the serving processes must have together before `ready()` resolves, and before a `fanOut` begins; until
   * then it is the pool's `size`, and so how many branches a `fanOut` has by default. Default: 1.
   */
  readonly minSize?: number
}

const caller = 'natsPool'

/**
 * A pool of whatever processes call {@link serveTasks} under the same name, on any machine that reaches the same NATS
 * server (2.9 or later, with JetStream). The operators take its tasks as they take those of a `threadPool`.
 *
 * - It connects when it is first used. Items that nobody serves wait in the stream until somebody does.
 * - `size` is how many threads the serving processes have together, once it is connected; its `stats` and `events$` tell
 *   of those threads. Whoever wants more starts another process: `resize` rejects.
 * - A serving process that dies costs nobody else anything: its items run again elsewhere. An item over which three
 *   processes were lost fails with a WorkerCrashError; a stage (or an item that had emitted values) does at once.
 * - While its own connection is cut it waits for it to come back. If that is over for good
 *   (`connection.maxReconnectAttempts`, a password that was changed), what runs fails with a WorkerStartError, and so
 *   does all that is asked of the pool from then on.
 * - It holds a connection, and so keeps the process alive, until it is closed.
 *
 * @typeParam M the type of the module that is served, from which the types of `pool.tasks` are inferred.
 * @throws ParallelError `INVALID_ARGUMENT` for a bad option. A server that can't be reached, and packages that are
 *   missing (`@nats-io/transport-node` and `@nats-io/jetstream`), come with the first use, as a WorkerStartError.
 *
 * @example
 * ```ts
 * const cluster = natsPool<typeof import('./math.worker.js')>({ servers: 'nats://localhost:4222', name: 'math' })
 * // Once a process serves it: 1, 4, 9.
 * from([1, 2, 3]).pipe(parallelMap(cluster.tasks.square)).subscribe(console.log)
 * ```
 */
export function natsPool<M = unknown>(options: NatsPoolOptions): Pool<M> {
  const checked = checkConnect(caller, options, ['codec', 'startTimeout', 'minSize'])
  const { codec, startTimeout = 10_000, minSize = 1 } = options
  checkTime(caller, 'startTimeout', startTimeout)
  checkCount(caller, 'minSize', minSize, 1)
  if (codec !== undefined) checkCodec(caller, codec)
  const events = new Subject<PoolEvent>()
  const managed: LazyBackend = new LazyBackend(checked.name, { min: minSize, max: minSize }, async () =>
    (await import('./natsEngine.js')).NatsEngine.open(
      { ...checked, codec, startTimeout, minSize },
      (event) => events.next(event),
      (size) => {
        managed.bounds = { min: size, max: size }
      },
    ),
  )
  return new BackendPool<M>(managed, events)
}
