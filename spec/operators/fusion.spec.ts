import type { Observable, OperatorFunction } from 'rxjs'
import { concat, defer, EMPTY, from, map, mergeMap, NEVER, of, range, take, throwError, toArray } from 'rxjs'
import { parallelMap, pull, threadPool } from 'rxjs-parallel'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { PoolBackend } from '../../lib/pool/seam.js'
import { backend } from '../../lib/pool/seam.js'
import { Gate } from '../support/gate.js'
import { ordinaryValues } from '../support/ordinaryValues.js'
import type { Outcome } from '../support/outcome.js'
import { outcomeOf, valuesOf } from '../support/outcome.js'
import { fixture, poolOptions, tasksPool } from '../support/pools.js'
import { until } from '../support/until.js'

const pool = tasksPool()
const { tasks } = pool
/** What operators see of the pool. */
const engine = (pool as unknown as { [backend]: PoolBackend })[backend]
const errors = threadPool<typeof import('../fixtures/errors.worker.mjs')>(fixture('errors.worker.mjs'), {
  ...poolOptions,
  size: 1,
})

beforeAll(() => Promise.all([pool.ready(), errors.ready()]))
afterAll(() => Promise.all([pool.close(), errors.close()]))
afterEach(() => {
  vi.restoreAllMocks()
})

type Step = OperatorFunction<any, any>

function adjacent(source: Observable<unknown>, steps: readonly Step[]): Observable<unknown> {
  return steps.reduce((stream, step) => stream.pipe(step), source)
}

/** With an operator between them each is a hop of its own. */
function apart(source: Observable<unknown>, steps: readonly Step[]): Observable<unknown> {
  return steps.reduce(
    (stream, step) =>
      stream.pipe(
        step,
        map((value) => value),
      ),
    source,
  )
}

/** What an outcome says to a user; stacks tell of threads and lines. */
function told({ values, completed, error }: Outcome<unknown>) {
  return { values, completed, error: error && { ...error, name: error.name, message: error.message } }
}

async function expectSame(source: Observable<unknown>, steps: readonly Step[]): Promise<Outcome<unknown>> {
  const fused = await outcomeOf(adjacent(source, steps))
  expect(told(fused)).toEqual(told(await outcomeOf(apart(source, steps))))
  return fused
}

/**
 * The same error comes. Which results come before it is left open where steps are apart: the error of one stops the
 * next at once, as any source's error does.
 */
async function expectSameError(
  source: Observable<unknown>,
  steps: readonly Step[],
): Promise<Outcome<unknown>> {
  const fused = await outcomeOf(adjacent(source, steps))
  const other = told(await outcomeOf(apart(source, steps)))
  expect(told(fused)).toEqual({ ...other, values: fused.values })
  expect(fused.values).toEqual(expect.arrayContaining(other.values))
  return fused
}

/** How many tasks each hop of these steps runs for an item. */
async function hopsOf(source: Observable<unknown>, steps: readonly Step[]): Promise<number[]> {
  const attach = vi.spyOn(engine, 'attach')
  await outcomeOf(adjacent(source, steps))
  return attach.mock.calls.map(([{ steps }]) => steps.length)
}

describe('adjacent parallelMaps on one pool', () => {
  it('run as one hop', async () => {
    expect(
      await hopsOf(
        range(0, 5),
        [1, 2, 3].map(() => parallelMap(tasks.double)),
      ),
    ).toEqual([3])
  })

  it('give what they give apart', async () => {
    const { values } = await expectSame(range(0, 3000), [
      parallelMap(tasks.double),
      parallelMap(tasks.later),
      parallelMap(tasks.double),
    ])
    expect(values).toEqual(Array.from({ length: 3000 }, (_, i) => 4 * i))
  })

  it.each<[string, Step[]]>([
    ['a Promise first', [parallelMap(tasks.later), parallelMap(tasks.double)]],
    ['a Promise last', [parallelMap(tasks.double), parallelMap(tasks.later)]],
    ['a generator last', [parallelMap(tasks.double), parallelMap(tasks.upTo)]],
    ['an async generator last', [parallelMap(tasks.later), parallelMap(tasks.upToLater)]],
    ['a generator first', [parallelMap(tasks.upTo), parallelMap(tasks.double)]],
    ['an async generator first', [parallelMap(tasks.upToLater), parallelMap(tasks.later)]],
    ['generators only', [parallelMap(tasks.upTo), parallelMap(tasks.upTo), parallelMap(tasks.upToLater)]],
    ['an Observable first', [parallelMap(tasks.upToObservable), parallelMap(tasks.double)]],
    ['Observables only', [parallelMap(tasks.upToObservable), parallelMap(tasks.upToObservable)]],
    [
      'all kinds',
      [
        parallelMap(tasks.later),
        parallelMap(tasks.upToObservable),
        parallelMap(tasks.later),
        parallelMap(tasks.upToLater),
        parallelMap(tasks.double),
        parallelMap(tasks.upToObservable),
      ],
    ],
    [
      'spread',
      [parallelMap(tasks.argumentsOf, { spread: true }), parallelMap(tasks.pow, { spread: true })] as Step[],
    ],
    ['the context', [parallelMap(tasks.hasContext), parallelMap(tasks.hasContext)]],
  ])('give what they give apart: %s', async (name, steps) => {
    const source = name === 'spread' ? of([2, 3], [3, 2]) : range(1, 20)
    const { completed } = await expectSame(source, steps)
    expect(completed).toBe(true)
  })

  it('hand on every value as it is', async () => {
    const steps = [parallelMap(tasks.identity), parallelMap(tasks.identity)]
    const { values } = await expectSame(from(ordinaryValues), steps)
    expect(values).toEqual(ordinaryValues)
  })

  it('hand on what structured clone makes of a result', async () => {
    const shared = { n: 1 }
    const cyclic: Record<string, unknown> = { list: [shared, shared] }
    cyclic.self = cyclic
    class Point {
      x = 1
    }
    const sparse = [1]
    sparse[3] = 4
    const values = [
      [shared, shared],
      cyclic,
      new Point(),
      new Date(5),
      new Map([[{ k: 1 }, new Set([1])]]),
      new Uint8Array([1, 2]),
      new Error('as a value'),
      /x/g,
      'x'.match(/x/),
      sparse,
      JSON.parse('{ "__proto__": { "a": 1 }, "b": 2 }'),
      Object.create(null, { a: { value: 1, enumerable: true } }),
    ]
    await expectSame(from(values), [parallelMap(tasks.identity), parallelMap(tasks.inspect)])
    const same = ({ list }: any) => list[0] === list[1]
    const [kept] = await valuesOf(
      of(cyclic).pipe(parallelMap(tasks.identity), parallelMap(tasks.identity)) as Observable<any>,
    )
    expect([same(kept), kept.self === kept]).toEqual([true, true])
  })

  it('do not see what the others change', async () => {
    const { values } = await expectSame(range(0, 3), [
      parallelMap(tasks.cached),
      parallelMap(tasks.touch),
      parallelMap(tasks.touch),
    ])
    const twice = { touched: 2, list: ['touched', 'touched'] }
    expect(values).toEqual([twice, twice, twice])
  })

  it('count each run', async () => {
    const counting = tasksPool({ size: 1 })
    await outcomeOf(
      range(0, 10).pipe(parallelMap(counting.tasks.double), parallelMap(counting.tasks.failAt3)),
    )
    expect(counting.stats).toMatchObject({ done: 20, failed: 0, inFlight: 0, queued: 0 })
    // Fails in the first of two steps: the second never runs for that item.
    await outcomeOf(of(3).pipe(parallelMap(counting.tasks.failAt3), parallelMap(counting.tasks.double)))
    expect(counting.stats).toMatchObject({ done: 20, failed: 1 })
    await outcomeOf(
      of(3).pipe(parallelMap(counting.tasks.identity) as Step, parallelMap(counting.tasks.failAt3)),
    )
    expect(counting.stats).toMatchObject({ done: 21, failed: 2, inFlight: 0, queued: 0 })
    await counting.close()
  })

  it('are let end by a pool that is closed before it is known that a step is a generator', async () => {
    const closing = tasksPool()
    const ended = outcomeOf(
      of(3).pipe(parallelMap(closing.tasks.upTo) as Step, parallelMap(closing.tasks.double)),
    )
    await closing.close()
    expect(await ended).toMatchObject({ values: [2, 4, 6], completed: true })
  })

  it('complete with an empty source at once, and start no thread', () => {
    const unused = tasksPool()
    let completed = false
    EMPTY.pipe(parallelMap(unused.tasks.double), parallelMap(unused.tasks.double)).subscribe({
      complete: () => (completed = true),
    })
    expect([completed, unused.stats.threads]).toEqual([true, []])
  })

  it('may be subscribed at every place, and again', async () => {
    const first = range(0, 3).pipe(parallelMap(tasks.double))
    const second = first.pipe(parallelMap(tasks.double))
    const third = second.pipe(parallelMap(tasks.double))
    expect(await Promise.all([first, second, third, third].map((each) => valuesOf(each)))).toEqual([
      [0, 2, 4],
      [0, 4, 8],
      [0, 8, 16],
      [0, 8, 16],
    ])
  })

  it('take all that comes where they are divided at a generator while their source emits', async () => {
    const one = tasksPool({ size: 1 })
    await one.ready()
    // All come at once, when the thread has nothing else to do.
    const source = concat(range(0, 20), NEVER).pipe(
      parallelMap(one.tasks.identity, { batch: 100 }),
      map((n) => [n]),
    )
    const chain = source.pipe(parallelMap(one.tasks.each), parallelMap(one.tasks.identity), take(20))
    expect(await valuesOf(chain)).toEqual(Array.from({ length: 20 }, (_, n) => n))
    await one.close()
  })

  it('run on a pool whose threads are not known yet', async () => {
    const cold = tasksPool()
    const source = range(1, 4)
    const values = await valuesOf(
      source.pipe(
        parallelMap(cold.tasks.upTo),
        parallelMap(cold.tasks.double),
        parallelMap(cold.tasks.double),
      ),
    )
    expect(values).toEqual([4, 4, 8, 4, 8, 12, 4, 8, 12, 16])
    await cold.close()
  })

  it('keep the order, or not, as the last of them says', async () => {
    const gate = new Gate()
    const source = from([
      { cells: gate.cells, value: 1 },
      { cells: gate.cells, number: 0, value: 2 },
    ])
    const values: unknown[] = []
    source
      .pipe(
        parallelMap(tasks.holdLater, { ordered: true }),
        parallelMap(tasks.identity, { ordered: false }) as Step,
        parallelMap(tasks.double, { ordered: false }),
      )
      .subscribe((value) => values.push(value))
    await until('the second comes first', () => values.length === 1)
    expect(values).toEqual([4])
    gate.open()
    await until('the first follows', () => values.length === 2)
    expect(values).toEqual([4, 2])
  })

  it('read a source only as fast as the operators below want', async () => {
    let read = 0
    function* naturals() {
      for (;;) yield read++
    }
    const values = await valuesOf(
      pull(naturals()).pipe(parallelMap(tasks.double), parallelMap(tasks.double), take(5)),
    )
    expect(values).toEqual([0, 4, 8, 12, 16])
    expect(read).toBeLessThan(100_000)
  })

  it('end what emits without an end', async () => {
    const gate = new Gate()
    const endless = await valuesOf(
      of(gate.cells).pipe(
        parallelMap(tasks.naturals),
        parallelMap(tasks.double),
        parallelMap(tasks.identity),
        take(3),
      ),
    )
    expect(endless).toEqual([0, 2, 4])
    await until('the generator was ended', () => gate.ended === 1)
  })

  it('run inline functions as well', async () => {
    const values = await valuesOf(
      range(1, 3).pipe(
        parallelMap((n: number) => n + offset, { bindings: { offset: 10 } }),
        parallelMap(function* (n: number) {
          yield n
          yield -n
        }),
        parallelMap(async (n: number) => n * 2),
      ),
    )
    expect(values).toEqual([22, -22, 24, -24, 26, -26])
  })
})

declare const offset: number

describe('adjacent parallelMaps are apart', () => {
  const other = tasksPool({ size: 1 })
  afterAll(() => other.close())

  it('on two pools', async () => {
    expect(await hopsOf(range(0, 3), [parallelMap(tasks.double), parallelMap(other.tasks.double)])).toEqual([
      1,
    ])
  })

  it('after a generator, whose values all threads can share', async () => {
    const steps = [
      parallelMap(tasks.double),
      parallelMap(tasks.upTo),
      parallelMap(tasks.double),
      parallelMap(tasks.double),
    ]
    const asked = vi.spyOn(engine, 'batchSizeOf')
    await outcomeOf(adjacent(range(1, 3), steps))
    // As one, before it is known what they are; then as two.
    expect(asked.mock.calls.map(([steps]) => steps.length)).toEqual([4, 2, 2])
  })

  it.each<[string, Step, Step]>([
    ['a limit before', parallelMap(tasks.double, { concurrency: 2 }), parallelMap(tasks.double)],
    ['a limit after', parallelMap(tasks.double), parallelMap(tasks.double, { concurrency: 2 })],
    ['onError before', parallelMap(tasks.double, { onError: () => EMPTY }), parallelMap(tasks.double)],
    ['onError after', parallelMap(tasks.double), parallelMap(tasks.double, { onError: () => EMPTY })],
    ['a buffer after', parallelMap(tasks.double), parallelMap(tasks.double, { buffer: { size: 9 } })],
    ['transfer after', parallelMap(tasks.double), parallelMap(tasks.double, { transfer: () => [] })],
    ['a batch size after', parallelMap(tasks.double), parallelMap(tasks.double, { batch: 4 })],
  ])('where there are rules for each item: %s', async (_, first, second) => {
    expect(await hopsOf(range(0, 3), [first, second])).toEqual([1, 1])
  })

  it.each<[string, Step]>([
    ['a buffer', parallelMap(tasks.double, { buffer: { size: 100 } })],
    ['a batch size', parallelMap(tasks.double, { batch: 4 })],
    ['what is moved to the thread', parallelMap(tasks.double, { transfer: () => [] })],
  ])('but not for what is said of the source: %s', async (_, first) => {
    expect(await hopsOf(range(0, 3), [first, parallelMap(tasks.double)])).toEqual([2])
  })
})

describe('an error in adjacent parallelMaps', () => {
  it.each([0, 1, 2])('comes from step %i as if they were apart', async (at) => {
    const steps = Array.from({ length: 3 }, (_, i) => parallelMap(i === at ? tasks.failAt3 : tasks.identity))
    const { values, error } = await expectSameError(range(0, 6), steps as Step[])
    expect(values).toEqual([0, 1, 2])
    expect(error).toBeInstanceOf(RangeError)
  })

  it('tells which operator it came from', async () => {
    const { error } = await outcomeOf(of(3).pipe(firstStep(), secondStep()))
    expect(error.stack).toContain('firstStep')
    expect(error.stack).not.toContain('secondStep')
  })

  it.each(['throwing', 'rejecting', 'generating', 'generatingLater', 'observing'] as const)(
    'keeps what was thrown (%s)',
    async (name) => {
      for (const what of ['aggregate', 'undefined', 'function', 'registered', 'proxy']) {
        const failing = errors.tasks[name]
        await expectSameError(of(what), [parallelMap(failing), parallelMap(errors.tasks.double)] as Step[])
        await expectSameError(of(what), [parallelMap(errors.tasks.bad), parallelMap(failing)] as Step[])
      }
    },
  )

  it.each(['bad', 'badLater', 'badAmong'] as const)('says what could not be handed on (%s)', async (name) => {
    const { error } = await expectSameError(range(1, 5), [
      parallelMap(errors.tasks[name]),
      parallelMap(errors.tasks.double as never),
    ] as Step[])
    expect(error.code).toBe('CLONE')
  })

  it('of the source comes at once', async () => {
    const source = concat(
      range(0, 3),
      throwError(() => new Error('of the source')),
    )
    const { error } = await outcomeOf(adjacent(source, [parallelMap(tasks.double), parallelMap(tasks.later)]))
    expect(error.message).toBe('of the source')
  })

  it('names an item that brings its thread down', async () => {
    const crashing = threadPool<typeof import('../fixtures/crash.worker.mjs')>(
      fixture('crash.worker.mjs'),
      poolOptions,
    )
    const source = range(0, 50).pipe(map((n) => ({ n, at: 20 })))
    const { values, error } = await outcomeOf(
      source.pipe(parallelMap(crashing.tasks.exit), parallelMap(crashing.tasks.double)),
    )
    expect(values).toEqual(Array.from({ length: 20 }, (_, i) => 2 * i))
    expect(error).toMatchObject({ code: 'WORKER_CRASH', value: { n: 20 } })
    await crashing.close()
  })
})

function firstStep() {
  return parallelMap(tasks.failAt3)
}
function secondStep() {
  return parallelMap(tasks.double)
}

describe('memory that adjacent parallelMaps move', () => {
  it('goes from task to task', async () => {
    const { values } = await expectSame(from([3, 5]), [parallelMap(tasks.bytes), parallelMap(tasks.sum)])
    expect(values).toEqual([21, 35])
  })

  it('is gone where it came from', async () => {
    // More items than threads: one of them runs it twice.
    const { error } = await expectSameError(range(0, 3), [
      parallelMap(tasks.sameBytes),
      parallelMap(tasks.sum),
    ])
    expect(error).toMatchObject({ code: 'CLONE' })
  })
})

describe('unsubscribing from adjacent parallelMaps', () => {
  it('stops what runs', async () => {
    const gate = new Gate()
    const subscription = of({ cells: gate.cells })
      .pipe(parallelMap(tasks.identity), parallelMap(tasks.untilAborted as never))
      .subscribe()
    await gate.untilStarted(1)
    subscription.unsubscribe()
    await until('it has seen that', () => gate.cancelled === 1)
  })

  it('lets the next subscription run', async () => {
    for (let i = 0; i < 20; i++) {
      const values = await valuesOf(
        defer(() => range(0, 100)).pipe(
          parallelMap(tasks.later),
          parallelMap(tasks.double as never),
          take(3),
          toArray(),
          mergeMap((all) => all),
        ),
      )
      expect(values).toEqual([0, 2, 4])
    }
  })
})
