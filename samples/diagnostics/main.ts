/**
 * Watches all pools of a program without a reference to any: by the channels on which they tell what happens to them.
 *
 *     npx tsx samples/diagnostics/main.ts
 */
import { subscribe, tracingChannel } from 'node:diagnostics_channel'
import { of } from 'rxjs'
import { parallelMap, pull, threadPool } from 'rxjs-parallel'
import { isStarted } from '../isStarted.js'

type Log = (line: string) => void

interface ItemError {
  readonly pool: { readonly name: string }
  readonly tasks: readonly string[]
  readonly item: string
  readonly error: unknown
}

interface Run {
  readonly pool: { readonly name: string }
  readonly task: string
}

/** Tells of items that fail, and how long each `pool.run` took. */
export function observe(log: Log) {
  // #region observe
  subscribe('rxjs-parallel:item:error', (message) => {
    const { pool, tasks, item, error } = message as ItemError
    log(`${pool.name}: ${tasks} failed at ${item}: ${error}`)
  })

  const starts = new WeakMap<object, number>()
  tracingChannel('rxjs-parallel:run').subscribe({
    start: (run) => void starts.set(run, performance.now()),
    end() {},
    asyncStart() {},
    asyncEnd: (run) => {
      const { pool, task } = run as Run
      log(`${pool.name}: ${task} took ${(performance.now() - starts.get(run)!).toFixed(1)} ms`)
    },
    error() {},
  })
  // #endregion
}

export async function main(log: Log = console.log) {
  observe(log)
  const worker = new URL('./roots.worker.ts', import.meta.url)
  await using pool = threadPool<typeof import('./roots.worker.js')>(worker, { size: 1, name: 'roots' })
  await pull([4, -1, 9])
    .pipe(parallelMap(pool.tasks.root, { onError: () => of(Number.NaN) }))
    .forEach(() => {})
  await pool.run(pool.tasks.root, 16)
}

if (isStarted(import.meta.url)) await main()
