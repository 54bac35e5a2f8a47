// For a browser: spec/browser/migration.spec.ts bundles it and opens it.
import { fromWorker, fromWorkerPool } from 'observable-webworker'
import { of } from 'rxjs'
import { fanIn, fanOut, parallelMap, threadPool } from 'rxjs-parallel'
import type { Pair } from '../pair.js'

const limits = [1000, 10, 10_000, 100]
const newWorker = () => new Worker(new URL('./ours.worker.js', import.meta.url), { type: 'module' })
const pool = threadPool<typeof import('./ours.worker.js')>(newWorker, { size: 2 })

const byNumber = (a: number, b: number) => a - b

const pairs: Pair[] = [
  {
    name: 'a pool',
    theirs: async (log) => {
      const counts: number[] = []
      // #region pool-theirs
      const newWorker = () => new Worker(new URL('./theirs.worker.js', import.meta.url), { type: 'module' })
      const counts$ = fromWorkerPool<number, number>(newWorker, limits)
      await counts$.forEach((count) => void counts.push(count)) // as they are done
      // #endregion
      for (const count of counts.sort(byNumber)) log(count)
    },
    ours: async (log) => {
      const counts: number[] = []
      // #region pool-ours
      const newWorker = () => new Worker(new URL('./ours.worker.js', import.meta.url), { type: 'module' })
      const pool = threadPool<typeof import('./ours.worker.js')>(newWorker)
      const counts$ = of(...limits).pipe(parallelMap(pool.tasks.countPrimes, { ordered: false }))
      await counts$.forEach((count) => void counts.push(count)) // as they are done
      await pool.close()
      // #endregion
      for (const count of counts.sort(byNumber)) log(count)
    },
  },
  {
    name: 'a stream through one worker',
    theirs: async (log) => {
      // #region stream-theirs
      const newWorker = () =>
        new Worker(new URL('./theirTotals.worker.js', import.meta.url), { type: 'module' })
      await fromWorker<number, number>(newWorker, of(1, 2, 3)).forEach(log)
      // #endregion
    },
    ours: async (log) => {
      // #region stream-ours
      const totals$ = of(1, 2, 3).pipe(fanOut(pool.tasks.runningTotal, { branches: 1 }), fanIn())
      await totals$.forEach(log)
      // #endregion
    },
  },
]

async function linesOf(run: Pair['ours']): Promise<unknown[]> {
  const lines: unknown[] = []
  await run((value) => lines.push(value))
  return lines
}

async function runAll() {
  const results: Record<string, { theirs: unknown[]; ours: unknown[] }> = {}
  for (const { name, theirs, ours } of pairs)
    results[name] = { theirs: await linesOf(theirs), ours: await linesOf(ours) }
  return results
}

Object.assign(globalThis, { results: runAll() })
