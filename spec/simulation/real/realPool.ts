/** Pools whose threads are real, and what their runs take. */
import { performance } from 'node:perf_hooks'
import type { Pool, TaskRef } from 'rxjs-parallel'
import { parallelMap, pull, threadPool } from 'rxjs-parallel'
import { execArgv } from '../../bench/workers/file.js'
import type worker from '../workers/calibration.worker.mjs'

export type RealPool = Pool<{ default: typeof worker }>

/** Milliseconds. */
export interface Taken {
  readonly took: number
  /** That the main thread worked meanwhile. */
  readonly main: number
}

const file = new URL('../workers/calibration.worker.mjs', import.meta.url)

export async function openPool(size: number): Promise<RealPool> {
  const pool: RealPool = threadPool(file, { size, worker: { execArgv } })
  await pool.ready()
  return pool
}

/** Runs them all, from an array to a subscriber that counts. */
export async function realRun<T>(
  task: TaskRef<[T], number>,
  items: readonly T[],
  options: { ordered?: boolean; batch?: 'auto' | number } = {},
): Promise<Taken> {
  const mainBefore = performance.eventLoopUtilization()
  const start = performance.now()
  let taken = 0
  await pull(items)
    .pipe(parallelMap(task, options))
    .forEach(() => {
      taken++
    })
  const took = performance.now() - start
  const main = performance.eventLoopUtilization(mainBefore).active
  if (taken !== items.length) throw new Error(`${items.length} items gave ${taken} results`)
  return { took, main }
}
