/**
 * The errors that this library itself raises. A leaf: it imports nothing, and both sides of a thread use it.
 * @module
 */

/**
 * What went wrong, for `switch` and for {@link isParallelError}.
 *
 * | code | what happened |
 * |---|---|
 * | `WORKER_START` | a thread could not be started, or a `natsPool` reaches none: {@link WorkerStartError} |
 * | `WORKER_CRASH` | a thread died at an item: {@link WorkerCrashError} |
 * | `TASK_TIMEOUT` | an item took longer than its `timeout`: {@link TaskTimeoutError} |
 * | `CLONE` | a value can't be sent to a thread or back: {@link CloneError} |
 * | `OVERFLOW` | more items wait than `buffer` allows: {@link OverflowError} |
 * | `POOL_CLOSED` | the pool was closed or terminated: {@link PoolClosedError} |
 * | `NOT_RETRIED` | an item failed that can't run again: values of it were emitted, or parts transferred |
 * | `UNKNOWN_TASK` | the worker module exposes no task of that name |
 * | `UNBOUND_NAME` | an inline function uses a name that is neither bound nor global |
 * | `EVAL_FORBIDDEN` | a page's Content-Security-Policy lets no inline function be compiled |
 * | `INVALID_ARGUMENT` | an argument or an option is not what it should be |
 * | `TIMEOUT` | a lock was not to be had within its `timeout` |
 * | `BLOCKING` | a blocking form where the thread must not, or can't, be blocked |
 * | `DEADLOCK` | a blocking form would wait for its own thread |
 * | `NOT_HELD` | a condition was given what isn't held of its mutex |
 * | `NOT_SHAREABLE` | a lock, an event or a state was given to a pool by a thread that has it from the main side |
 *
 * @example
 * ```ts
 * const isWorthAnotherTry = (code: ParallelErrorCode) => code === 'WORKER_CRASH' || code === 'TASK_TIMEOUT'
 * console.log(isWorthAnotherTry('WORKER_CRASH'), isWorthAnotherTry('CLONE')) // → true false
 * ```
 */
export type ParallelErrorCode =
  | 'WORKER_START'
  | 'WORKER_CRASH'
  | 'TASK_TIMEOUT'
  | 'CLONE'
  | 'OVERFLOW'
  | 'POOL_CLOSED'
  | 'NOT_RETRIED'
  | 'UNKNOWN_TASK'
  | 'UNBOUND_NAME'
  | 'EVAL_FORBIDDEN'
  | 'INVALID_ARGUMENT'
  | 'TIMEOUT'
  | 'BLOCKING'
  | 'DEADLOCK'
  | 'NOT_HELD'
  | 'NOT_SHAREABLE'

/** Marks our errors across copies of this module (ESM beside CommonJS), where `instanceof` fails. */
const brand = Symbol.for('rxjs-parallel.error')

/**
 * The base of every error that this library raises by itself. What a task throws is not one: it comes back as
 * what it was.
 *
 * @example
 * ```ts
 * try {
 *   parallelMap(pool.tasks.square, { concurrency: 0 })
 * } catch (error) {
 *   if (error instanceof ParallelError) console.log(error.code)
 * }
 * // → INVALID_ARGUMENT
 * ```
 */
export class ParallelError extends Error {
  constructor(
    /** What went wrong, one of {@link ParallelErrorCode}. */
    readonly code: ParallelErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options)
  }

  /** @internal On the prototype, so that an error which came back from a thread has it too. */
  get [brand](): true {
    return true
  }
}

/**
 * A thread could not be started: its file is missing, fails to load, or never calls `expose`. Code `WORKER_START`. What
 * the module threw as it was loaded is the `cause`.
 *
 * Of a `natsPool`: its server can't be reached, its packages are missing, fewer than `minSize` threads serve within
 * `startTimeout`, or its connection is lost for good.
 *
 * @example
 * ```ts
 * const nowhere = threadPool(new URL('./nowhere.worker.js', import.meta.url))
 * await nowhere.ready().catch((error) => console.log(error.name, error.code)) // → WorkerStartError WORKER_START
 * ```
 */
export class WorkerStartError extends ParallelError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('WORKER_START', message, options)
  }
}

/**
 * A thread died while this item was at work in it. Code `WORKER_CRASH`. An exception that nothing caught is the `cause`.
 *
 * @example
 * ```ts
 * of('fine', 'fatal')
 *   .pipe(parallelMap((word: string) => (word === 'fatal' ? process.exit(7) : word)))
 *   .subscribe({ next: console.log, error: ({ name, exitCode, value }) => console.log(name, exitCode, value) })
 * // → fine, WorkerCrashError 7 fatal
 * ```
 */
export class WorkerCrashError extends ParallelError {
  constructor(
    message: string,
    options?: {
      cause?: unknown
      threadId?: string
      exitCode?: number | undefined
      signal?: string | undefined
      value?: unknown
    },
  ) {
    super('WORKER_CRASH', message, options)
    this.threadId = options?.threadId
    this.exitCode = options?.exitCode
    this.signal = options?.signal
    this.value = options?.value
  }
  /** The thread that died, as in `context.threadId`. */
  readonly threadId: string | undefined
  /** The thread's exit code, where the platform gives one. */
  readonly exitCode: number | undefined
  /** The signal that ended it, such as `'SIGSEGV'`: of a pool with `isolation: 'process'` only. */
  readonly signal: string | undefined
  /** The item that was at work, where there was one. */
  readonly value: unknown
}

/**
 * An item took longer than its `timeout`. Code `TASK_TIMEOUT`.
 *
 * @example
 * ```ts
 * const endless = (word: string) => {
 *   while (word) continue
 * }
 * of('slow')
 *   .pipe(parallelMap(endless, { timeout: 100 }))
 *   .subscribe({ error: ({ name, value }) => console.log(name, value) })
 * // → TaskTimeoutError slow
 * ```
 */
export class TaskTimeoutError extends ParallelError {
  constructor(message: string, options?: { cause?: unknown; value?: unknown }) {
    super('TASK_TIMEOUT', message, options)
    this.value = options?.value
  }
  /** The item. */
  readonly value: unknown
}

/**
 * A value can't be sent to a thread or back; `path` says which part of it. Code `CLONE`.
 *
 * @example
 * ```ts
 * const order = { id: 1, onDone() {} }
 * of(order)
 *   .pipe(parallelMap((value: { id: number }) => value.id))
 *   .subscribe({ error: ({ message }) => console.log(message) })
 * // → items[0].onDone is a function and can't be sent to a thread
 * ```
 */
export class CloneError extends ParallelError {
  constructor(
    message: string,
    /** Where the value stands, as in `items[3].onDone`. */
    readonly path: string,
    options?: { cause?: unknown },
  ) {
    super('CLONE', message, options)
  }
}

/**
 * More items wait than `buffer` allows, with `overflow: 'error'`. Code `OVERFLOW`.
 *
 * @example
 * ```ts
 * range(1, 1000)
 *   .pipe(parallelMap(pool.tasks.square, { buffer: { size: 10 } }))
 *   .subscribe({ error: ({ name }) => console.log(name) })
 * // → OverflowError
 * ```
 */
export class OverflowError extends ParallelError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('OVERFLOW', message, options)
  }
}

/**
 * The pool was closed or terminated. Code `POOL_CLOSED`.
 *
 * @example
 * ```ts
 * const closed = threadPool<typeof import('./math.worker.js')>(worker)
 * await closed.close()
 * await closed.run(closed.tasks.square, 3).catch((error) => console.log(error.name)) // → PoolClosedError
 * ```
 */
export class PoolClosedError extends ParallelError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('POOL_CLOSED', message, options)
  }
}

/** Every class above by its name: what the error codec brings back as itself without being told. */
export const parallelErrors = {
  ParallelError,
  WorkerStartError,
  WorkerCrashError,
  TaskTimeoutError,
  CloneError,
  OverflowError,
  PoolClosedError,
} as const

// Minifiers rename classes; the names that users see and print stay.
for (const [name, type] of Object.entries(parallelErrors))
  Object.defineProperty(type.prototype, 'name', { value: name, configurable: true, writable: true })

/**
 * Whether `error` is one of this library's own, and of that `code` where one is given. Works where `instanceof`
 * doesn't: across entry points, and between the ESM and the CommonJS build in one process.
 *
 * @example
 * ```ts
 * const endless = (n: number) => {
 *   while (n) continue
 * }
 * of(1)
 *   .pipe(parallelMap(endless, { timeout: 100 }))
 *   .subscribe({ error: (error) => console.log(isParallelError(error, 'TASK_TIMEOUT')) })
 * // → true
 * console.log(isParallelError(new Error('no'))) // → false
 * ```
 */
export function isParallelError(error: unknown, code?: ParallelErrorCode): error is ParallelError {
  return (
    typeof error === 'object' &&
    error !== null &&
    (error as { [brand]?: unknown })[brand] === true &&
    (code === undefined || (error as ParallelError).code === code)
  )
}

/** @internal What an inline function fails with where the page doesn't let it be compiled, here or in a thread. */
export function evalForbidden(cause: unknown): ParallelError {
  return new ParallelError(
    'EVAL_FORBIDDEN',
    "an inline function is compiled where it runs, and this page's Content-Security-Policy forbids that (script-src has " +
      "no 'unsafe-eval'); move the function to a worker module",
    { cause },
  )
}
