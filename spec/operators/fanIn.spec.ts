import { concat, EMPTY, from, map, mergeMap, NEVER, Observable, of, Subject, take, throwError } from 'rxjs'
import { fanIn, fanOut, pull } from 'rxjs-parallel'
import { describe, expect, it } from 'vitest'
import { marbles } from '../support/marbles.js'
import { ordinaryValues } from '../support/ordinaryValues.js'
import { outcomeOf, thrownBy, valuesOf } from '../support/outcome.js'

const byNumber = (a: number, b: number) => a - b
const orders = ['arrival', 'roundRobin', () => 0] as const

describe('fanIn', () => {
  it('emits the values of all streams as they come', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const x = cold('    -a---b-|      ')
      const y = cold('       -c---d---|')
      const source = hot('-x-y|         ', { x, y })
      const expected = '  --a-c-b-d---| '
      expectObservable(source.pipe(fanIn())).toBe(expected)
      expectSubscriptions(x.subscriptions).toBe('-^------!')
      expectSubscriptions(y.subscriptions).toBe('---^--------!')
      expectSubscriptions(source.subscriptions).toBe('^---!')
    })
  })

  it('completes when the source has, if that is last', () => {
    marbles(({ cold, hot, expectObservable }) => {
      const source = hot('-x-----|', { x: cold('a|') })
      expectObservable(source.pipe(fanIn())).toBe('-a-----|')
    })
  })

  it.each(orders)('(order: %s) never ends with a source that never ends', (order) => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-')
      expectObservable(source.pipe(fanIn({ order }))).toBe('-')
      expectSubscriptions(source.subscriptions).toBe('^')
    })
  })

  it.each(orders)('(order: %s) never ends with a stream that never ends', (order) => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const x = cold('    ---|')
      const y = cold('    -   ')
      const source = hot('-xy|', { x, y })
      expectObservable(source.pipe(fanIn({ order }))).toBe('-')
      expectSubscriptions(x.subscriptions).toBe('-^--!')
      expectSubscriptions(y.subscriptions).toBe('--^')
    })
  })

  it.each(orders)('(order: %s) completes with an empty source, and with empty streams', (order) => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const empty = cold('--|')
      expectObservable(empty.pipe(fanIn({ order }) as never)).toBe('--|')
      expectSubscriptions(empty.subscriptions).toBe('^-!')
      const source = hot('-x-y|', { x: cold('--|'), y: cold('--|') })
      expectObservable(source.pipe(fanIn({ order }))).toBe('-----|')
    })
  })

  it.each(orders)("(order: %s) emits the source's error at once, and unsubscribes the streams", (order) => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const x = cold('    ------')
      const source = hot('-x--#', { x })
      expectObservable(source.pipe(fanIn({ order }))).toBe('----#')
      expectSubscriptions(x.subscriptions).toBe('-^--!')
      expectSubscriptions(source.subscriptions).toBe('^---!')
    })
  })

  it.each(orders)("(order: %s) emits a stream's error at once, and unsubscribes all", (order) => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const x = cold('     --------')
      const y = cold('      --#    ')
      const source = hot(' -xy-----', { x, y })
      expectObservable(source.pipe(fanIn({ order }))).toBe('----#')
      expectSubscriptions(x.subscriptions).toBe('-^--!')
      expectSubscriptions(y.subscriptions).toBe('--^-!')
      expectSubscriptions(source.subscriptions).toBe('^---!')
    })
  })

  it.each(orders)('(order: %s) unsubscribes all when it is unsubscribed', (order) => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const x = cold('     --------')
      const y = cold('      -------')
      const source = hot(' -xy-----', { x, y })
      expectObservable(source.pipe(fanIn({ order })), '-----!').toBe('------')
      expectSubscriptions(x.subscriptions).toBe('-^---!')
      expectSubscriptions(y.subscriptions).toBe('--^--!')
      expectSubscriptions(source.subscriptions).toBe('^----!')
    })
  })

  it('does not break the chain when it is unsubscribed in the middle of one', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const x = cold('     -a-b-c-d-e')
      const source = hot('-x--------', { x })
      const result = source.pipe(
        mergeMap((stream) => of(stream)),
        fanIn(),
        mergeMap((value) => of(value)),
      )
      expectObservable(result, '-----!').toBe('--a-b-')
      expectSubscriptions(x.subscriptions).toBe('-^---!')
      expectSubscriptions(source.subscriptions).toBe('^----!')
    })
  })

  it('can be subscribed again, and starts anew', () => {
    const result = of([1, 3], [2, 4]).pipe(fanIn({ order: byNumber }))
    const values: number[] = []
    result.subscribe((value) => values.push(value))
    result.subscribe((value) => values.push(value))
    expect(values).toEqual([1, 2, 3, 4, 1, 2, 3, 4])
  })

  it('takes any ObservableInput', async () => {
    const streams: any[] = [
      [1, 2],
      Promise.resolve(3),
      (async function* () {
        yield 4
      })(),
      'ab',
      of(5),
      new Set([6]),
    ]
    const values = await valuesOf(from(streams).pipe(fanIn<unknown>()))
    expect(new Set(values)).toEqual(new Set([1, 2, 3, 4, 'a', 'b', 5, 6]))
    expect(values).toHaveLength(8)
  })

  it('fails with what is no ObservableInput', async () => {
    expect((await outcomeOf(of(5 as unknown as number[]).pipe(fanIn()))).error).toBeInstanceOf(TypeError)
    expect((await outcomeOf(of(null as unknown as number[]).pipe(fanIn()))).error).toBeInstanceOf(TypeError)
  })

  it('fails with what an iterator throws', async () => {
    const thrown = new Error('of the iterator')
    function* broken() {
      yield 1
      throw thrown
    }
    expect(await outcomeOf(of(broken()).pipe(fanIn()))).toEqual({
      values: [1],
      completed: false,
      error: thrown,
    })
  })

  it.each(orders)('(order: %s) takes ordinary values for what they are', async (order) => {
    expect(await valuesOf(of(ordinaryValues).pipe(fanIn({ order })))).toStrictEqual(ordinaryValues)
  })

  it('stops a synchronous stream when downstream has had enough', () => {
    let read = 0
    const endless = new Observable<number>((subscriber) => {
      while (!subscriber.closed) subscriber.next(read++)
    })
    const values: number[] = []
    of(endless)
      .pipe(fanIn(), take(3))
      .subscribe((value) => values.push(value))
    expect(values).toEqual([0, 1, 2])
    expect(read).toBe(3)
  })

  it('stops a synchronous source when downstream has had enough', () => {
    let streams = 0
    const endless = new Observable<Observable<number>>((subscriber) => {
      while (!subscriber.closed && streams < 100) subscriber.next(of(streams++))
    })
    endless.pipe(fanIn(), take(3)).subscribe()
    expect(streams).toBe(3)
  })
})

describe("order: 'roundRobin'", () => {
  const roundRobin = { order: 'roundRobin' } as const

  it('takes one of each stream in turn', async () => {
    expect(await valuesOf(of([1, 4, 9], [2, 3, 10]).pipe(fanIn(roundRobin)))).toEqual([1, 2, 4, 3, 9, 10])
  })

  it('waits for the stream whose turn it is', () => {
    marbles(({ cold, expectObservable }) => {
      const x = cold('                                       -a-b-c--------|')
      const y = cold('                                       -----d----e---|')
      // At 5 b is there, then c comes, then d: the turn is d's, and then b's.
      expectObservable(of(x, y).pipe(fanIn(roundRobin))).toBe('-a---(db)-(ec)|')
    })
  })

  it('passes over streams that have ended', async () => {
    expect(await valuesOf(from([[1], [2, 3, 4], [], [5, 6]]).pipe(fanIn(roundRobin)))).toEqual([
      1, 2, 5, 3, 6, 4,
    ])
  })
})

describe('order: a compare function', () => {
  it('merges sorted streams into one', async () => {
    expect(await valuesOf(of([1, 4, 9], [2, 3, 10], [], [5]).pipe(fanIn({ order: byNumber })))).toEqual([
      1, 2, 3, 4, 5, 9, 10,
    ])
  })

  it('emits a value when every stream has shown its next one, and all streams are known', () => {
    marbles(({ cold, expectObservable }) => {
      const values = { a: 1, b: 2, c: 3, d: 4, x: 9 }
      const first = cold('  -a---c-------|  ', values)
      const second = cold(' ---b-----d-----x|', values)
      const expected = '    ---a-b---c---d-x|'
      expectObservable(of(first, second).pipe(fanIn({ order: byNumber }))).toBe(expected, values)
    })
  })

  it('does not mix up equal values', async () => {
    const pairs = (name: string) => [1, 1, 2].map((n) => ({ n, name }))
    const merged = await valuesOf(
      of(pairs('a'), pairs('b')).pipe(fanIn({ order: (x: { n: number }, y: { n: number }) => x.n - y.n })),
    )
    expect((merged as { n: number; name: string }[]).map(({ n }) => n)).toEqual([1, 1, 1, 1, 2, 2])
    expect((merged as { n: number; name: string }[]).filter(({ name }) => name === 'a')).toHaveLength(3)
  })

  it('that throws fails the stream, and unsubscribes the others', () => {
    const thrown = new Error('of compare')
    let unsubscribed = 0
    const stream = new Observable<number>((subscriber) => {
      subscriber.next(1)
      return () => unsubscribed++
    })
    let error: unknown
    of(stream, stream)
      .pipe(
        fanIn({
          order: () => {
            throw thrown
          },
        }),
      )
      .subscribe({ error: (e) => (error = e) })
    expect(error).toBe(thrown)
    expect(unsubscribed).toBe(2)
  })
})

describe('errors', () => {
  it("are emitted at once with 'first'", () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const x = cold(' -a---b---|')
      const y = cold(' --c#      ')
      expectObservable(of(x, y).pipe(fanIn({ errors: 'first' }))).toBe('-ac#')
      expectSubscriptions(x.subscriptions).toBe('^--!')
      expectSubscriptions(y.subscriptions).toBe('^--!')
    })
  })

  it.each(orders)("(order: %s) wait for the other streams with 'last'", (order) => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const x = cold(' ---------|')
      const y = cold(' ---#      ')
      expectObservable(of(x, y).pipe(fanIn({ errors: 'last', order }))).toBe('---------#')
      expectSubscriptions(x.subscriptions).toBe('^--------!')
      expectSubscriptions(y.subscriptions).toBe('^--!')
    })
  })

  it("leave the other streams' values alone with 'last'", () => {
    marbles(({ cold, expectObservable }) => {
      const x = cold('                                            -a---b---|')
      const y = cold('                                            --c#      ')
      expectObservable(of(x, y).pipe(fanIn({ errors: 'last' }))).toBe('-ac--b---#')
    })
  })

  it.each(orders)("(order: %s) become one AggregateError with 'last'", async (order) => {
    const a = new Error('a')
    const b = new Error('b')
    const streams = [throwError(() => a), of(1), throwError(() => b)]
    const { values, error } = await outcomeOf(from(streams).pipe(fanIn<unknown>({ errors: 'last', order })))
    expect(values).toEqual([1])
    expect(error).toBeInstanceOf(AggregateError)
    expect(error.errors).toEqual([a, b])
    expect(error.errors[0]).toBe(a)
  })

  it("of the source let the streams that there are end with 'last'", () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const x = cold('    -a---b|')
      const source = hot('-x-#', { x })
      expectObservable(source.pipe(fanIn({ errors: 'last' }))).toBe('--a---b#')
      expectSubscriptions(x.subscriptions).toBe('-^-----!')
    })
  })

  it("may be undefined or null, and still are errors with 'last'", async () => {
    const one = await outcomeOf(
      of(
        throwError(() => undefined),
        of(1),
      ).pipe(fanIn<unknown>({ errors: 'last' })),
    )
    expect(one).toEqual({ values: [1], completed: false, error: undefined })
    const two = await outcomeOf(
      of(
        throwError(() => null),
        throwError(() => 0),
      ).pipe(fanIn<unknown>({ errors: 'last' })),
    )
    expect(two.error.errors).toEqual([null, 0])
  })
})

describe('with branches of fanOut', () => {
  it('brings all values together', async () => {
    const values = await valuesOf(of(1, 2, 3, 4, 5).pipe(fanOut(3, { route: 'roundRobin' }), fanIn()))
    expect(values.sort(byNumber)).toEqual([1, 2, 3, 4, 5])
  })

  it.each(['roundRobin', byNumber] as const)(
    'restores what a fan-out in turns took apart (%s)',
    async (order) => {
      const numbers = Array.from({ length: 1000 }, (_, i) => i)
      expect(
        await valuesOf(pull(numbers).pipe(fanOut(3, { route: 'roundRobin' }), fanIn({ order }))),
      ).toEqual(numbers)
    },
  )

  it('passes on what comes from branches that never end', () => {
    const source = new Subject<number>()
    const values: number[] = []
    const subscription = concat(source, NEVER)
      .pipe(
        fanOut(2, { route: 'roundRobin' }),
        map((branch) => branch.pipe(map((n) => n * 10 + branch.index))),
        fanIn(),
      )
      .subscribe((value) => values.push(value))
    source.next(1)
    source.next(2)
    source.next(3)
    expect(values).toEqual([10, 21, 30])
    subscription.unsubscribe()
    expect(source.observed).toBe(false)
  })
})

describe('a bad argument', () => {
  it.each([
    ['order', () => fanIn({ order: 'random' as never }), 'order'],
    ['errors', () => fanIn({ errors: 'all' as never }), 'errors'],
    ['an unknown option', () => fanIn({ sorted: true } as never), 'sorted'],
    ['no object', () => fanIn(5 as never), 'options'],
  ])('(%s) is said when the operator is made', (_name, run, word) => {
    const error = thrownBy(run)
    expect(error.code).toBe('INVALID_ARGUMENT')
    expect(error.message).toContain('fanIn')
    expect(error.message).toContain(word)
  })

  it('is none of: no options, empty options', () => {
    expect(() => EMPTY.pipe(fanIn())).not.toThrow()
    expect(() => EMPTY.pipe(fanIn({}))).not.toThrow()
  })
})
