/**
 * The seam between operators and pools: all that an operator knows of a pool, whatever runs behind it.
 * @module
 */
import type { Observable } from 'rxjs'
import type { BatchSize } from '../flow/batchSize.js'
import type { StageEvents } from '../flow/stageFlow.js'
import type { Attachment, Work } from '../flow/work.js'
import type { Manifest, TaskStep } from '../wire/messages.js'
import type { Time } from '../wire/time.js'
import type { ContextTask, Stage } from '../worker/expose.js'
import type { PoolSize } from './poolSize.js'

/** What an operator asks of a pool. */
export interface PoolBackend {
  /** What it goes by. */
  readonly time: Time
  /** How many branches a fan-out has by default: the pool's size. */
  readonly size: number
  /** Starts to run items. Throws a PoolClosedError. */
  attach(work: Work): Attachment
  /** Starts a stage in the thread of that place. Returns how to give it up while it hasn't started. Throws a PoolClosedError. */
  openStage(stage: StageEvents, place: number): () => void
  /**
   * What the threads expose: asked for by starting one, if none has yet. The answer may come at once. Returns how to
   * give it up. Throws a PoolClosedError.
   */
  manifest(found: (manifest: Manifest, pool: Admitted) => void, failed: (error: unknown) => void): () => void
  /** The name of the thread of that place, if there is one now. */
  threadIdAt(place: number): string | undefined
  /** How many items go together in a message; what was learnt about tasks stays with the pool. */
  batchSizeOf(steps: readonly TaskStep[], size: 'auto' | number): BatchSize
}

/** The pool of those who asked it something before it was closed: it takes their work all the same. */
export type Admitted = Pick<PoolBackend, 'time' | 'attach' | 'openStage'>

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

/**
 * A typed reference to a function that a pool's threads expose: what operators take. From `pool.tasks`.
 *
 * @typeParam A the function's arguments.
 * @typeParam R each of its results.
 *
 * @example
 * ```ts
 * const sumOf = (task: TaskRef<[n: number], number>, numbers: number[]) =>
 *   from(numbers).pipe(parallelMap(task), reduce((sum, n) => sum + n, 0))
 * sumOf(pool.tasks.square, [1, 2, 3]).subscribe(console.log) // → 14
 * sumOf(pool.tasks.divisors, [6]).subscribe(console.log) // → 12
 * ```
 */
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

/**
 * A typed reference to a stage that a pool's threads expose: what `fanOut` takes. From `pool.tasks`.
 *
 * @typeParam T what the stage reads.
 * @typeParam R what it emits.
 *
 * @example
 * ```ts
 * const mean: StageRef<number, number> = pool.tasks.runningMean
 * of(2, 4, 9).pipe(fanOut(mean, { branches: 1 }), fanIn(), last()).subscribe(console.log) // → 5
 * ```
 */
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

/**
 * What comes back for what a task returns: of a Promise its value, of a generator or an Observable each value.
 *
 * @example
 * ```ts
 * const value: Emitted<Promise<string>> = 'a string'
 * const each: Emitted<Generator<number>> = 7
 * ```
 */
export type Emitted<R> =
  R extends PromiseLike<infer P>
    ? Emitted<P>
    : R extends AsyncIterable<infer T>
      ? T
      : R extends Observable<infer T>
        ? T
        : R extends {
              /** As of an Observable of another RxJS. */
              subscribe(observer: { next: (value: infer T) => void }): unknown
            }
          ? T
          : R extends Iterator<infer T, unknown, never>
            ? T
            : R

/**
 * The reference that a pool gives for an exposed function: a {@link TaskRef} or a {@link StageRef}.
 *
 * @example
 * ```ts
 * const square: RefOf<(x: number) => number> = pool.tasks.square
 * console.log(square.name) // → square
 * ```
 */
export type RefOf<F> =
  F extends Stage<infer T, infer R, infer _>
    ? StageRef<T, R>
    : F extends ContextTask<infer T, infer R, infer _>
      ? TaskRef<[T], Emitted<R>>
      : F extends (...args: infer A) => infer R
        ? TaskRef<A, Emitted<R>>
        : never

/**
 * The references to all that a worker module exposes by its default export: the type of `pool.tasks`.
 *
 * @typeParam M the worker module's type, `typeof import('./x.worker.js')`.
 *
 * @example
 * ```ts
 * const { square }: TasksOf<typeof import('./math.worker.js')> = pool.tasks
 * console.log(await pool.run(square, 3)) // → 9
 * ```
 */
export type TasksOf<M> = M extends {
  /** What it exposes. */
  default: infer E
}
  ? { readonly [K in keyof E]: RefOf<E[K]> }
  : Readonly<Record<string, never>>

/**
 * What the tasks and stages of a worker module use of `context.shared`: each says so by its `TaskContext`'s type. For
 * what makes a pool's `shared` elsewhere than in the call of `threadPool`.
 *
 * @typeParam M the worker module's type, `typeof import('./x.worker.js')`.
 *
 * @example
 * ```ts
 * // log.worker.ts, shown at `mutex`, exposes a task with a TaskContext<{ lock: Mutex }>.
 * type Log = typeof import('./log.worker.js')
 * const startLog = (shared: SharedOf<Log>) =>
 *   threadPool<Log>(new URL('./log.worker.js', import.meta.url), { shared, size: 2 })
 * const log = startLog({ lock: mutex() })
 * ```
 */
export type SharedOf<M> = M extends {
  /** What it exposes. */
  default: infer E
}
  ? AllOf<{ [K in keyof E]: SharedIn<E[K]> }>
  : object

type SharedIn<F> = F extends Stage<infer _T, infer _R, infer S> | ContextTask<infer _T, infer _R, infer S>
  ? Said<S>
  : object

/** Those who say nothing take what there is. */
type Said<S> = Readonly<Record<string, unknown>> extends S ? object : S

/** What has all that each of these has. */
type AllOf<O> = { [K in keyof O]: (shared: O[K]) => void }[keyof O] extends (shared: infer S) => void
  ? S
  : object

/**
 * What is sent to a task as an item, when it is called with it alone: the type of its first argument, if it needs no
 * other.
 *
 * @typeParam A the task's arguments.
 *
 * @example
 * ```ts
 * const item: ItemOf<[n: number, digits?: number]> = 7
 * ```
 */
export type ItemOf<A extends readonly unknown[]> = A extends readonly []
  ? unknown
  : A extends readonly [infer T, ...infer Rest]
    ? [] extends Rest
      ? T
      : never
    : A extends readonly [(infer T)?, ...unknown[]]
      ? T
      : never

/**
 * A thread's life: `started`, and `replaced` for one in the place of one that `crashed`; `stopped` in good order.
 *
 * @example
 * ```ts
 * const single = threadPool<typeof import('./math.worker.js')>(worker, { size: 1 })
 * single.events$.subscribe(({ type }: PoolEvent) => console.log(type))
 * await single.ready()
 * await single.close()
 * // → started, stopped
 * ```
 */
export interface PoolEvent {
  /** What happened to it. */
  readonly type: 'started' | 'crashed' | 'replaced' | 'stopped'
  /** The thread's name, as in `context.threadId`. */
  readonly threadId: string
  /** Why it crashed: what nothing caught in it, why the pool ended it, or a `WorkerCrashError`. */
  readonly error?: unknown
}

/**
 * One thread's share in {@link PoolStats}.
 *
 * @example
 * ```ts
 * const two = threadPool<typeof import('./math.worker.js')>(worker, { size: 2 })
 * await two.ready()
 * console.log(two.stats.threads.map(({ inFlight, done }: ThreadStats) => inFlight + done)) // → [ 0, 0 ]
 * ```
 */
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

/**
 * What a pool has done and is doing. Counts are since the pool was made.
 *
 * @example
 * ```ts
 * const counted = threadPool<typeof import('./math.worker.js')>(worker)
 * await lastValueFrom(range(1, 100).pipe(parallelMap(counted.tasks.square)))
 * const { done, failed, queued, inFlight }: PoolStats = counted.stats
 * console.log(done, failed, queued, inFlight) // → 100 0 0 0
 * ```
 */
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
  readonly serviceTime: {
    /** Half of the items take no longer. */
    readonly p50: number
    /** 9 of 10 items take no longer. */
    readonly p90: number
    /** 99 of 100 items take no longer. */
    readonly p99: number
  }
}

/**
 * What may follow the arguments of {@link Pool.run}.
 *
 * @example
 * ```ts
 * const options: RunOptions = { signal: AbortSignal.abort('no longer needed') }
 * await pool.run(pool.tasks.square, 3, options).catch(console.log) // → no longer needed
 * ```
 */
export interface RunOptions {
  /** Gives the run up when it is aborted, as unsubscribing does in a pipeline. */
  readonly signal: AbortSignal
}

/**
 * Threads that run what a worker module exposes.
 *
 * @typeParam M the worker module's type, `typeof import('./x.worker.js')`.
 *
 * @example
 * ```ts
 * async function largest(own: Pool<typeof import('./math.worker.js')>, numbers: number[]) {
 *   return await lastValueFrom(from(numbers).pipe(parallelMap(own.tasks.square), max()))
 * }
 * console.log(await largest(pool, [2, -9, 4])) // → 81
 * ```
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
   * console.log(await pool.run(pool.tasks.pow, 2, 10)) // → 1024
   * ```
   */
  run<A extends readonly unknown[], R>(ref: TaskRef<A, R>, ...args: A): Promise<R>
  /** The same, with a signal that gives the run up. */
  run<A extends readonly unknown[], R>(
    ref: TaskRef<A, R>,
    ...args: [...args: A, options: RunOptions]
  ): Promise<R>
  /** Starts all threads (with `{ min, max }`, the least) and resolves when they can work; rejects with a WorkerStartError. */
  ready(): Promise<void>
  /**
   * Changes the number of threads: exactly so many, or between two numbers. Those that are too many finish what they
   * have; resolves when they are gone.
   */
  resize(size: PoolSize): Promise<void>
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
