import { move, Piscina } from 'piscina'
import { of } from 'rxjs'
import { parallelMap, pull, threadPool } from 'rxjs-parallel'
import type { Pair } from './pair.js'
import { withPool } from './pair.js'

async function withPiscina(use: (pool: Piscina) => Promise<void>): Promise<void> {
  const filename = new URL('./piscina.worker.mjs', import.meta.url).href
  const pool = new Piscina({ filename, maxThreads: 2 })
  await use(pool).finally(() => pool.destroy())
}

const limits = [1000, 10, 10_000, 100]

export const pairs: Pair[] = [
  {
    name: 'a pool',
    theirs: async (log) => {
      // #region pool-theirs
      const worker = new URL('./piscina.worker.mjs', import.meta.url)
      const pool = new Piscina({ filename: worker.href, maxThreads: 2 })
      log(await pool.run({ a: 2, b: 3 }, { name: 'add' }))
      await pool.close()
      // #endregion
    },
    ours: async (log) => {
      // #region pool-ours
      const worker = new URL('./ours.worker.ts', import.meta.url)
      const pool = threadPool<typeof import('./ours.worker.js')>(worker, { size: 2 })
      log(await pool.run(pool.tasks.add, 2, 3))
      await pool.close()
      // #endregion
    },
  },
  {
    name: 'a list',
    theirs: (log) =>
      withPiscina(async (pool) => {
        // #region list-theirs
        const runs = limits.map((limit) => pool.run(limit, { name: 'countPrimes' }))
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
    name: 'cancellation',
    theirs: (log) =>
      withPiscina(async (pool) => {
        // #region cancel-theirs
        const controller = new AbortController()
        const run = pool.run(1e9, { name: 'countPrimes', signal: controller.signal })
        controller.abort()
        await run.catch(({ name }) => log(name))
        // #endregion
      }),
    ours: (log) =>
      withPool(async (pool) => {
        // #region cancel-ours
        const controller = new AbortController()
        const run = pool.run(pool.tasks.countPrimes, 1e9, { signal: controller.signal })
        controller.abort()
        await run.catch(({ name }) => log(name))
        // #endregion
        await pool.terminate()
      }),
  },
  {
    name: 'a buffer that is moved',
    theirs: (log) =>
      withPiscina(async (pool) => {
        // #region move-theirs
        const buffer = new ArrayBuffer(1024)
        log(await pool.run(move(buffer), { name: 'byteLength' }))
        log(buffer.byteLength) // 0: it is gone
        // #endregion
      }),
    ours: async (log) => {
      // #region move-ours
      const buffer = new ArrayBuffer(1024)
      const length = ({ byteLength }: ArrayBuffer) => byteLength
      await of(buffer)
        .pipe(parallelMap(length, { transfer: (each) => [each] }))
        .forEach(log)
      log(buffer.byteLength) // 0: it is gone
      // #endregion
    },
  },
]
