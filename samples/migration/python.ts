import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { from, lastValueFrom, of, toArray } from 'rxjs'
import { fanIn, fanOut, parallelMap, pull, threadPool } from 'rxjs-parallel'
import type { Log, Pair } from './pair.js'
import { withPool } from './pair.js'

const limits = [1000, 10, 5000, 100]

const program = fileURLToPath(new URL('./python/pairs.py', import.meta.url))

/**
 * Whether there is a Python 3 to compare with.
 * @throws Error where REQUIRE_PYTHON=1 and there is none.
 */
export function hasPython({ REQUIRE_PYTHON: required } = process.env): boolean {
  if (spawnSync('python3', ['--version']).status === 0) return true
  if (required === '1') throw new Error('REQUIRE_PYTHON=1, but there is no python3 in PATH; install python3')
  return false
}

/** Runs one of Python's programs, and logs the lines that it prints. */
const python = (name: string) => async (log: Log) => {
  const { status, stdout, stderr } = spawnSync('python3', [program, name], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`python3 ${program} ${name} failed:\n${stderr}`)
  for (const line of stdout.trim().split('\n')) log(line)
}

export const pairs: Pair[] = [
  {
    name: 'Pool.map',
    theirs: python('map_list'),
    ours: (log) =>
      withPool(async (pool) => {
        // #region map-ours
        const counts$ = pull(limits).pipe(parallelMap(pool.tasks.countPrimes))
        await counts$.forEach(log)
        // #endregion
      }),
  },
  {
    name: 'imap_unordered',
    theirs: python('unordered'),
    ours: (log) =>
      withPool(async (pool) => {
        // #region unordered-ours
        const counts$ = pull(limits).pipe(parallelMap(pool.tasks.countPrimes, { ordered: false }))
        const counts = await lastValueFrom(counts$.pipe(toArray()))
        for (const count of counts.sort((a, b) => a - b)) log(count)
        // #endregion
      }),
  },
  {
    name: 'starmap',
    theirs: python('starmap'),
    ours: (log) =>
      withPool(async (pool) => {
        // #region starmap-ours
        const pairs: [number, number][] = [[1, 2], [3, 4]] // biome-ignore format: as in Python
        await from(pairs)
          .pipe(parallelMap(pool.tasks.add, { spread: true }))
          .forEach(log)
        // #endregion
      }),
  },
  {
    name: 'apply_async',
    theirs: python('apply'),
    ours: (log) =>
      withPool(async (pool) => {
        // #region apply-ours
        log(await pool.run(pool.tasks.add, 2, 3))
        // #endregion
      }),
  },
  {
    name: 'get(timeout)',
    theirs: python('time_limit'),
    ours: (log) =>
      withPool(async (pool) => {
        // #region timeout-ours
        const signal = AbortSignal.timeout(100)
        await pool.run(pool.tasks.countPrimes, 1e9, { signal }).catch(({ name }) => log(name))
        // #endregion
        await pool.terminate()
      }),
  },
  {
    name: 'Process and Queue',
    theirs: python('queues'),
    ours: async (log) => {
      // #region queues-ours
      const pool = threadPool<typeof import('./totals.worker.js')>(
        new URL('./totals.worker.ts', import.meta.url),
      )
      const totals$ = of(1, 2, 3).pipe(fanOut(pool.tasks.runningTotal, { branches: 1 }), fanIn())
      await totals$.forEach(log)
      await pool.close()
      // #endregion
    },
  },
]
