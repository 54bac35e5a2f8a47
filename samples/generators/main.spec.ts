import { lastValueFrom, toArray } from 'rxjs'
import type { Pool } from 'rxjs-parallel'
import { threadPool } from 'rxjs-parallel'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { acrossThreads, inOneThread, main } from './main.js'

let pool: Pool<typeof import('./steps.worker.js')>
beforeEach(() => {
  pool = threadPool(new URL('./steps.worker.ts', import.meta.url), {
    size: 2,
    startTimeout: 50_000,
  })
})
afterEach(() => pool.close())

// By hand: 1 | 2 3 5 7 11 | 4 6 9 10 | 8 12.
const upToTwelve = [
  { factors: 0, numbers: 1 },
  { factors: 1, numbers: 5 },
  { factors: 2, numbers: 4 },
  { factors: 3, numbers: 2 },
]

it('tallies in one thread', async () => {
  expect(await inOneThread([1, 12])).toEqual(upToTwelve)
})

it('tallies the same across threads, with one producer or with more than there are threads', async () => {
  expect(await resultOf([[1, 12]])).toEqual(upToTwelve)
  const ranges = [1, 3, 5, 7, 9, 11].map((first) => [first, first + 1] as const)
  expect(await resultOf(ranges)).toEqual(upToTwelve)
})

it('tallies nothing when nothing is produced', async () => {
  expect(await resultOf([])).toEqual([])
})

it('ends with the error of a failing producer', async () => {
  await expect(
    resultOf([
      [1, 12],
      [2, 1],
    ]),
  ).rejects.toThrow(new RangeError('there are no numbers from 2 up to 1'))
})

it('ends with the error of a failing consumer', async () => {
  await expect(
    resultOf([
      [1, 12],
      [-1, 3],
    ]),
  ).rejects.toThrow(/^(-1|0) has no prime factors$/)
})

it('prints both ways and the failure', async () => {
  const lines: string[] = []
  await main((line) => lines.push(line))
  const [one, many, failing] = ['How many', 'Across threads:', 'Across threads, from'].map((start) =>
    lines.findIndex((line) => line.startsWith(start)),
  )
  expect(lines.slice(one! + 1, many)).toEqual(lines.slice(many! + 1, failing))
  expect(lines).toContain('  1229 with 1 prime factor')
  expect(lines.slice(failing! + 1)).toEqual(['  ended with RangeError: 0 has no prime factors'])
})

function resultOf(ranges: (readonly [number, number])[]) {
  return lastValueFrom(acrossThreads(pool, ranges).pipe(toArray()))
}
