import { EMPTY, from, map, of, range, take } from 'rxjs'
import { parallelMap, TaskTimeoutError, threadPool, toAsyncIterable } from 'rxjs-parallel'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Gate } from '../support/gate.js'
import { some } from '../support/isolation.js'
import { outcomeOf, thrownBy, valuesOf } from '../support/outcome.js'
import { fixture, poolOptions } from '../support/pools.js'
import { until } from '../support/until.js'

const pool = threadPool<typeof import('../fixtures/crash.worker.mjs')>(fixture('crash.worker.mjs'), {
  ...poolOptions,
})
const { tasks } = pool
const many = threadPool<typeof import('../fixtures/crash.worker.mjs')>(fixture('crash.worker.mjs'), {
  ...poolOptions,
  size: 1,
  concurrency: 8,
})

beforeAll(() => Promise.all([pool.ready(), many.ready()]))
afterAll(() => Promise.all([pool.close(), many.close()]))

/** Milliseconds that an item may take: long enough for those that aren't to fail, on a machine that is very busy. */
const limit = 1000

const items = (count: number, at: number) => range(0, count).pipe(map((n) => ({ n, at })))
const others = (count: number, at: number) =>
  Array.from({ length: count }, (_, n) => n).filter((n) => n !== at)

describe('timeout', () => {
  it.each(some(3, ['spin', 'never', 'obedientSpin', 'spinLater', 'obedient'] as const))(
    'fails the item that takes too long, and no other (%s)',
    async (name) => {
      const errors: any[] = []
      const onError = (error: unknown, value: unknown) => {
        errors.push([error, value])
        return EMPTY
      }
      const values = await valuesOf(
        items(200, 77).pipe(parallelMap(tasks[name], { timeout: limit, onError })),
      )
      expect(values).toEqual(others(200, 77))
      expect(errors).toHaveLength(1)
      const [[error, value]] = errors
      expect(error).toBeInstanceOf(TaskTimeoutError)
      expect(error).toMatchObject({
        code: 'TASK_TIMEOUT',
        message: `items[77] took longer than its timeout of ${limit} ms in '${name}'`,
        value: { n: 77, at: 77 },
      })
      expect(value).toEqual({ n: 77, at: 77 })
    },
  )

  it('fails the stream by default, after the results before the item', async () => {
    const { values, error } = await outcomeOf(items(10, 4).pipe(parallelMap(tasks.spin, { timeout: limit })))
    expect(values).toEqual([0, 1, 2, 3])
    expect(error.code).toBe('TASK_TIMEOUT')
  })

  it('is that of all that an item emits', async () => {
    const options = { timeout: limit, onError: () => of(-1) }
    const values = await valuesOf(items(6, 3).pipe(parallelMap(tasks.emitThenNever, options)))
    expect(values).toEqual([0, 1, 2, 3, -1, 4, 5])
    // What an endless loop keeps from leaving its thread is lost with it.
    const rest = await valuesOf(items(6, 3).pipe(parallelMap(tasks.emitThenSpin, options)))
    expect(rest).toEqual([0, 1, 2, -1, 4, 5])
  })

  it('tells the item to stop', async () => {
    const gate = new Gate()
    const { error } = await outcomeOf(
      of({ n: 1, at: 1, cells: gate.cells }).pipe(parallelMap(tasks.obedient, { timeout: 50 })),
    )
    expect(error.code).toBe('TASK_TIMEOUT')
    await gate.untilCancelled(1)
  })

  it('tells the item to stop that keeps its thread busy', async () => {
    const gate = new Gate()
    const stopped = of({ n: 1, at: 1, cells: gate.cells }).pipe(
      parallelMap(tasks.obedientSpin, { timeout: 50 }),
    )
    // A thread that gets no time to look is ended soon.
    do expect((await outcomeOf(stopped)).error.code).toBe('TASK_TIMEOUT')
    while (gate.cancelled === 0)
  })

  it('leaves a thread alone whose item does stop', async () => {
    const single = threadPool<typeof import('../fixtures/crash.worker.mjs')>(fixture('crash.worker.mjs'), {
      ...poolOptions,
      size: 1,
    })
    await single.ready()
    const ids = () => single.stats.threads.map(({ threadId }) => threadId)
    const before = ids()
    await outcomeOf(of({ n: 1, at: 1 }).pipe(parallelMap(single.tasks.obedient, { timeout: 300 })))
    await until('it has stopped', () => single.stats.inFlight === 0)
    expect(ids()).toEqual(before)
    await single.close()
  })

  it('replaces a thread whose item does not', async () => {
    const single = threadPool<typeof import('../fixtures/crash.worker.mjs')>(fixture('crash.worker.mjs'), {
      ...poolOptions,
      size: 1,
    })
    const events: string[] = []
    single.events$.subscribe(({ type, error }) => events.push(`${type} ${error ?? ''}`))
    await outcomeOf(of({ n: 1, at: 1 }).pipe(parallelMap(single.tasks.spin, { timeout: 30 })))
    expect(await valuesOf(of(1, 2).pipe(parallelMap(single.tasks.double)))).toEqual([2, 4])
    await single.close()
    expect(events).toEqual([
      'started ',
      "crashed Error: an item of 'spin' took longer than its timeout of 30 ms and didn't stop",
      'replaced ',
      'stopped ',
    ])
  })

  it('is none for an item that waits for a thread', async () => {
    await pool.ready()
    const gate = new Gate()
    const held = outcomeOf(
      from([1, 2]).pipe(
        map((n) => ({ cells: gate.cells, n })),
        parallelMap(tasks.deaf, { batch: 1 }),
      ),
    )
    await gate.untilStarted(2)
    const waiting = outcomeOf(items(3, -1).pipe(parallelMap(tasks.spin, { timeout: limit })))
    // Longer than each may take, once it has begun.
    await new Promise((resolve) => setTimeout(resolve, 2 * limit))
    gate.open()
    expect((await held).values).toEqual([1, 2])
    expect((await waiting).values).toEqual([0, 1, 2])
  })

  it('is none for an item that waits for who reads its values', async () => {
    let count = 0
    // Longer than the item may take.
    for await (const _ of toAsyncIterable(
      of({ n: 1, at: 0, count: 5000 }).pipe(parallelMap(tasks.emitMany, { timeout: limit })),
      {
        size: 1,
      },
    ))
      if (++count === 100) await new Promise((resolve) => setTimeout(resolve, 2.5 * limit))
    expect(count).toBe(5000)
  })

  it('is kept for each of several items in progress', async () => {
    const onError = () => EMPTY
    const values = await valuesOf(
      range(0, 30).pipe(
        map((n) => ({ n, at: n % 3 === 0 ? n : -1 })),
        parallelMap(many.tasks.never, { timeout: limit, onError }),
      ),
    )
    expect(values).toEqual(Array.from({ length: 30 }, (_, n) => n).filter((n) => n % 3 !== 0))
  })

  it('finds the one that keeps the others from going on', async () => {
    const onError = (error: any) => of(error.code)
    const values = await valuesOf(
      items(20, 7).pipe(parallelMap(many.tasks.spinLater, { timeout: limit, onError })),
    )
    expect(values).toEqual([...others(20, -1).slice(0, 7), 'TASK_TIMEOUT', ...others(20, -1).slice(8)])
  })

  it.each([0, -1, Number.NaN, '5', null])('refuses %s', (timeout) => {
    expect(thrownBy(() => parallelMap(tasks.double, { timeout: timeout as number })).message).toContain(
      'parallelMap: timeout must be a number of milliseconds above 0',
    )
  })

  it('costs nothing where no item comes near it', async () => {
    const values = await valuesOf(
      range(0, 5000).pipe(parallelMap(tasks.double, { timeout: 60_000 }), take(5000)),
    )
    expect(values).toEqual(Array.from({ length: 5000 }, (_, n) => 2 * n))
  })
})
