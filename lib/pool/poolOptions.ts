/**
 * A pool's options: their defaults and their checks, all in one place.
 * @module
 */
import { availableParallelism } from 'node:os'
import type { CodecKind } from '../wire/codec.js'
import { describe } from '../wire/describe.js'
import { badArgument, checkNames, checkNumber, checkTime } from './checks.js'

/** How many threads: exactly so many, or between two numbers. */
export type PoolSize = number | { readonly min: number; readonly max: number }

export interface ThreadPoolOptions {
  /**
   * How many threads: a number of at least 1, or `{ min, max }`. They start when they are first needed, and never more
   * than there is work for. Default: the cores that there are for this process.
   */
  readonly size?: PoolSize
  /** Items in progress at once in one thread, at least 1: for tasks that wait (for a network, a disk). Default: 1. */
  readonly concurrency?: number
  /** What errors and events call the pool. Default: the worker's file name. */
  readonly name?: string
  /** Largest heap of one thread, in MiB, at least 4. A thread that needs more dies, and is replaced. Default: Node's own. */
  readonly memoryLimit?: number
  /** Milliseconds that a thread may take to load its module. Default: 10,000. */
  readonly startTimeout?: number
  /**
   * Milliseconds after which an idle thread is stopped: down to `min` with `{ min, max }`, else all of them. Default:
   * never.
   */
  readonly idleTimeout?: number
  /** Passed on to Node's `new Worker(file, options)`: `env`, `execArgv`, `stdout` and so on. */
  readonly worker?: Readonly<Record<string, unknown>>
  /**
   * The form in which values travel to the threads and back: `msgpack()` of `rxjs-parallel/msgpack`, which is made for
   * records. Batches of numbers travel packed with any. Default: structured clone's own form.
   */
  readonly codec?: CodecKind
}

export interface CheckedPoolOptions {
  readonly min: number
  readonly max: number
  readonly concurrency: number
  readonly name: string
  readonly startTimeout: number
  readonly idleTimeout: number | undefined
  readonly worker: Readonly<Record<string, unknown>>
  readonly codec: CodecKind | undefined
}

const names = [
  'size',
  'concurrency',
  'name',
  'memoryLimit',
  'startTimeout',
  'idleTimeout',
  'worker',
  'codec',
] as const satisfies (keyof ThreadPoolOptions)[]
const caller = 'threadPool'

export function checkPoolOptions(options: ThreadPoolOptions, defaultName: string): CheckedPoolOptions {
  checkNames(caller, options, names)
  const {
    size = availableParallelism(),
    concurrency = 1,
    name = defaultName,
    startTimeout = 10_000,
    idleTimeout,
    memoryLimit,
    worker = {},
    codec,
  } = options
  if (typeof name !== 'string') throw badArgument(caller, `name must be a string, got ${describe(name)}`)
  if (typeof worker !== 'object' || worker === null)
    throw badArgument(caller, `worker must be an object of Worker options, got ${describe(worker)}`)
  const limits =
    memoryLimit === undefined
      ? {}
      : {
          resourceLimits: {
            ...(worker.resourceLimits as object | undefined),
            maxOldGenerationSizeMb: checkNumber(caller, 'memoryLimit', memoryLimit, 4),
          },
        }
  return {
    ...checkSize(caller, size),
    concurrency: checkNumber(caller, 'concurrency', concurrency, 1),
    name,
    startTimeout: checkTime(caller, 'startTimeout', startTimeout),
    idleTimeout: idleTimeout === undefined ? undefined : checkTime(caller, 'idleTimeout', idleTimeout),
    worker: { ...worker, ...limits },
    codec: codec === undefined ? undefined : checkCodec(codec),
  }
}

function checkCodec(codec: CodecKind): CodecKind {
  const { name, module, encoder, decoder } = (codec ?? {}) as Partial<CodecKind>
  if (
    typeof name === 'string' &&
    typeof module === 'string' &&
    typeof encoder === 'function' &&
    typeof decoder === 'function'
  )
    return codec
  const hint = typeof codec === 'function' ? ': call it' : ''
  throw badArgument(
    caller,
    `codec must be what msgpack() of rxjs-parallel/msgpack returns, got ${describe(codec)}${hint}`,
  )
}

/** The least and the most threads that a size stands for. */
export function checkSize(caller: string, size: PoolSize): { min: number; max: number } {
  if (typeof size === 'number') {
    const max = finite(caller, 'size', size, 1)
    return { min: max, max }
  }
  if (typeof size !== 'object' || size === null)
    throw badArgument(
      caller,
      `size must be a whole number of at least 1, or { min, max }, got ${describe(size)}`,
    )
  checkNames(caller, size, ['min', 'max'])
  const min = finite(caller, 'size.min', size.min, 0)
  const max = finite(caller, 'size.max', size.max, 1)
  if (min > max) throw badArgument(caller, `size.min (${min}) must not be above size.max (${max})`)
  return { min, max }
}

function finite(caller: string, name: string, value: unknown, min: number): number {
  if (checkNumber(caller, name, value, min) === Number.POSITIVE_INFINITY)
    throw badArgument(caller, `${name} must be finite`)
  return value as number
}
