import { lastValueFrom, take, tap, toArray } from 'rxjs'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Job } from './main.js'
import { main, powers, ROOM, randomJobs, startWorkers } from './main.js'
import { pow } from './pow.js'

let workers: ReturnType<typeof startWorkers>
beforeEach(() => {
  workers = startWorkers(2)
})
afterEach(() => workers.terminate())

it('multiplies', () => {
  expect([pow(2n, 0), pow(2n, 10), pow(7n, 77)]).toEqual([1n, 1024n, 7n ** 77n])
})

it('gives every power once', async () => {
  const jobs = randomJobs(300, 1_000)
  const results = await lastValueFrom(powers(jobs, workers).pipe(toArray()))
  const expected = jobs.map(([base, exponent]) => base ** BigInt(exponent))
  expect(results.sort(bySize)).toEqual(expected.sort(bySize))
})

it('takes a job only when there is room for it', async () => {
  let [taken, given, most] = [0, 0, 0]
  function* counted() {
    for (const job of randomJobs(300, 1_000)) {
      most = Math.max(most, ++taken - given)
      yield job
    }
  }
  await lastValueFrom(powers(counted(), workers).pipe(tap(() => given++)))
  expect(taken).toBe(300)
  expect(most).toBe(ROOM)
})

it('gives powers in the order in which they get done: one that never ends holds up no others', async () => {
  const endless: Job = [1n, Number.POSITIVE_INFINITY]
  const jobs = [endless, ...Array.from({ length: 200 }, (): Job => [3n, 3])]
  const results = await lastValueFrom(powers(jobs, workers).pipe(take(20), toArray()))
  expect(results).toEqual(Array(20).fill(27n))
})

it('prints a line a number of threads, and a table', async () => {
  const lines: string[] = []
  await main((line) => lines.push(line), randomJobs(30, 100), [1, 2, 4])
  expect(lines).toHaveLength(4)
  for (const [i, threads] of [1, 2, 4].entries())
    expect(lines[i]).toMatch(new RegExp(`^threads: ${threads}, results: 30, .*( [0-9]+){12}$`))
  const rows = lines[3]!.split('\n').filter((line) => /\d/.test(line))
  expect(rows.map((row) => row.match(/\d+/)![0])).toEqual(['1', '2', '4'])
})

function bySize(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}
