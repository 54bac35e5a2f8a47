/**
 * What a pool publishes of its life, where the platform has channels for that: `node:diagnostics_channel`. Programs
 * that watch others (monitoring agents) subscribe to a channel by its name, without a reference to any pool.
 * @module
 */
import type { Work } from '../flow/work.js'
import type { AnyRef, Pool, PoolEvent } from './seam.js'

/** Which pool it is about. */
export interface PoolIdentity {
  /** Unique in this process. */
  readonly id: number
  /** Its option `name`: by default the worker's file name. */
  readonly name: string
}

/** Items that were sent to a thread together. */
export interface BatchIdentity {
  readonly pool: PoolIdentity
  /** As in `context.threadId`. */
  readonly threadId: string
  /** Its number, unique among those that are under way in its thread. */
  readonly batch: number
  /** The tasks that are run one after the other for each item; an inline function is `'(inline)'`. */
  readonly tasks: readonly string[]
  /** How many items were sent. */
  readonly items: number
}

/** The message of each channel, by the channel's name. */
export interface DiagnosticsMessages {
  /** A pool of `threadPool` was made (others publish nothing); its threads start later. */
  'rxjs-parallel:pool:create': { readonly pool: PoolIdentity; readonly instance: Pool<unknown> }
  /** A pool was closed or terminated, and its threads have ended. */
  'rxjs-parallel:pool:close': { readonly pool: PoolIdentity }
  /** What `events$` tells. */
  'rxjs-parallel:pool:event': { readonly pool: PoolIdentity } & PoolEvent
  /** No thread could be started: what waited for one fails with this error. */
  'rxjs-parallel:pool:error': { readonly pool: PoolIdentity; readonly error: unknown }
  'rxjs-parallel:batch:start': BatchIdentity
  /** What is neither completed nor failed could not be sent, was cancelled, given to another thread or lost with this one. */
  'rxjs-parallel:batch:end': BatchIdentity & { readonly completed: number; readonly failed: number }
  /**
   * An item has failed for good, after all its retries. What waits when the pool is closed, or when no thread can be
   * started, is told of by `pool:close` and `pool:error` only.
   */
  'rxjs-parallel:item:error': {
    readonly pool: PoolIdentity
    readonly tasks: readonly string[]
    /** Its place in its stream, as in `items[3]`. */
    readonly item: string
    readonly error: unknown
  }
}

/** The context of the TracingChannel `rxjs-parallel:run`: one call of `pool.run`. */
export interface RunTrace {
  /** Unique in this process. */
  readonly id: number
  readonly pool: PoolIdentity
  readonly task: string
  readonly args: readonly unknown[]
  /** From `asyncEnd` on, unless it failed. */
  readonly result?: unknown
  /** From `error` on. */
  readonly error?: unknown
}

/** What is told of a batch, and how many of its items have ended so far. */
export interface ToldBatch {
  readonly work: Work
  readonly items: number
  readonly completed: number
  readonly failed: number
}

/** Where one pool tells what happens to it. Costs next to nothing while nobody listens. */
export interface Diagnostics {
  created(instance: Pool<unknown>): void
  closed(): void
  event(event: PoolEvent): void
  unstartable(error: unknown): void
  itemFailed(work: Work, position: number, error: unknown): void
  /** Whether anybody wants to know of batches: else nothing is told of them. */
  readonly hearsBatches: boolean
  batchStarted(threadId: string, id: number, batch: ToldBatch): void
  batchEnded(threadId: string, id: number, batch: ToldBatch): void
  /** Whether anybody wants to know of runs. */
  readonly hearsRuns: boolean
  run<R>(ref: AnyRef, args: readonly unknown[], start: () => Promise<R>): Promise<R>
}
