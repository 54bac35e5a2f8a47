import {
  concat,
  defer,
  EMPTY,
  from,
  interval,
  map,
  mergeMap,
  NEVER,
  Observable,
  of,
  range,
  repeat,
  retry,
  Subject,
  take,
  throwError,
} from 'rxjs'
import { parallelMap, pull } from 'rxjs-parallel'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Gate } from '../support/gate.js'
import { marbles } from '../support/marbles.js'
import { outcomeOf, thrownBy, valuesOf } from '../support/outcome.js'
import { tasksPool } from '../support/pools.js'
import { until } from '../support/until.js'

const pool = tasksPool()
const { tasks } = pool

beforeAll(() => pool.ready())
afterAll(() => pool.close())

describe('parallelMap, on the side of its source', () => {
  it('never ends with a source that never ends', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold(' -----')
      expectObservable(source.pipe(parallelMap(tasks.identity)), '^----!').toBe('-')
      expectSubscriptions(source.subscriptions).toBe('^----!')
    })
  })

  it('completes with an empty source at once', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold(' ---|   ')
      expectObservable(source.pipe(parallelMap(tasks.identity))).toBe('---|')
      expectSubscriptions(source.subscriptions).toBe('^--!')
    })
  })

  it('completes synchronously with a source that does', () => {
    let completed = false
    EMPTY.pipe(parallelMap(tasks.identity)).subscribe({ complete: () => (completed = true) })
    expect(completed).toBe(true)
  })

  it("emits the source's error at once, and nothing after it", () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold(' -a-b-#   ')
      expectObservable(source.pipe(parallelMap(tasks.identity))).toBe('-----#')
      expectSubscriptions(source.subscriptions).toBe('^----!')
    })
  })

  it('unsubscribes the source when it is unsubscribed', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('--a--b--c--|')
      expectObservable(source.pipe(parallelMap(tasks.identity)), '------!').toBe('-------')
      expectSubscriptions(source.subscriptions).toBe('^-----!')
    })
  })

  it('does not break the chain when it is unsubscribed in the middle of one', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('--a--b--|')
      const result = source.pipe(
        mergeMap((value) => of(value)),
        parallelMap(tasks.identity),
        mergeMap((value) => of(value)),
      )
      expectObservable(result, '----!').toBe('-----')
      expectSubscriptions(source.subscriptions).toBe('^---!')
    })
  })

  it('subscribes the source once for each subscriber, and no sooner', () => {
    let subscriptions = 0
    const result = new Observable<number>(() => {
      subscriptions++
    }).pipe(parallelMap(tasks.double))
    expect(subscriptions).toBe(0)
    const first = result.subscribe()
    const second = result.subscribe()
    expect(subscriptions).toBe(2)
    first.unsubscribe()
    second.unsubscribe()
  })

  it('unsubscribes the source when a task fails', async () => {
    let unsubscribed = 0
    const source = new Observable<number>((subscriber) => {
      for (const n of [1, 2, 3]) subscriber.next(n)
      return () => unsubscribed++
    })
    const { error } = await outcomeOf(source.pipe(parallelMap(tasks.failAt3)))
    expect(error).toBeInstanceOf(RangeError)
    expect(unsubscribed).toBe(1)
  })

  it('unsubscribes the source when downstream has had enough', async () => {
    let unsubscribed = 0
    const source = new Observable<number>((subscriber) => {
      for (const n of [1, 2, 3]) subscriber.next(n)
      return () => unsubscribed++
    })
    expect(await valuesOf(source.pipe(parallelMap(tasks.double), take(1)))).toEqual([2])
    expect(unsubscribed).toBe(1)
  })

  it('stops a synchronous source that fails downstream', async () => {
    let read = 0
    const source = new Observable<number>((subscriber) => {
      while (!subscriber.closed && read < 1000) subscriber.next(read++)
    })
    // The error is thrown while the source emits, so it must see `closed`.
    const failing = source.pipe(
      map((n) => {
        if (n === 2) throw new Error('at 2')
        return n
      }),
    )
    const { error } = await outcomeOf(failing.pipe(parallelMap(tasks.double)))
    expect(error.message).toBe('at 2')
    expect(read).toBe(3)
  })
})

describe('parallelMap, on the side of its results', () => {
  it('emits the result of each item, and completes after the last', async () => {
    expect(await outcomeOf(of(1, 2, 3).pipe(parallelMap(tasks.double)))).toEqual({
      values: [2, 4, 6],
      completed: true,
      error: undefined,
    })
  })

  it('takes synchronous and asynchronous sources', async () => {
    expect(await valuesOf(range(0, 1000).pipe(parallelMap(tasks.double)))).toEqual(
      Array.from({ length: 1000 }, (_, i) => i * 2),
    )
    expect(await valuesOf(interval(1).pipe(take(5), parallelMap(tasks.double)))).toEqual([0, 2, 4, 6, 8])
    expect(await valuesOf(from(Promise.resolve(4)).pipe(parallelMap(tasks.double)))).toEqual([8])
  })

  it('emits what comes from a source that never ends', async () => {
    const source = concat(of(1, 2, 3), NEVER)
    expect(await valuesOf(source.pipe(parallelMap(tasks.double), take(3)))).toEqual([2, 4, 6])
  })

  it('completes only after the results of what was in flight when the source completed', async () => {
    const gate = new Gate()
    const source = new Subject<{ cells: Int32Array; value: number }>()
    const result = outcomeOf(source.pipe(parallelMap(tasks.hold, { batch: 1 })))
    source.next({ cells: gate.cells, value: 1 })
    source.next({ cells: gate.cells, value: 2 })
    await gate.untilStarted(2)
    source.complete()
    gate.open()
    expect(await result).toEqual({ values: [1, 2], completed: true, error: undefined })
  })

  it("emits nothing after the source's error, though results were to come", async () => {
    const gate = new Gate()
    const source = new Subject<{ cells: Int32Array; value: number }>()
    const { done } = pool.stats
    const values: unknown[] = []
    let error: unknown
    source.pipe(parallelMap(tasks.hold, { batch: 1 })).subscribe({
      next: (value) => values.push(value),
      error: (thrown) => (error = thrown),
    })
    source.next({ cells: gate.cells, value: 1 })
    source.next({ cells: gate.cells, value: 2 })
    await gate.untilStarted(2)
    source.error(new Error('of the source'))
    expect(error).toEqual(new Error('of the source'))
    gate.open()
    await gate.untilEnded(2)
    // What comes from the same threads afterwards has overtaken nothing.
    expect(await valuesOf(of(1, 2).pipe(parallelMap(tasks.double, { batch: 1 })))).toEqual([2, 4])
    expect(values).toEqual([])
    // What was given up is none of what is done.
    expect(pool.stats.done).toBe(done + 2)
  })

  it('emits the error of a task after the results of the items before it', async () => {
    for (const batch of [1, 7] as const) {
      const { values, completed, error } = await outcomeOf(
        of(1, 2, 3, 4, 5).pipe(parallelMap(tasks.failAt3, { batch })),
      )
      expect(values).toEqual([1, 2])
      expect(completed).toBe(false)
      expect(error).toEqual(new RangeError('failed at 3'))
    }
  })

  it('fails with a task that the module does not expose', async () => {
    const { misspelt } = tasks as any
    const { error } = await outcomeOf(of(1).pipe(parallelMap(misspelt)))
    expect(error.code).toBe('UNKNOWN_TASK')
    expect(error.message).toContain('misspelt')
    expect(error.message).toContain('double')
  })

  it('lets what a subscriber throws go where RxJS lets it go, and stays usable', async () => {
    const { config } = await import('rxjs')
    const reported: unknown[] = []
    const before = config.onUnhandledError
    config.onUnhandledError = (error) => reported.push(error)
    try {
      of(1)
        .pipe(parallelMap(tasks.double))
        .subscribe(() => {
          throw new Error('of the subscriber')
        })
      await until('the error was reported', () => reported.length > 0)
    } finally {
      config.onUnhandledError = before
    }
    expect(reported).toEqual([new Error('of the subscriber')])
    expect(await valuesOf(of(1).pipe(parallelMap(tasks.double)))).toEqual([2])
  })
})

describe('order', () => {
  /** Of two items at once in two threads, the second ends first. */
  async function secondFirst(ordered?: boolean) {
    const gate = new Gate()
    const source = of({ cells: gate.cells, number: 1, value: 1 }, { cells: gate.cells, number: 0, value: 2 })
    const { done } = pool.stats
    const options = ordered === undefined ? { batch: 1 } : { batch: 1, ordered }
    const result = valuesOf(source.pipe(parallelMap(tasks.hold, options)))
    await until('the result of the second is here', () => pool.stats.done === done + 1)
    gate.open()
    return result
  }

  it('is kept by default', async () => {
    expect(await secondFirst()).toEqual([1, 2])
    expect(await secondFirst(true)).toEqual([1, 2])
  })

  it('is that of completion with ordered: false', async () => {
    expect(await secondFirst(false)).toEqual([2, 1])
  })

  it('is kept whatever the size of a batch, and with many items', async () => {
    const numbers = Array.from({ length: 3000 }, (_, i) => i)
    for (const batch of [1, 7, 'auto'] as const) {
      expect(await valuesOf(from(numbers).pipe(parallelMap(tasks.double, { batch })))).toEqual(
        numbers.map((n) => n * 2),
      )
      expect(await valuesOf(from(numbers).pipe(parallelMap(tasks.later, { batch })))).toEqual(numbers)
    }
  })

  it('loses and doubles nothing without it', async () => {
    const numbers = Array.from({ length: 3000 }, (_, i) => i)
    for (const batch of [1, 7, 'auto'] as const) {
      const results = await valuesOf(from(numbers).pipe(parallelMap(tasks.later, { batch, ordered: false })))
      expect((results as number[]).sort((a, b) => a - b)).toEqual(numbers)
    }
  })
})

describe('concurrency', () => {
  const held = (gate: Gate, count: number) =>
    from(Array.from({ length: count }, (_, value) => ({ cells: gate.cells, value })))

  it('uses all threads by default', async () => {
    const gate = new Gate()
    const result = valuesOf(held(gate, 6).pipe(parallelMap(tasks.hold, { batch: 1 })))
    await gate.untilStarted(2)
    gate.open()
    expect(await result).toEqual([0, 1, 2, 3, 4, 5])
    expect(gate.most).toBe(2)
  })

  it('has at most so many items in flight', async () => {
    const gate = new Gate()
    const result = valuesOf(held(gate, 6).pipe(parallelMap(tasks.hold, { concurrency: 1, batch: 1 })))
    await gate.untilStarted(1)
    expect(pool.stats).toMatchObject({ inFlight: 1, queued: 5 })
    gate.open()
    expect(await result).toEqual([0, 1, 2, 3, 4, 5])
    expect(gate.most).toBe(1)
  })

  it('is a limit to batches, too', async () => {
    const gate = new Gate()
    const result = valuesOf(held(gate, 9).pipe(parallelMap(tasks.hold, { concurrency: 3, batch: 7 })))
    await gate.untilStarted(1)
    expect(pool.stats.inFlight).toBe(3)
    gate.open()
    expect(await result).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
  })

  it('of a pool lets items wait in one thread together', async () => {
    await using waiting = tasksPool({ size: 1, concurrency: 3 })
    const gate = new Gate()
    const result = valuesOf(held(gate, 6).pipe(parallelMap(waiting.tasks.holdLater, { batch: 1 })))
    await gate.untilStarted(3)
    gate.open()
    expect(await result).toEqual([0, 1, 2, 3, 4, 5])
    expect(gate.most).toBe(3)
  })
})

describe('spread', () => {
  it('gives the elements of an item as arguments', async () => {
    const pairs: [number, number][] = [
      [2, 3],
      [3, 2],
      [10, 0],
    ]
    expect(await valuesOf(from(pairs).pipe(parallelMap(tasks.pow, { spread: true })))).toEqual([8, 9, 1])
  })

  it('takes any number of arguments', async () => {
    const lists = [[], [undefined], [null, 1], [[1], { a: 2 }, 'x']]
    expect(await valuesOf(from(lists).pipe(parallelMap(tasks.argumentsOf, { spread: true })))).toStrictEqual(
      lists,
    )
  })

  it('gives an item alone without it, and no context to a plain function', async () => {
    expect(await valuesOf(of([2, 3]).pipe(parallelMap(tasks.argumentsOf)))).toEqual([[[2, 3]]])
  })

  it('gives task() its one argument and the context', async () => {
    const expected = ['x', 'string', 'object']
    expect(await valuesOf(of('x').pipe(parallelMap(tasks.hasContext)))).toEqual([expected])
    expect(
      await valuesOf(of(['x'] as [unknown]).pipe(parallelMap(tasks.hasContext, { spread: true }))),
    ).toEqual([expected])
  })
})

describe('each subscription', () => {
  it('runs anew', async () => {
    let subscriptions = 0
    const source = defer(() => {
      subscriptions++
      return of(1, 2)
    })
    const result = source.pipe(parallelMap(tasks.double))
    expect(await valuesOf(result)).toEqual([2, 4])
    expect(await valuesOf(result)).toEqual([2, 4])
    expect(await valuesOf(result.pipe(repeat(3)))).toEqual([2, 4, 2, 4, 2, 4])
    expect(subscriptions).toBe(5)
  })

  it('can be retried', async () => {
    const gate = new Gate()
    const source = of({ cells: gate.cells, times: 2, value: 'now' })
    expect(await valuesOf(source.pipe(parallelMap(tasks.failTimes), retry(2)))).toEqual(['now'])
    expect(gate.started).toBe(3)
  })

  it('fails when it has been retried often enough', async () => {
    const gate = new Gate()
    const source = of({ cells: gate.cells, times: 9, value: 'now' })
    const { error } = await outcomeOf(source.pipe(parallelMap(tasks.failTimes), retry(2)))
    expect(error).toEqual(new Error('not yet'))
    expect(gate.started).toBe(3)
  })

  it('has results of its own while others run on the same pool', async () => {
    const numbers = Array.from({ length: 500 }, (_, i) => i)
    const results = await Promise.all(
      [1, 2, 3, 4, 5].map((offset) =>
        valuesOf(from(numbers.map((n) => n + offset)).pipe(parallelMap(tasks.double))),
      ),
    )
    expect(results).toEqual([1, 2, 3, 4, 5].map((offset) => numbers.map((n) => (n + offset) * 2)))
  })

  it('fails alone', async () => {
    const sound = valuesOf(range(0, 500).pipe(parallelMap(tasks.identity)))
    const failing = outcomeOf(range(0, 500).pipe(parallelMap(tasks.failAt3)))
    expect((await failing).error).toBeInstanceOf(RangeError)
    expect(await sound).toEqual(Array.from({ length: 500 }, (_, i) => i))
  })

  it('can follow another one in a chain', async () => {
    const chain = range(0, 500).pipe(
      parallelMap(tasks.double),
      parallelMap(tasks.later),
      parallelMap(tasks.inspect),
    )
    expect(await valuesOf(chain)).toEqual(Array.from({ length: 500 }, (_, i) => `${i * 2}`))
  })
})

describe('unsubscription', () => {
  it('before there is a thread drops all items', async () => {
    await using fresh = tasksPool({ size: 1 })
    const gate = new Gate()
    const subscription = of({ cells: gate.cells, value: 1 }, { cells: gate.cells, value: 2 })
      .pipe(parallelMap(fresh.tasks.hold))
      .subscribe()
    subscription.unsubscribe()
    expect(fresh.stats).toMatchObject({ queued: 0, inFlight: 0 })
    expect(await fresh.run(fresh.tasks.double, 1)).toBe(2)
    expect(gate.started).toBe(0)
  })

  it('drops the items that wait in a thread, too', async () => {
    await using single = tasksPool({ size: 1 })
    const gate = new Gate()
    const subscription = from(Array.from({ length: 50 }, (_, value) => ({ cells: gate.cells, value })))
      .pipe(parallelMap(single.tasks.hold, { batch: 20 }))
      .subscribe()
    await gate.untilStarted(1)
    subscription.unsubscribe()
    gate.open()
    expect(await single.run(single.tasks.double, 1)).toBe(2)
    expect(gate.started).toBe(1)
  })

  it('while items are in flight drops those that wait, and emits nothing more', async () => {
    const gate = new Gate()
    const values: unknown[] = []
    const subscription = from(Array.from({ length: 50 }, (_, value) => ({ cells: gate.cells, value })))
      .pipe(parallelMap(tasks.hold, { batch: 1 }))
      .subscribe((value) => values.push(value))
    await gate.untilStarted(2)
    subscription.unsubscribe()
    expect(pool.stats.queued).toBe(0)
    gate.open()
    await until('the threads have nothing left', () => pool.stats.inFlight === 0)
    await valuesOf(of(1, 2).pipe(parallelMap(tasks.double, { batch: 1 })))
    expect(gate.started).toBeLessThan(10)
    expect(values).toEqual([])
  })

  it('after the end changes nothing', async () => {
    let completed = 0
    const subscription = of(1)
      .pipe(parallelMap(tasks.double))
      .subscribe({ complete: () => completed++ })
    await until('it has completed', () => completed > 0)
    subscription.unsubscribe()
    expect(await valuesOf(of(1).pipe(parallelMap(tasks.double)))).toEqual([2])
    expect(completed).toBe(1)
  })

  it('in the middle of a synchronous run of results emits nothing more', async () => {
    const values: number[] = []
    await new Promise<void>((resolve) => {
      const subscription = pull(Array.from({ length: 100 }, (_, i) => i))
        .pipe(parallelMap(tasks.double, { batch: 50 }))
        .subscribe((value) => {
          values.push(value)
          if (values.length < 3) return
          subscription.unsubscribe()
          resolve()
        })
    })
    await valuesOf(of(1, 2).pipe(parallelMap(tasks.double, { batch: 1 })))
    expect(values).toEqual([0, 2, 4])
  })
})

describe('a bad argument', () => {
  const bad: [name: string, run: () => unknown, word: string][] = [
    ['no task', () => parallelMap(undefined as never), 'undefined'],
    ['no task', () => parallelMap('double' as never), 'double'],
    ['unknown option', () => parallelMap(tasks.double, { order: true } as never), 'order'],
    ['concurrency', () => parallelMap(tasks.double, { concurrency: 0 }), 'concurrency'],
    ['concurrency', () => parallelMap(tasks.double, { concurrency: 1.5 }), 'concurrency'],
    ['batch', () => parallelMap(tasks.double, { batch: 0 }), 'batch'],
    ['batch', () => parallelMap(tasks.double, { batch: 'many' as never }), 'batch'],
    ['buffer', () => parallelMap(tasks.double, { buffer: 5 as never }), 'buffer must be an object'],
    ['buffer.size', () => parallelMap(tasks.double, { buffer: { size: -1 } }), 'buffer.size'],
    [
      'buffer.overflow',
      () => parallelMap(tasks.double, { buffer: { size: 1, overflow: 'drop' as never } }),
      'buffer.overflow',
    ],
    ['onError', () => parallelMap(tasks.double, { onError: 3 as never }), 'onError'],
    ['transfer', () => parallelMap(tasks.double, { transfer: [] as never }), 'transfer'],
    ['bindings', () => parallelMap(tasks.double, { bindings: {} } as never), 'bindings'],
  ]

  it.each(bad)('(%s) is said when the operator is made', (_name, run, word) => {
    const error = thrownBy(run)
    expect(error.code).toBe('INVALID_ARGUMENT')
    expect(error.message).toContain('parallelMap')
    expect(error.message).toContain(word)
  })

  it('is a stage, which takes a whole stream: said with the first item', async () => {
    const { stagesPool } = await import('../support/pools.js')
    await using stages = stagesPool({ size: 1 })
    const { error } = await outcomeOf(of(1).pipe(parallelMap(stages.tasks.pass as never)))
    expect(error.code).toBe('INVALID_ARGUMENT')
    expect(error.message).toContain('fanOut')
  })

  it('leaves an error of the source alone', async () => {
    const error = new Error('of the source')
    expect((await outcomeOf(throwError(() => error).pipe(parallelMap(tasks.identity)))).error).toBe(error)
  })
})
