/**
 * What a process calls to be one of those that run a natsPool's items.
 * @module
 */
import { checkCount, checkNumber, checkTime } from '../../pool/checks.js'
import type { Pool } from '../../pool/seam.js'
import type { Exposed } from '../../worker/expose.js'
import type { ConnectOptions } from '../options.js'
import { checkConnect } from '../options.js'
import type { NatsService } from './natsService.js'
import type { Served } from './served.js'
import { servedOf } from './served.js'

/**
 * What {@link serveTasks} takes.
 *
 * @example
 * ```ts
 * const options: ServeOptions = { servers: 'nats://localhost:4222', name: 'math', credit: 16, ackWait: 60_000 }
 * ```
 */
export interface ServeOptions extends ConnectOptions {
  /** Items in progress at once, of functions that are served by this process itself. A pool has its own. Default: 1. */
  readonly concurrency?: number
  /**
   * Batches that this process takes at once, waiting ones included. Default: three for each thread there may be
   * of a pool; of functions, `concurrency` and two more.
   */
  readonly credit?: number
  /**
   * Milliseconds after which the NATS server gives a batch to another process if this one has said nothing about it; it
   * does so every third of that while it works. The same for all that serve under one name. Default: 30,000.
   */
  readonly ackWait?: number
}

/**
 * A process's part in serving, until it is ended.
 *
 * @example
 * ```ts
 * async function untilItIsToEnd(serving: Serving): Promise<void> {
 *   await serving.ready()
 *   process.once('SIGTERM', () => serving.close()) // what it has in hand it finishes
 * }
 * ```
 */
export interface Serving {
  /**
   * Resolves when this process can be given work; rejects with a WorkerStartError, or what kept NATS from being reached.
   * If its connection is over for good (`connection.maxReconnectAttempts`, a password that was changed), it has left, and
   * `ready` rejects with a WorkerStartError from then on.
   */
  ready(): Promise<void>
  /** Takes nothing new, finishes what it has, and leaves. A pool that was given to `serveTasks` stays. */
  close(): Promise<void>
  /** Leaves at once: what it has runs elsewhere; its stages fail there. */
  terminate(): Promise<void>
  /** {@link close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

const caller = 'serveTasks'

/**
 * Lets every {@link natsPool} of the same name run its items here, beside all other processes that serve under it.
 *
 * - Given a pool (`threadPool`), its threads run them: what crashes, hangs or blocks costs a thread and not the process.
 * - Given what a worker module exposes, this process runs them itself. A task that blocks the event loop for longer than
 *   the callers' `silentAfter` is taken for a dead process.
 * - Only what is exposed can be called. Messages that aren't understood are dropped.
 * - A caller that dies is noticed, and what it had asked for is stopped.
 *
 * It connects at once. While the connection is cut it goes on with what it has, and tells of it afterwards.
 *
 * @throws ParallelError `INVALID_ARGUMENT` for a bad argument.
 *
 * @example
 * ```ts
 * import math from './math.worker.js' // shown at `expose`
 *
 * const serving = serveTasks(math, { servers: 'nats://localhost:4222', name: 'math' })
 * process.once('SIGTERM', () => serving.close())
 * ```
 */
export function serveTasks<M>(pool: Pool<M>, options: ServeOptions): Serving
export function serveTasks(tasks: { readonly default: Exposed } | Exposed, options: ServeOptions): Serving
export function serveTasks(tasks: unknown, options: ServeOptions): Serving {
  const checked = checkConnect(caller, options, ['concurrency', 'credit', 'ackWait'])
  const { concurrency = 1, credit, ackWait = 30_000 } = options
  checkNumber(caller, 'concurrency', concurrency, 1)
  if (credit !== undefined) checkCount(caller, 'credit', credit, 1)
  checkTime(caller, 'ackWait', ackWait)
  const served = servedOf(caller, checked.name, tasks, concurrency)
  return new TaskServing(served, async () => {
    const { NatsService } = await import('./natsService.js')
    // A pool may be resized.
    const batches = () => credit ?? (served.isOwn ? concurrency + 2 : 3 * served.pool.size)
    return NatsService.open(served.pool, { ...checked, ackWait, credit: batches })
  })
}

const asyncDispose: typeof Symbol.asyncDispose = Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')

class TaskServing implements Serving {
  private readonly opening: Promise<NatsService>
  private lost: Error | undefined

  constructor(
    private readonly served: Served,
    open: () => Promise<NatsService>,
  ) {
    this.opening = open()
    // Whoever asks for `ready` hears of it.
    this.opening.then((service) => this.untilLost(service)).catch(() => {})
  }

  async ready(): Promise<void> {
    await this.opening
    if (this.lost) throw this.lost
  }

  close(): Promise<void> {
    return this.end((service) => service.close())
  }

  terminate(): Promise<void> {
    return this.end((service) => service.terminate())
  }

  [asyncDispose](): Promise<void> {
    return this.close()
  }

  private async untilLost(service: NatsService): Promise<void> {
    this.lost = await service.lost()
    // Nobody hears of what it does any more: its callers have it run elsewhere.
    if (this.lost) await this.terminate()
  }

  private async end(how: (service: NatsService) => Promise<void>): Promise<void> {
    const service = await this.opening.catch(() => undefined)
    if (service) await how(service)
    if (this.served.isOwn) await this.served.pool.terminate()
  }
}
