/**
 * The errors that this library itself raises. A leaf: it imports nothing, and both sides of a thread use it.
 * @module
 */

/** What went wrong, for `switch` and for {@link isParallelError}. */
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
  | 'INVALID_ARGUMENT'

/** Marks our errors across copies of this module (ESM beside CommonJS), where `instanceof` fails. */
const brand = Symbol.for('rxjs-parallel.error')

/**
 * The base of every error that this library raises by itself. What a task throws is not one: it comes back as
 * what it was.
 *
 * @example
 * ```ts
 * import { isParallelError } from 'rxjs-parallel'
 *
 * results$.subscribe({ error: (e) => console.log(isParallelError(e, 'WORKER_CRASH')) })   // true after a crash
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

/** A thread could not be started: its file is missing, fails to load, or never calls `expose`. Code `WORKER_START`. */
export class WorkerStartError extends ParallelError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('WORKER_START', message, options)
  }
}

/** A thread died while this item was at work in it. Code `WORKER_CRASH`. */
export class WorkerCrashError extends ParallelError {
  constructor(
    message: string,
    options?: { cause?: unknown; threadId?: string; exitCode?: number; value?: unknown },
  ) {
    super('WORKER_CRASH', message, options)
    this.threadId = options?.threadId
    this.exitCode = options?.exitCode
    this.value = options?.value
  }
  /** The thread that died, as in `context.threadId`. */
  readonly threadId: string | undefined
  /** The thread's exit code, where the platform gives one. */
  readonly exitCode: number | undefined
  /** The item that was at work, where there was one. */
  readonly value: unknown
}

/** An item took longer than its `timeout`. Code `TASK_TIMEOUT`. */
export class TaskTimeoutError extends ParallelError {
  constructor(message: string, options?: { cause?: unknown; value?: unknown }) {
    super('TASK_TIMEOUT', message, options)
    this.value = options?.value
  }
  /** The item. */
  readonly value: unknown
}

/** A value can't be sent to a thread or back; `path` says which part of it. Code `CLONE`. */
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

/** More items wait than `buffer` allows, with `overflow: 'error'`. Code `OVERFLOW`. */
export class OverflowError extends ParallelError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('OVERFLOW', message, options)
  }
}

/** The pool was closed or terminated. Code `POOL_CLOSED`. */
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
 * isParallelError(new PoolClosedError('closed'), 'POOL_CLOSED')   // true
 * isParallelError(new Error('no'))                                // false
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
