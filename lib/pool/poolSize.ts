/**
 * How many threads a pool has, and its checks.
 * @module
 */
import { describe } from '../wire/describe.js'
import { badArgument, checkCount, checkNames } from './checks.js'

/**
 * How many threads: exactly so many, at least 1, or between two numbers.
 *
 * @example
 * ```ts
 * const size: PoolSize = { min: 0, max: 4 }
 * const elastic = threadPool<typeof import('./math.worker.js')>(worker, { size, idleTimeout: 10_000 })
 * console.log(elastic.size) // → 4
 * ```
 */
export type PoolSize =
  | number
  | {
      /** Threads that are kept while there is nothing to do, at least 0. */
      readonly min: number
      /** Threads at most, at least 1. */
      readonly max: number
    }

/** The least and the most threads that a size stands for. */
export function checkSize(caller: string, size: PoolSize): { min: number; max: number } {
  if (typeof size === 'number') {
    const max = checkCount(caller, 'size', size, 1)
    return { min: max, max }
  }
  if (typeof size !== 'object' || size === null)
    throw badArgument(
      caller,
      `size must be a whole number of at least 1, or { min, max }, got ${describe(size)}`,
    )
  checkNames(caller, size, ['min', 'max'], 'size')
  const min = checkCount(caller, 'size.min', size.min, 0)
  const max = checkCount(caller, 'size.max', size.max, 1)
  if (min > max) throw badArgument(caller, `size.min (${min}) must not be above size.max (${max})`)
  return { min, max }
}
