import { firstValueFrom, from, of, range, toArray } from 'rxjs'
import { CloneError, fanIn, fanOut, parallelMap, threadPool } from 'rxjs-parallel'
import { StrangeNumber } from './strangeNumber.js'

// #region pool
const newWorker = () => new Worker(new URL('./numbers.worker.ts', import.meta.url), { type: 'module' })
const pool = threadPool<typeof import('./numbers.worker.js')>(newWorker)
// #endregion
const { tasks } = pool

const caught = (promise: Promise<unknown>) => promise.catch((error: unknown) => error)

async function run() {
  const strange = await caught(pool.run(tasks.check, 13))
  const unsendable = await caught(pool.run(tasks.unsendable))
  return {
    divisors: await firstValueFrom(of(6, 7).pipe(parallelMap(tasks.divisors), toArray())),
    means: await firstValueFrom(
      from([2, 4, 9]).pipe(fanOut(tasks.runningMean, { branches: 1 }), fanIn(), toArray()),
    ),
    error: strange instanceof StrangeNumber ? strange.n : String(strange),
    ours: unsendable instanceof CloneError ? unsendable.path : String(unsendable),
    squares: await firstValueFrom(
      range(1, 3).pipe(
        parallelMap((n: number) => n ** 2),
        toArray(),
      ),
    ),
    isElsewhere: (await pool.run(tasks.nameThread, 0)) !== '',
  }
}

/** For the test, and for whoever opens the page. */
const results = run()
Object.assign(globalThis, { results })
results.then(
  (got) => document.body.append(JSON.stringify(got)),
  (error) => document.body.append(String(error)),
)
