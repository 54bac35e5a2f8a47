import { inspect } from 'node:util'
import { from, of, range, take } from 'rxjs'
import { parallelMap, pull } from 'rxjs-parallel'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Gate } from '../support/gate.js'
import { ordinaryValues } from '../support/ordinaryValues.js'
import { outcomeOf, valuesOf } from '../support/outcome.js'
import { tasksPool } from '../support/pools.js'

const pool = tasksPool()
const { tasks } = pool

beforeAll(() => pool.ready())
afterAll(() => pool.close())

describe('ordinary values', () => {
  it.each([1, 7, 'auto'] as const)('go there and back as they are (batch: %s)', async (batch) => {
    expect(await valuesOf(from(ordinaryValues).pipe(parallelMap(tasks.identity, { batch })))).toStrictEqual(
      ordinaryValues,
    )
    expect(await valuesOf(from(ordinaryValues).pipe(parallelMap(tasks.later, { batch })))).toStrictEqual(
      ordinaryValues,
    )
  })

  it('arrive in the thread as what they are', async () => {
    expect(await valuesOf(from(ordinaryValues).pipe(parallelMap(tasks.inspect)))).toEqual(
      ordinaryValues.map((value) => inspect(value)),
    )
  })

  it('are arguments like any other', async () => {
    const lists = ordinaryValues.map((value) => [value, value])
    expect(await valuesOf(from(lists).pipe(parallelMap(tasks.argumentsOf, { spread: true })))).toStrictEqual(
      lists,
    )
  })

  it('are emitted like any other by a generator', async () => {
    expect(await valuesOf(of(ordinaryValues).pipe(parallelMap(tasks.each)))).toStrictEqual(ordinaryValues)
  })

  it('are read like any other by pull', async () => {
    expect(await valuesOf(pull(ordinaryValues).pipe(parallelMap(tasks.identity)))).toStrictEqual(
      ordinaryValues,
    )
  })

  it('keep identity and cycles within one item', async () => {
    const shared = { a: 1 }
    const cyclic: { self?: unknown; list: unknown[] } = { list: [shared, shared] }
    cyclic.self = cyclic
    const [back] = (await valuesOf(of(cyclic).pipe(parallelMap(tasks.identity)))) as [typeof cyclic]
    expect(back.self).toBe(back)
    expect(back.list[0]).toBe(back.list[1])
  })

  it('of one message stay apart', async () => {
    const one = { a: 1 }
    const results = await valuesOf(of(one, one).pipe(parallelMap(tasks.identity, { batch: 2 })))
    expect(results).toEqual([one, one])
  })

  it('are one value each, though they could be looped over', async () => {
    const values = [[1, 2], new Map([[1, 2]]), new Set([1]), 'text', new Uint8Array([1, 2]), new Date(0)]
    expect(await valuesOf(from(values).pipe(parallelMap(tasks.identity)))).toStrictEqual(values)
  })
})

it('a thenable that is no Promise is waited for, and has one result', async () => {
  expect(await valuesOf(range(0, 5).pipe(parallelMap(tasks.thenable)))).toEqual([0, 1, 2, 3, 4])
  expect(await pool.run(tasks.double, 21)).toBe(42)
})

describe('a task that emits many', () => {
  it.each(['upTo', 'upToLater', 'upToObservable'] as const)('(%s) has its values emitted', async (name) => {
    expect(await valuesOf(of(3, 0, 2).pipe(parallelMap(tasks[name])))).toEqual([1, 2, 3, 1, 2])
  })

  it.each(['upTo', 'upToLater', 'upToObservable'] as const)(
    '(%s) has them together, in the order of the items',
    async (name) => {
      const lengths = Array.from({ length: 60 }, (_, i) => (i * 7) % 20)
      const expected = lengths.flatMap((length) => Array.from({ length }, (_, i) => i + 1))
      for (const batch of [1, 7, 'auto'] as const)
        expect(await valuesOf(from(lengths).pipe(parallelMap(tasks[name], { batch })))).toEqual(expected)
    },
  )

  it('may emit more than there is room for at once', async () => {
    const expected = Array.from({ length: 5000 }, (_, i) => i + 1)
    for (const name of ['upTo', 'upToLater', 'upToObservable'] as const)
      expect(await valuesOf(of(5000, 5000).pipe(parallelMap(tasks[name])))).toEqual([
        ...expected,
        ...expected,
      ])
  })

  it('loses none of its values without order', async () => {
    const lengths = Array.from({ length: 60 }, (_, i) => (i * 7) % 20)
    const results = await valuesOf(from(lengths).pipe(parallelMap(tasks.upToLater, { ordered: false })))
    const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0)
    expect(results).toHaveLength(sum(lengths))
    expect(sum(results)).toBe(sum(lengths.map((n) => (n * (n + 1)) / 2)))
  })

  it('has its first values emitted while it works at those after them', async () => {
    const gate = new Gate()
    const values: unknown[] = []
    await of({ cells: gate.cells, values: ['a', 'b', 'c'] })
      .pipe(parallelMap(tasks.holdBetween))
      .forEach((value) => {
        values.push(value)
        // Only when this one is here may the next be made.
        gate.open(values.length)
      })
    expect(values).toEqual(['a', 'b', 'c'])
  })

  it('has what it emitted before it failed emitted', async () => {
    const { values, error } = await outcomeOf(of(2, 1).pipe(parallelMap(tasks.upToThenFail)))
    expect(values).toEqual([1, 2])
    expect(error).toEqual(new Error('failed at the end'))
  })

  it('need not end: take ends it', async () => {
    const gate = new Gate()
    expect(await valuesOf(of(gate.cells).pipe(parallelMap(tasks.naturals), take(3)))).toEqual([0, 1, 2])
    expect(await valuesOf(of(gate.cells).pipe(parallelMap(tasks.naturalsLater), take(3)))).toEqual([0, 1, 2])
    await gate.untilEnded(2)
    expect(await valuesOf(range(0, 3).pipe(parallelMap(tasks.double)))).toEqual([0, 2, 4])
  })

  it('need not end, many at once', async () => {
    const gate = new Gate()
    const results = await valuesOf(
      of(gate.cells, gate.cells, gate.cells, gate.cells).pipe(
        parallelMap(tasks.naturals, { batch: 1 }),
        take(3000),
      ),
    )
    expect(results).toEqual(Array.from({ length: 3000 }, (_, i) => i))
    await gate.untilEnded(gate.started)
  })
})
