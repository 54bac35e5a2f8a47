import { concat, from, lastValueFrom, of, take, toArray } from 'rxjs'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { main, parallelCountPrimes, randomTasks, resultsOf, startConsumers } from './main.js'
import { countPrimes } from './tasks.js'

let consumers: ReturnType<typeof startConsumers>
beforeEach(() => {
  consumers = startConsumers(2)
})
afterEach(() => consumers.terminate())

const quickTasks = Array.from({ length: 200 }, (_, i) => ({ name: `quick ${i}`, limit: i }))

it('counts primes', () => {
  expect([0, 2, 3, 10, 100, 1_000].map(countPrimes)).toEqual([0, 0, 1, 4, 25, 168])
})

it('gives each task one result', async () => {
  const results = await lastValueFrom(resultsOf(from(quickTasks), consumers).pipe(toArray()))
  const byName = new Map(results.map(({ name, primes }) => [name, primes]))
  expect(results).toHaveLength(quickTasks.length)
  expect(byName).toEqual(new Map(quickTasks.map(({ name, limit }) => [name, countPrimes(limit)])))
})

it('gives results in the order in which tasks get done: one that never ends holds up no others', async () => {
  const queue = concat(of({ name: 'endless', limit: Number.POSITIVE_INFINITY }), from(quickTasks))
  const results = await lastValueFrom(resultsOf(queue, consumers).pipe(take(20), toArray()))
  expect(results.map(({ name }) => name)).not.toContain('endless')
})

it('maps in the order of the list', async () => {
  const limits = [50_000, 1, 20_000, 0, 3]
  expect(await parallelCountPrimes(limits, consumers)).toEqual(limits.map(countPrimes))
  expect(await parallelCountPrimes([], consumers)).toEqual([])
})

it('prints every result with the thread that found it, and the map', async () => {
  const lines: string[] = []
  await main((line) => lines.push(line))
  const withoutThreads = lines.slice(0, -1).map((line) => line.replace(/, says thread \S+$/, ''))
  const expected = randomTasks(12).map(({ name, limit }) => `${name}: ${countPrimes(limit)} primes`)
  expect(withoutThreads.sort()).toEqual(expected.sort())
  expect(lines.at(-1)).toBe('map: 1000, 10, 100000, 100, 10000 -> 168, 4, 9592, 25, 1229')
})
