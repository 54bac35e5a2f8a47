/**
 * A queue with room for 20 in front of n workers that run `pow(base, exponent)`, as it is. Some take ten thousand
 * times as long as others; results come as they get done. Then how long it takes with 1, 2, 4 … threads.
 *
 *     npx tsx samples/bounded-queue/main.ts [--watch]
 */
import { availableParallelism } from 'node:os'
import Table from 'cli-table3'
import type { Pool } from 'rxjs-parallel'
import { parallelMap, pull, threadPool } from 'rxjs-parallel'
import { isStarted } from '../isStarted.js'
import { seededRandom } from '../seededRandom.js'
import { watched } from '../watch/watched.js'

export type Job = [base: bigint, exponent: number]
export type Workers = Pool<typeof import('./pow.worker.js')>

export const ROOM = 20

export function startWorkers(size: number): Workers {
  return threadPool(new URL('./pow.worker.ts', import.meta.url), { size })
}

/** Takes a job only when there is room for it in the queue. */
export function powers(jobs: Iterable<Job>, workers: Workers) {
  // #region queue
  return pull(jobs).pipe(parallelMap(workers.tasks.pow, { spread: true, ordered: false, concurrency: ROOM }))
  // #endregion
}

export async function main(log = console.log, jobs = randomJobs(150, 100_000), threadCounts = powersOfTwo()) {
  const table = new Table({ head: ['threads', 'seconds', 'times as fast'], style: { head: [], border: [] } })
  let secondsAlone: number | undefined
  for (const threads of threadCounts) {
    const seconds = await timed(jobs, threads, log)
    secondsAlone ??= seconds
    table.push([threads, seconds.toFixed(2), (secondsAlone / seconds).toFixed(2)])
  }
  log(table.toString())
}

/** Threads are started before the clock is. */
async function timed(jobs: readonly Job[], threads: number, log: (line: string) => void): Promise<number> {
  const workers = startWorkers(threads)
  try {
    await workers.ready()
    const start = performance.now()
    const results: bigint[] = []
    await powers(jobs, workers).forEach((power) => void results.push(power))
    const seconds = (performance.now() - start) / 1000
    const sizes = results.slice(0, 12).map((power) => power.toString(16).length)
    log(
      `threads: ${threads}, results: ${results.length}, hexadecimal digits of the first: ${sizes.join(' ')}`,
    )
    return seconds
  } finally {
    await workers.close()
  }
}

/** Exponents from 1 to the largest: as many between 10 and 100 as between 10,000 and 100,000. */
export function randomJobs(count: number, largestExponent: number): Job[] {
  const random = seededRandom(count)
  return Array.from({ length: count }, () => {
    return [BigInt(2 + Math.floor(random() * 8)), Math.floor(largestExponent ** random())]
  })
}

/** 1, 2, 4 … up to twice the cores, where more threads can't help any more. */
function powersOfTwo(): number[] {
  const most = 2 * availableParallelism()
  return [1, 2, 4, 8, 16, 32, 64, 128].filter((threads) => threads <= most)
}

if (isStarted(import.meta.url)) await watched(main)
