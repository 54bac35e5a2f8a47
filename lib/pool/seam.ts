/**
 * The seam between operators and pools: all that an operator knows of a pool, whatever runs behind it.
 * @module
 */
import type { Observable } from 'rxjs'
import type { BatchSize } from '../flow/batchSize.js'
import type { StageEvents } from '../flow/stageFlow.js'
import type { Attachment, Work } from '../flow/work.js'
import type { Manifest, TaskStep } from '../wire/messages.js'
import type { ContextTask, Stage } from '../worker/expose.js'

/** What an operator asks of a pool. */
export interface PoolBackend {
  /** How many branches a fan-out has by default: the pool's size. */
  readonly size: number
  /** Starts to run items. Throws a PoolClosedError. */
  attach(work: Work): Attachment
  /** Starts a stage in the thread of that place. Returns how to give it up while it hasn't started. Throws a PoolClosedError. */
  openStage(stage: StageEvents, place: number): () => void
  /** What the threads expose: asked for by starting one, if none has yet. The answer may come at once. Throws a PoolClosedError. */
  manifest(found: (manifest: Manifest) => void, failed: (error: unknown) => void): void
  /** The name of the thread of that place, if there is one now. */
  threadIdAt(place: number): string | undefined
  /** How many items go together in a message; what was learnt about tasks stays with the pool. */
  batchSizeOf(steps: readonly TaskStep[], size: 'auto' | number): BatchSize
}

/** What any reference is at run time: whether it is a task or a stage, only the thread knows. */
export interface AnyRef {
  readonly name: string
  readonly [backend]: PoolBackend
}

/** Where a reference keeps its pool. */
export const backend: unique symbol = Symbol.for('rxjs-parallel.backend') as never

/** Tells references of tasks and of stages apart: only a type. */
declare const refKind: unique symbol
declare const argumentsType: unique symbol
declare const resultType: unique symbol
declare const inputType: unique symbol

/** A typed reference to a function that a pool's threads expose: what operators take. From `pool.tasks`. */
export interface TaskRef<A extends readonly unknown[] = readonly unknown[], R = unknown> {
  /** The name under which the worker module exposes it. */
  readonly name: string
  /** @internal */
  readonly [backend]: PoolBackend
  /** @internal Only a type. */
  readonly [refKind]: 'task'
  /** @internal Only a type: the arguments. */
  readonly [argumentsType]?: (...args: A) => void
  /** @internal Only a type: each result. */
  readonly [resultType]?: R
}

/** A typed reference to a stage that a pool's threads expose: what `fanOut` takes. From `pool.tasks`. */
export interface StageRef<T = unknown, R = unknown> {
  /** The name under which the worker module exposes it. */
  readonly name: string
  /** @internal */
  readonly [backend]: PoolBackend
  /** @internal Only a type. */
  readonly [refKind]: 'stage'
  /** @internal Only a type: what the stage reads. */
  readonly [inputType]?: (value: T) => void
  /** @internal Only a type: what the stage emits. */
  readonly [resultType]?: R
}

/** What comes back for what a task returns: of a Promise its value, of a generator or an Observable each value. */
export type Emitted<R> =
  R extends PromiseLike<infer P>
    ? Emitted<P>
    : R extends AsyncIterable<infer T>
      ? T
      : R extends Observable<infer T>
        ? T
        : R extends { subscribe(observer: { next: (value: infer T) => void }): unknown }
          ? T
          : R extends Iterator<infer T, unknown, never>
            ? T
            : R

/** The reference that a pool gives for an exposed function. */
export type RefOf<F> =
  F extends Stage<infer T, infer R>
    ? StageRef<T, R>
    : F extends ContextTask<infer T, infer R>
      ? TaskRef<[T], Emitted<R>>
      : F extends (...args: infer A) => infer R
        ? TaskRef<A, Emitted<R>>
        : never

/** What a worker module exposes: its default export. */
export type TasksOf<M> = M extends { default: infer E }
  ? { readonly [K in keyof E]: RefOf<E[K]> }
  : Readonly<Record<string, never>>

/** What is sent to a task as an item, when it is called with it alone. */
export type ItemOf<A extends readonly unknown[]> = A extends readonly []
  ? unknown
  : A extends readonly [infer T, ...infer Rest]
    ? [] extends Rest
      ? T
      : never
    : A extends readonly [(infer T)?, ...unknown[]]
      ? T
      : never

/** A thread's life: `started`, and `replaced` for one in the place of one that `crashed`; `stopped` in good order. */
export interface PoolEvent {
  readonly type: 'started' | 'crashed' | 'replaced' | 'stopped'
  /** The thread's name, as in `context.threadId`. */
  readonly threadId: string
  /** Why it crashed. */
  readonly error?: unknown
}

/** One thread's share in {@link PoolStats}. */
export interface ThreadStats {
  /** The thread's name, as in `context.threadId`. */
  readonly threadId: string
  /** The share of its time that it has worked since it started, from 0 to 1. */
  readonly utilization: number
  /** Items that it has now. */
  readonly inFlight: number
  /** Items that it has ended, failed ones included. */
  readonly done: number
}

/** What a pool has done and is doing. Counts are since the pool was made. */
export interface PoolStats {
  /** Items that threads have now. */
  readonly inFlight: number
  /** Items that wait for a thread. */
  readonly queued: number
  /** Items that ended with their results. */
  readonly done: number
  /** Items that ended with an error. */
  readonly failed: number
  /** Items that have ended, a second, over the last seconds. */
  readonly perSecond: number
  /** The threads that there are now. */
  readonly threads: readonly ThreadStats[]
  /** Milliseconds that an item takes in its thread; medians and tails to within a fifth. */
  readonly serviceTime: { readonly p50: number; readonly p90: number; readonly p99: number }
}

/** What may follow the arguments of {@link Pool.run}. */
export interface RunOptions {
  /** Gives the run up when it is aborted, as unsubscribing does in a pipeline. */
  readonly signal: AbortSignal
}

/**
 * Threads that run what a worker module exposes.
 *
 * @typeParam M the worker module's type, `typeof import('./x.worker.js')`.
 */
export interface Pool<M = unknown> {
  /** A typed reference for each function that the worker module exposes. */
  readonly tasks: TasksOf<M>
  /** The most threads that it may have now. */
  readonly size: number
  /**
   * Runs a task once.
   * @param ref the task; of one that emits many the last value is taken, as `lastValueFrom` does.
   * @param args the task's arguments, and after them `{ signal }`, an AbortSignal by which the run can be given up.
   * @returns a Promise of the result, rejected with what the task threw, or at once with the signal's reason.
   * @example
   * ```ts
   * console.log(await pool.run(pool.tasks.pow, 2, 10))   // 1024
   * await pool.run(pool.tasks.pow, 2, 10, { signal: AbortSignal.timeout(100) })
   * ```
   */
  run<A extends readonly unknown[], R>(ref: TaskRef<A, R>, ...args: A): Promise<R>
  run<A extends readonly unknown[], R>(
    ref: TaskRef<A, R>,
    ...args: [...args: A, options: RunOptions]
  ): Promise<R>
  /** Starts all threads (with `{ min, max }`, the least) and resolves when they can work; rejects with a WorkerStartError. */
  ready(): Promise<void>
  /** Changes the number of threads. Those that are too many finish what they have; resolves when they are gone. */
  resize(size: number): Promise<void>
  /** Threads that start, crash, are replaced or stop. */
  readonly events$: Observable<PoolEvent>
  /** What it has done and is doing, now. */
  readonly stats: PoolStats
  /** {@link stats} at once and then every second, as long as somebody listens. Keeps no process alive. */
  readonly stats$: Observable<PoolStats>
  /** Takes no more work, lets the pipelines and runs that there are end, and then stops the threads. */
  close(): Promise<void>
  /** Stops the threads at once; what runs fails with a PoolClosedError. */
  terminate(): Promise<void>
  /** {@link close}, for `await using pool = threadPool(…)`. */
  [Symbol.asyncDispose](): Promise<void>
  /** @internal */
  readonly [backend]: PoolBackend
}
