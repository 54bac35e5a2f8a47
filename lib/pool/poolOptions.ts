/**
 * A pool's options: their defaults and their checks, all in one place.
 * @module
 */
import type { CodecKind } from '../wire/codec.js'
import {
  badArgument,
  checkCodec,
  checkCount,
  checkNames,
  checkNumber,
  checkObject,
  checkShared,
  checkString,
  checkTime,
  checkWord,
} from './checks.js'
import { platform } from './node/platform.js'
import type { PoolSize } from './poolSize.js'
import { checkSize } from './poolSize.js'

/**
 * Options of {@link threadPool}.
 *
 * @typeParam S what the worker module's tasks use of `context.shared`.
 *
 * @example
 * ```ts
 * const options: ThreadPoolOptions = { size: 2, name: 'math', memoryLimit: 64, worker: { env: { MODE: 'test' } } }
 * const small = threadPool<typeof import('./math.worker.js')>(worker, options)
 * console.log(await small.run(small.tasks.square, 7)) // → 49
 * ```
 */
export interface ThreadPoolOptions<S = object> {
  /**
   * How many threads: a number of at least 1, or `{ min, max }`. They start when they are first needed, and never more
   * than there is work for. Default: the cores that there are for this process.
   */
  readonly size?: PoolSize
  /** Items in progress at once in one thread, at least 1: for tasks that wait (for a network, a disk). Default: 1. */
  readonly concurrency?: number
  /** What errors and events call the pool. Default: the worker's file name, or that of the function. */
  readonly name?: string
  /**
   * What its threads are: threads of this process (`'thread'`, the default), or processes of their own (`'process'`),
   * for native code that may end the whole process it runs in. A process that ends by a signal (SIGSEGV, SIGABRT,
   * SIGKILL) or runs out of memory costs the item at work, which fails with a WorkerCrashError, and nothing else.
   * Processes take longer to start, some 55 MiB each, and more time for each message; they can't share memory, and what
   * is transferred is copied. The worker must be a URL or a path then.
   * Refused in a browser, which has no processes to give.
   */
  readonly isolation?: 'thread' | 'process'
  /**
   * Largest heap of one thread, in MiB, at least 4. A thread that needs more dies, and is replaced. No effect where
   * the worker is a function, which makes its thread itself; refused in a browser. Default: the platform's own.
   */
  readonly memoryLimit?: number
  /** Milliseconds that a thread may take to load its module. Default: 30,000. */
  readonly startTimeout?: number
  /**
   * Milliseconds after which an idle thread is stopped: down to `min` with `{ min, max }`, else all of them. Default:
   * never.
   */
  readonly idleTimeout?: number
  /**
   * Passed on to `new Worker(file, options)`: of Node `env`, `execArgv`, `stdout` and so on, of a browser
   * `credentials`, say. No effect where the worker is a function. For processes: `argv`,
   * `cwd`, `env`, `execArgv`, `execPath`, `gid`, `stderr`, `stdout` and `uid`.
   */
  readonly worker?: Readonly<Record<string, unknown>>
  /**
   * The form in which values travel to the threads and back: `msgpack()` of `rxjs-parallel/msgpack`, which is made for
   * records. Batches of numbers travel packed with any. Default: records packed, all else by structured clone.
   */
  readonly codec?: CodecKind
  /**
   * What each thread has as `context.shared`: values that can be cloned, `mutex()`, `semaphore(n)`, `condition(mutex)`,
   * `event()`, `sharedState(…)` and `sharedMap()`. Default: nothing.
   */
  readonly shared?: S
}

export interface CheckedPoolOptions {
  readonly min: number
  readonly max: number
  readonly concurrency: number
  readonly name: string
  readonly startTimeout: number
  readonly idleTimeout: number | undefined
  readonly isolation: 'thread' | 'process'
  readonly memoryLimit: number | undefined
  readonly shared: Readonly<Record<string, unknown>>
  readonly worker: Readonly<Record<string, unknown>>
  readonly codec: CodecKind | undefined
}

const names = [
  'size',
  'concurrency',
  'name',
  'isolation',
  'memoryLimit',
  'startTimeout',
  'idleTimeout',
  'worker',
  'codec',
  'shared',
] as const satisfies (keyof ThreadPoolOptions)[]
/** Of `worker`, for processes. */
const processNames = ['argv', 'cwd', 'env', 'execArgv', 'execPath', 'gid', 'stderr', 'stdout', 'uid']
const caller = 'threadPool'

export function checkPoolOptions(options: ThreadPoolOptions, defaultName: string): CheckedPoolOptions {
  checkNames(caller, options, names)
  const {
    size = platform.parallelism(),
    concurrency = 1,
    name = defaultName,
    startTimeout = 30_000,
    idleTimeout,
    isolation = 'thread',
    memoryLimit,
    worker = {},
    codec,
    shared = {},
  } = options
  checkString(caller, 'name', name)
  if (isolation === 'process') checkPlatform('isolation')
  if (memoryLimit !== undefined) checkPlatform('memoryLimit')
  checkObject(caller, 'worker', worker)
  if (checkWord(caller, 'isolation', isolation, ['thread', 'process']) === 'process')
    checkNames(`${caller} with isolation: 'process'`, worker, processNames, 'worker')
  return {
    ...checkSize(caller, size),
    concurrency: checkNumber(caller, 'concurrency', concurrency, 1),
    name,
    startTimeout: checkTime(caller, 'startTimeout', startTimeout),
    idleTimeout: idleTimeout === undefined ? undefined : checkTime(caller, 'idleTimeout', idleTimeout),
    isolation,
    memoryLimit: memoryLimit === undefined ? undefined : checkCount(caller, 'memoryLimit', memoryLimit, 4),
    worker,
    codec: codec === undefined ? undefined : checkCodec(caller, codec),
    shared: checkShared(caller, shared),
  }
}

function checkPlatform(option: 'isolation' | 'memoryLimit'): void {
  const reason = platform.whyNot(option)
  if (reason) throw badArgument(caller, `${option} can't be had here: ${reason}; leave it out`)
}
