/**
 * Generator functions, composed as plain calls in one thread and then, unchanged, across threads: many producers,
 * many consumer-producers and many consumers. When one of them fails, the whole pipeline ends with its error.
 *
 *     npx tsx samples/generators/main.ts [--watch]
 */
import type { Observable } from 'rxjs'
import { from, lastValueFrom, toArray } from 'rxjs'
import type { Pool } from 'rxjs-parallel'
import { fanIn, fanOut, fromTask, threadPool } from 'rxjs-parallel'
import { isStarted } from '../isStarted.js'
import { watched } from '../watch/watched.js'
import type { Tally } from './steps.js'
import { factorize, numbers, tally } from './steps.js'

type Steps = typeof import('./steps.worker.js')
type Range = readonly [first: number, last: number]

export async function inOneThread([first, last]: Range): Promise<Tally[]> {
  const tallies: Tally[] = []
  // #region one-thread
  for await (const line of tally(factorize(numbers(first, last)))) tallies.push(line)
  // #endregion
  return tallies
}

/** One producer a range. */
export function acrossThreads(pool: Pool<Steps>, ranges: readonly Range[]): Observable<Tally> {
  // #region threads
  const producers = ranges.map(([first, last]) => fromTask(pool.tasks.numbers, first, last))
  return from(producers).pipe(
    fanIn(), // many producers, one stream
    fanOut(pool.tasks.factorize), // each number to whoever has room
    fanIn(),
    fanOut(pool.tasks.tally, { route: ({ primes }) => primes.length }), // equal ones to the same consumer
    fanIn({ order: (a, b) => a.factors - b.factors }), // each consumer's lines are sorted: so are all
  )
  // #endregion
}

export async function main(log = console.log) {
  log('How many numbers up to 10,000 have how many prime factors, in one thread:')
  for (const line of await inOneThread([1, 10_000])) log(describe(line))

  const pool = threadPool<Steps>(new URL('./steps.worker.ts', import.meta.url))
  try {
    log('Across threads:')
    const quarters = [0, 2_500, 5_000, 7_500].map((start): Range => [start + 1, start + 2_500])
    for (const line of await lastValueFrom(acrossThreads(pool, quarters).pipe(toArray()))) log(describe(line))

    log('Across threads, from a producer that starts at 0:')
    const oneIsWrong: Range[] = [
      [1, 2_500],
      [0, 10],
    ]
    await lastValueFrom(acrossThreads(pool, oneIsWrong))
  } catch (error) {
    log(`  ended with ${error}`)
  } finally {
    await pool.close()
  }
}

function describe({ factors, numbers }: Tally): string {
  return `  ${numbers} with ${factors} prime factor${factors === 1 ? '' : 's'}`
}

if (isStarted(import.meta.url)) await watched(main)
