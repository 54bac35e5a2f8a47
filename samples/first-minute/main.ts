/**
 * The first minute with rxjs-parallel: what the README shows, running.
 *
 *     npx tsx samples/first-minute/main.ts
 */
// #region imports
import { map, of, range } from 'rxjs'
import {
  fanIn,
  fanOut,
  fromTask,
  isParallelError,
  parallelMap,
  pull,
  threadPool,
  toAsyncIterable,
} from 'rxjs-parallel'
import { msgpack } from 'rxjs-parallel/msgpack'
// #endregion
import { isStarted } from '../isStarted.js'
import type { Reading } from './primes.worker.js'
import { serveOnePage } from './webServer.js'

type Log = (value: unknown) => void

// #region pool
const pool = threadPool<typeof import('./primes.worker.js')>(new URL('./primes.worker.ts', import.meta.url))
// #endregion

async function ordered(log: Log) {
  const numbers = [6, 7, 8]
  // #region ordered
  const divisors$ = pull(numbers).pipe(parallelMap(pool.tasks.divisors))
  await divisors$.forEach(log) // 1 2 3 6, 1 7, 1 2 4 8
  // #endregion
}

async function unordered(log: Log) {
  const pairs = [2, 3, 10].map((base): [base: number, exponent: number] => [base, 4])
  // #region unordered
  const powers$ = pull(pairs).pipe(parallelMap(pool.tasks.pow, { spread: true, ordered: false }))
  await powers$.forEach(log) // 16, 81 and 10000, whichever is done first
  // #endregion
}

async function branches(log: Log) {
  const readings: Reading[] = [
    { sensor: 'roof', celsius: 21 },
    { sensor: 'cellar', celsius: 12 },
    { sensor: 'roof', celsius: 25 },
    { sensor: 'cellar', celsius: 14 },
  ]
  // #region branches
  const means$ = pull(readings).pipe(
    fanOut(pool.tasks.runningMean, { route: (reading) => reading.sensor }), // a sensor keeps to its branch
    fanIn(),
  )
  await means$.forEach(({ sensor, mean }) => {
    log(`${sensor} ${mean}`) // roof 21, roof 23, and between them or around them cellar 12, cellar 13
  })
  // #endregion
}

async function producer(log: Log) {
  // #region producer
  const divisors$ = fromTask(pool.tasks.divisors, 28)
  await divisors$.forEach(log) // 1 2 4 7 14 28
  // #endregion
}

async function loop(log: Log) {
  function* naturals() {
    for (let n = 1; ; n++) yield n
  }
  // #region loop
  const divisors$ = pull(naturals()).pipe(parallelMap(pool.tasks.divisors)) // of 1, 2, 3 and so on, without end
  for await (const divisor of toAsyncIterable(divisors$)) {
    log(divisor) // 1, 1 2, 1 3, 1 2 4, 1 5
    if (divisor === 5) break // unsubscribes
  }
  // #endregion
}

async function inline(log: Log) {
  // #region inline
  const fib = (n: number): number => (n < 2 ? n : fib(n - 1) + fib(n - 2))
  const fibs$ = range(0, 10).pipe(parallelMap((n: number) => fib(n), { bindings: { fib } }))
  await fibs$.forEach(log) // 0 1 1 2 3 5 8 13 21 34
  // #endregion
}

async function errors(log: Log) {
  const { origin, stop } = await serveOnePage('hello')
  const urls = [`${origin}/`, `${origin}/broken`, `${origin}/`]
  // #region errors
  // By default the first failure ends the stream, as an error notification.
  const pages$ = pull(urls).pipe(parallelMap(pool.tasks.fetchPage))
  await pages$.forEach(log).catch((error) => log(`${error}`)) // TypeError: fetch failed

  // With onError a failed item has its own replacement, and the others go on.
  const onError = (error: unknown, url: string) => of(`${new URL(url).pathname}: ${error}`)
  const allPages$ = pull(urls).pipe(parallelMap(pool.tasks.fetchPage, { onError }))
  await allPages$.forEach(log) // hello, /broken: TypeError: fetch failed, hello
  // #endregion
  stop()
}

async function scoped(log: Log) {
  const worker = new URL('./primes.worker.ts', import.meta.url)
  // #region using
  await using ownPool = threadPool<typeof import('./primes.worker.js')>(worker, { size: 1 })
  log(await ownPool.run(ownPool.tasks.pow, 2, 8)) // 256; then the end of the block closes the pool
  // #endregion
}

async function packed(log: Log) {
  const worker = new URL('./primes.worker.ts', import.meta.url)
  const readings = [21, 25, 26].map((celsius): Reading => ({ sensor: 'roof', celsius }))
  // #region codec
  await using records = threadPool<typeof import('./primes.worker.js')>(worker, { size: 1, codec: msgpack() })
  const means$ = pull(readings).pipe(fanOut(records.tasks.runningMean), fanIn())
  await means$.pipe(map(({ mean }) => mean)).forEach(log) // 21 23 24
  // #endregion
}

async function closing(log: Log) {
  // #region closing
  await pool.close() // lets what runs finish; terminate() doesn't
  await pool.run(pool.tasks.pow, 2, 8).catch((error) => log(isParallelError(error, 'POOL_CLOSED'))) // true
  // #endregion
}

export async function main(log: Log = console.log) {
  for (const part of [
    ordered,
    unordered,
    branches,
    producer,
    loop,
    inline,
    errors,
    scoped,
    packed,
    closing,
  ]) {
    log(`${part.name}:`)
    await part(log)
  }
}

if (isStarted(import.meta.url)) await main()
