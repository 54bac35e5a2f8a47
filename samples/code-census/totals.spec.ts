import { from, lastValueFrom, toArray } from 'rxjs'
import { expect, it } from 'vitest'
import type { Measure } from './measureFile.js'
import { LONGEST_KEPT, totals } from './totals.js'

function measure(name: string, path: string, lines: number): Measure {
  const longest = { name: 'f', line: 1, lines, complexity: 2 }
  return { path, package: name, metrics: { lines, functions: 3, longest } }
}

it('adds up a package each, the largest first', async () => {
  const measures = [
    measure('small', 'a.js', 1),
    measure('large', 'b.js', 5),
    measure('large', 'c.js', 7),
    { path: 'd.js', package: 'large', metrics: { lines: 1, functions: 0 } },
  ]
  const [large, small, ...more] = await listOf(totals(measures))
  expect(large).toMatchObject({ package: 'large', files: 3, lines: 13, functions: 6, problems: [] })
  expect(large?.longest.map(({ path }) => path)).toEqual(['c.js', 'b.js'])
  expect(small).toMatchObject({ package: 'small', files: 1, lines: 1, functions: 3 })
  expect(more).toEqual([])
})

it('keeps problems apart', async () => {
  const problem = { path: 'x.js', package: 'one', problem: 'not UTF-8 text' }
  const [one] = await listOf(totals([problem, measure('one', 'a.js', 4)]))
  expect(one).toMatchObject({ files: 1, lines: 4, problems: [{ path: 'x.js', reason: 'not UTF-8 text' }] })
})

it('says the same in whatever order measures come', async () => {
  const measures = Array.from({ length: 60 }, (_, i) => measure(`p${i % 4}`, `${i}.js`, i % 3))
  const [forward, backward] = [measures, measures.toReversed()].map((list) => listOf(totals(list)))
  expect(await forward).toEqual(await backward)
  expect((await forward!)[0]?.longest).toHaveLength(LONGEST_KEPT)
})

it('has nothing to say of nothing', async () => {
  expect(await listOf(totals([]))).toEqual([])
})

function listOf<T>(source: AsyncIterable<T>): Promise<T[]> {
  return lastValueFrom(from(source).pipe(toArray()))
}
