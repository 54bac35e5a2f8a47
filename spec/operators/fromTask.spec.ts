import { concatMap, map, mergeMap, Observable, of, repeat, retry, take, zip } from 'rxjs'
import { fanIn, fanOut, fromTask, parallelMap } from 'rxjs-parallel'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Gate } from '../support/gate.js'
import { isolation } from '../support/isolation.js'
import { ordinaryValues } from '../support/ordinaryValues.js'
import { outcomeOf, thrownBy, valuesOf } from '../support/outcome.js'
import { tasksPool } from '../support/pools.js'
import { until } from '../support/until.js'

const pool = tasksPool()
const { tasks } = pool

beforeAll(() => pool.ready())
afterAll(() => pool.close())

describe('fromTask', () => {
  it.each(['upTo', 'upToLater', 'upToObservable'] as const)(
    '(%s) emits what the task emits',
    async (name) => {
      expect(await valuesOf(fromTask(tasks[name], 4))).toEqual([1, 2, 3, 4])
      expect(await valuesOf(fromTask(tasks[name], 0))).toEqual([])
    },
  )

  it('emits the one result of a task that returns', async () => {
    expect(await valuesOf(fromTask(tasks.pow, 2, 5))).toEqual([32])
    expect(await valuesOf(fromTask(tasks.later, 'x'))).toEqual(['x'])
  })

  it('passes on all arguments, and none', async () => {
    expect(await valuesOf(fromTask(tasks.argumentsOf))).toEqual([[]])
    expect(await valuesOf(fromTask(tasks.argumentsOf, null, undefined, [1], { a: 1 }))).toStrictEqual([
      [null, undefined, [1], { a: 1 }],
    ])
  })

  it('gives task() its context', async () => {
    expect(await valuesOf(fromTask(tasks.hasContext, 'x'))).toEqual([['x', 'string', 'object']])
  })

  it('takes ordinary values for what they are', async () => {
    expect(await valuesOf(fromTask(tasks.each, ordinaryValues))).toStrictEqual(ordinaryValues)
    for (const value of ordinaryValues) {
      expect(await valuesOf(fromTask(tasks.identity, value))).toStrictEqual([value])
    }
  })

  it('emits a great many', async () => {
    expect(await valuesOf(fromTask(tasks.upTo, 20_000))).toEqual(
      Array.from({ length: 20_000 }, (_, i) => i + 1),
    )
  })

  it('emits the first values while the task works at those after them', async () => {
    const gate = new Gate()
    const values: unknown[] = []
    await fromTask(tasks.holdBetween, { cells: gate.cells, values: ['a', 'b', 'c'] }).forEach((value) => {
      values.push(value)
      gate.open(values.length)
    })
    expect(values).toEqual(['a', 'b', 'c'])
  })

  it('fails with what the task throws, after what it has emitted', async () => {
    const { values, completed, error } = await outcomeOf(fromTask(tasks.upToThenFail, 2))
    expect(values).toEqual([1, 2])
    expect(completed).toBe(false)
    expect(error).toEqual(new Error('failed at the end'))
  })

  it('fails with arguments that cannot be sent, and says which', async () => {
    const { error } = await outcomeOf(fromTask(tasks.argumentsOf, 1, { call: () => 1 }))
    expect(error.code).toBe('CLONE')
    expect(error.message).toContain(`arguments[1].call is a function and can't be sent to a ${isolation}`)
  })

  it('fails with a task that the module does not expose', async () => {
    const { error } = await outcomeOf(fromTask((tasks as any).misspelt))
    expect(error.code).toBe('UNKNOWN_TASK')
    expect(error.message).toContain('misspelt')
  })

  it('runs nothing before it is subscribed, and then once for each subscriber', async () => {
    const gate = new Gate()
    gate.open()
    const result = fromTask(tasks.hold, { cells: gate.cells, value: 1 })
    await pool.run(tasks.double, 1)
    expect(gate.started).toBe(0)
    expect(await Promise.all([valuesOf(result), valuesOf(result)])).toEqual([[1], [1]])
    expect(await valuesOf(result.pipe(repeat(2)))).toEqual([1, 1])
    expect(gate.started).toBe(4)
  })

  it('can be retried', async () => {
    const gate = new Gate()
    const result = fromTask(tasks.failTimes, { cells: gate.cells, times: 2, value: 'now' })
    expect(await valuesOf(result.pipe(retry(2)))).toEqual(['now'])
  })

  it.each(['naturals', 'naturalsLater'] as const)('(%s) ends the generator when it is left', async (name) => {
    const gate = new Gate()
    expect(await valuesOf(fromTask(tasks[name], gate.cells).pipe(take(3)))).toEqual([0, 1, 2])
    await gate.untilEnded(1)
  })

  it('drops a task that has not begun when it is left', async () => {
    await using fresh = tasksPool({ size: 1 })
    const gate = new Gate()
    fromTask(fresh.tasks.hold, { cells: gate.cells }).subscribe().unsubscribe()
    await fresh.run(fresh.tasks.double, 1)
    expect(gate.started).toBe(0)
  })

  it('is a source like any other', async () => {
    const squares = fromTask(tasks.upTo, 100).pipe(parallelMap(tasks.double))
    expect(await valuesOf(squares)).toEqual(Array.from({ length: 100 }, (_, i) => (i + 1) * 2))
    const spread = fromTask(tasks.upTo, 100).pipe(
      fanOut(3, { route: 'roundRobin' }),
      fanIn({ order: 'roundRobin' }),
    )
    expect(await valuesOf(spread)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1))
    const zipped = zip(fromTask(tasks.upTo, 3), fromTask(tasks.upToLater, 3))
    expect(await valuesOf(zipped)).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ])
    const inner = of(1, 2).pipe(concatMap((n) => fromTask(tasks.upTo, n)))
    expect(await valuesOf(inner)).toEqual([1, 1, 2])
  })

  it.each(['producing', 'producingLater'] as const)(
    '(%s) is read only boundedly ahead of what is wanted below',
    async (name) => {
      const produced = new Gate()
      const gate = new Gate()
      const received: number[] = []
      const subscription = fromTask(tasks[name], produced.cells)
        .pipe(
          map((value) => ({ cells: gate.cells, value })),
          parallelMap(tasks.hold, { batch: 1, concurrency: 1 }),
        )
        .subscribe((n) => received.push(n))
      await gate.untilStarted(1)
      let last = -1
      await until('the producer has stopped', () => {
        const steady = last === produced.started
        last = produced.started
        return steady && last > 0
      })
      expect(produced.started).toBeLessThan(5000)
      gate.open()
      const before = received.length
      await until('it goes on', () => received.length > before + 3000)
      expect(received.slice(0, 3000)).toEqual(Array.from({ length: 3000 }, (_, i) => i))
      subscription.unsubscribe()
    },
  )

  it('lets others use the thread while it waits for room', async () => {
    await using single = tasksPool({ size: 1 })
    const gate = new Gate()
    const first = new Observable<number>((subscriber) => subscriber.next(1))
    const naturals = first.pipe(
      mergeMap(() => fromTask(single.tasks.naturals)),
      map((value) => ({ cells: gate.cells, value })),
      parallelMap(tasks.hold, { batch: 1, concurrency: 1 }),
    )
    const received: number[] = []
    const subscription = naturals.subscribe((n) => received.push(n))
    await gate.untilStarted(1)
    expect(await single.run(single.tasks.double, 21)).toBe(42)
    gate.open()
    await until('it goes on', () => received.length > 2000)
    subscription.unsubscribe()
  })

  it('refuses what is no task', () => {
    for (const bad of [undefined, 'double', () => 1]) {
      const error = thrownBy(() => fromTask(bad as never))
      expect(error.code).toBe('INVALID_ARGUMENT')
      expect(error.message).toContain('fromTask')
    }
  })
})
