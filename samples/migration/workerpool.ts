import { fileURLToPath } from 'node:url'
import { of, range } from 'rxjs'
import { isParallelError, parallelMap, pull } from 'rxjs-parallel'
import workerpool from 'workerpool'
import type { Pair } from './pair.js'
import { withPool } from './pair.js'

type TheirPool = ReturnType<typeof workerpool.pool>

async function withWorkerpool(use: (pool: TheirPool) => Promise<void>): Promise<void> {
  // #region pool-theirs
  const worker = fileURLToPath(new URL('./workerpool.worker.mjs', import.meta.url))
  const pool = workerpool.pool(worker, { workerType: 'thread', maxWorkers: 2 })
  // #endregion
  await use(pool).finally(() => pool.terminate(true))
}

const limits = [1000, 10, 10_000, 100]

export const pairs: Pair[] = [
  {
    name: 'one call',
    theirs: (log) =>
      withWorkerpool(async (pool) => {
        // #region call-theirs
        log(await pool.exec('add', [2, 3]))
        // #endregion
      }),
    ours: (log) =>
      withPool(async (pool) => {
        // #region call-ours
        log(await pool.run(pool.tasks.add, 2, 3))
        // #endregion
      }),
  },
  {
    name: 'a list',
    theirs: (log) =>
      withWorkerpool(async (pool) => {
        // #region list-theirs
        const runs = limits.map((limit) => pool.exec('countPrimes', [limit]))
        for (const count of await Promise.all(runs)) log(count)
        // #endregion
      }),
    ours: (log) =>
      withPool(async (pool) => {
        // #region list-ours
        const counts$ = pull(limits).pipe(parallelMap(pool.tasks.countPrimes))
        await counts$.forEach(log)
        // #endregion
      }),
  },
  {
    name: 'a function without a module',
    theirs: async (log) => {
      // #region function-theirs
      const pool = workerpool.pool({ workerType: 'thread', maxWorkers: 2 })
      const square = (n: number) => n * n
      for (const n of [0, 1, 2]) log(await pool.exec(square, [n]))
      await pool.terminate()
      // #endregion
    },
    ours: async (log) => {
      // #region function-ours
      const square = (n: number) => n * n
      await range(0, 3).pipe(parallelMap(square)).forEach(log)
      // #endregion
    },
  },
  {
    name: 'a time limit',
    theirs: (log) =>
      withWorkerpool(async (pool) => {
        // #region timeout-theirs
        const run = pool.exec('countPrimes', [1e9]).timeout(100)
        await Promise.resolve(run).catch((error) => log(error instanceof workerpool.Promise.TimeoutError))
        // #endregion
      }),
    ours: (log) =>
      withPool(async (pool) => {
        // #region timeout-ours
        const run$ = of(1e9).pipe(parallelMap(pool.tasks.countPrimes, { timeout: 100 }))
        await run$.forEach(log).catch((error) => log(isParallelError(error, 'TASK_TIMEOUT')))
        // #endregion
      }),
  },
]
