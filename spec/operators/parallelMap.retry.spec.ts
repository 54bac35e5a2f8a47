import { EMPTY, from, NEVER, of, throwError, timer } from 'rxjs'
import { CloneError, isParallelError, parallelMap, threadPool } from 'rxjs-parallel'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Gate } from '../support/gate.js'
import { outcomeOf, thrownBy, valuesOf } from '../support/outcome.js'
import { fixture, poolOptions } from '../support/pools.js'

const pool = threadPool<typeof import('../fixtures/crash.worker.mjs')>(
  fixture('crash.worker.mjs'),
  poolOptions,
)
const { tasks } = pool

beforeAll(() => pool.ready())
afterAll(() => pool.close())

const failing = (times: number, gate = new Gate()) => ({ cells: gate.cells, times, n: 1 })

describe('retry', () => {
  it('runs a failed item again, and no other', async () => {
    const gate = new Gate()
    const [bad, good] = [failing(2, gate), failing(0)]
    const source = of(good, bad, failing(0), failing(0))
    expect(await valuesOf(source.pipe(parallelMap(tasks.failTimes, { retry: 2 })))).toEqual([1, 1, 1, 1])
    expect(gate.started).toBe(3)
  })

  it('gives up after so many new tries, with the last error', async () => {
    const gate = new Gate()
    const { error } = await outcomeOf(of(failing(9, gate)).pipe(parallelMap(tasks.failTimes, { retry: 3 })))
    expect(error).toBeInstanceOf(RangeError)
    expect(error.message).toBe('try 4')
    expect(gate.started).toBe(4)
  })

  it('counts for each item', async () => {
    const source = of(...Array.from({ length: 50 }, () => failing(1)))
    expect(await valuesOf(source.pipe(parallelMap(tasks.failTimes, { retry: 1 })))).toHaveLength(50)
  })

  it('comes before onError', async () => {
    const gate = new Gate()
    const options = { retry: 1, onError: (error: any) => of(error.message) }
    expect(await valuesOf(of(failing(9, gate)).pipe(parallelMap(tasks.failTimes, options)))).toEqual([
      'try 2',
    ])
    expect(gate.started).toBe(2)
  })

  it('is for an item whose thread died, too', async () => {
    const gate = new Gate()
    const source = of(failing(0), { ...failing(2, gate), n: 2 }, failing(0))
    expect(await valuesOf(source.pipe(parallelMap(tasks.killTimes, { retry: 2 })))).toEqual([1, 2, 1])
    expect(gate.started).toBe(3)
  })

  it('is for an item that took too long, too', async () => {
    const gate = new Gate()
    const options = { retry: 1, timeout: 1000 }
    expect(await valuesOf(of(failing(1, gate)).pipe(parallelMap(tasks.spinTimes, options)))).toEqual([1])
    expect(gate.started).toBe(2)
  })

  it('waits as long as it is told to', async () => {
    const options = { retry: { count: 2, delay: 5 } }
    expect(await valuesOf(of(failing(2)).pipe(parallelMap(tasks.failTimes, options)))).toEqual([1])
  })

  it('asks how long to wait, with the error and the number of the try', async () => {
    const asked: unknown[] = []
    const delay = (error: any, count: number) => {
      asked.push([error.message, count])
      return timer(1)
    }
    await valuesOf(of(failing(2)).pipe(parallelMap(tasks.failTimes, { retry: { count: 5, delay } })))
    expect(asked).toEqual([
      ['try 1', 1],
      ['try 2', 2],
    ])
  })

  it.each<[string, () => any, string]>([
    [
      'throws',
      () => {
        throw new Error('no more')
      },
      'no more',
    ],
    ['fails', () => throwError(() => new Error('no more')), 'no more'],
    ['completes', () => EMPTY, 'try 1'],
  ])('is over for an item for which what it waits for %s', async (_, delay, message) => {
    const { error } = await outcomeOf(
      of(failing(2)).pipe(parallelMap(tasks.failTimes, { retry: { count: 5, delay } })),
    )
    expect(error.message).toBe(message)
  })

  it('ends with the subscription', async () => {
    const gate = new Gate()
    const stream = of(failing(2, gate)).pipe(
      parallelMap(tasks.failTimes, { retry: { count: 5, delay: () => NEVER } }),
    )
    const subscription = stream.subscribe()
    await gate.untilStarted(1)
    subscription.unsubscribe()
    expect(await pool.run(tasks.double, 2)).toBe(4)
    expect(gate.started).toBe(1)
  })

  it.each(['failTimesThenCount', 'killTimesThenCount'] as const)(
    'finds a place where all threads hold items that wait for it (%s)',
    async (task) => {
      const [bad, others] = [failing(1), new Gate()]
      const items = [bad, ...Array.from({ length: 9 }, () => failing(0, others))]
      // They have more values than may wait for those of the first item, and take up all that the threads hold at once.
      const retry = { count: 1, delay: () => from(others.untilStarted(4)) }
      const many = from(items.map((item) => ({ ...item, n: 3000 })))
      const values = await valuesOf(many.pipe(parallelMap(tasks[task], { retry, batch: 1 })))
      expect(values).toHaveLength(10 * 3000)
    },
  )

  it('is not for an item whose values have been emitted, and says so', async () => {
    const { values, error } = await outcomeOf(of(7).pipe(parallelMap(tasks.failAfter, { retry: 3 })))
    expect(values).toEqual([7])
    expect(error).toMatchObject({
      code: 'NOT_RETRIED',
      message: expect.stringMatching(
        /^items\[0\] failed \(RangeError: .+\) and can't be retried: values of it have been emitted$/,
      ),
    })
    expect(error.cause).toBeInstanceOf(RangeError)
  })

  it('is not for an item whose parts have been transferred, and says so', async () => {
    const options = { retry: 3, transfer: (bytes: Uint8Array) => [bytes.buffer as ArrayBuffer] }
    const { error } = await outcomeOf(of(new Uint8Array(9)).pipe(parallelMap(tasks.length, options)))
    expect(error.message).toBe(
      "items[0] failed (RangeError: too long) and can't be retried: parts of it have been transferred",
    )
    expect(isParallelError(error, 'NOT_RETRIED')).toBe(true)
    expect(error.cause.message).toBe('too long')
  })

  it('is for an item of which nothing was transferred', async () => {
    const options = { retry: 1, transfer: () => [] }
    const { error } = await outcomeOf(of(new Uint8Array(9)).pipe(parallelMap(tasks.length, options)))
    expect(error).toBeInstanceOf(RangeError)
  })

  it('is not for what can not be sent', async () => {
    const { error } = await outcomeOf(
      of({ n: () => 1, at: 0 } as any).pipe(parallelMap(tasks.spin as any, { retry: 3 })),
    )
    expect(error).toBeInstanceOf(CloneError)
  })

  it.each([
    [-1, 'retry must be a whole number of at least 0'],
    ['2', 'retry must be a number or { count, delay }'],
    [null, 'retry must be a number or { count, delay }'],
    [{ count: 1.5 }, 'retry.count must be a whole number of at least 0'],
    [{ count: 1, delay: -1 }, 'retry.delay (or a function) must be a number of milliseconds above 0'],
    [{ count: 1, delays: 1 }, "there is no option 'retry.delays'"],
  ])('refuses %j', (retry, message) => {
    expect(thrownBy(() => parallelMap(tasks.double, { retry: retry as never })).message).toContain(message)
  })
})
