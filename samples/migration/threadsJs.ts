import { parallelMap, pull } from 'rxjs-parallel'
import { Pool, spawn, Worker } from 'threads'
import type { Pair } from './pair.js'
import { withPool } from './pair.js'

interface Methods {
  countPrimes(limit: number): number
  add(a: number, b: number): number
}

const limits = [1000, 10, 10_000, 100]
const start = () => spawn<Methods>(new Worker('./threads.worker.mjs'))

export const pairs: Pair[] = [
  {
    name: 'a pool, and one call',
    theirs: async (log) => {
      // #region pool-theirs
      const start = () => spawn<Methods>(new Worker('./threads.worker.mjs'))
      const pool = Pool(start, { size: 2, concurrency: 1 })
      log(await pool.queue((thread) => thread.add(2, 3)))
      await pool.terminate()
      // #endregion
    },
    ours: (log) =>
      withPool(async (pool) => {
        // #region pool-ours
        log(await pool.run(pool.tasks.add, 2, 3))
        // #endregion
      }),
  },
  {
    name: 'a list, and its end',
    theirs: async (log) => {
      // #region list-theirs
      const pool = Pool(start, { size: 2, concurrency: 1 })
      const counts: number[] = []
      for (const [i, limit] of limits.entries())
        pool.queue(async (thread) => {
          counts[i] = await thread.countPrimes(limit)
        })
      await pool.completed()
      for (const count of counts) log(count)
      await pool.terminate()
      // #endregion
    },
    ours: (log) =>
      withPool(async (pool) => {
        // #region list-ours
        const counts$ = pull(limits).pipe(parallelMap(pool.tasks.countPrimes))
        await counts$.forEach(log)
        // #endregion
      }),
  },
]
