import {
  concat,
  concatMap,
  EMPTY,
  from,
  map,
  mergeMap,
  NEVER,
  Observable,
  of,
  range,
  Subject,
  take,
  throwError,
} from 'rxjs'
import type { Branch } from 'rxjs-parallel'
import { fanIn, fanOut, pull } from 'rxjs-parallel'
import { afterEach, describe, expect, it } from 'vitest'
import { marbles } from '../support/marbles.js'
import { ordinaryValues } from '../support/ordinaryValues.js'
import { outcomeOf, thrownBy, valuesOf } from '../support/outcome.js'

// With a count alone the branches stay on this thread: all can be seen synchronously.

const routes = ['balance', 'roundRobin', 'broadcast', () => 0] as const

/** Each value with the number of its branch. */
const numbered = <T>(branch: Branch<T>) => branch.pipe(map((value) => `${branch.index}: ${value}`))

describe('fanOut on this thread', () => {
  it('emits so many branches, with their numbers, and completes', () => {
    const branches: Branch<number>[] = []
    let completed = false
    of(1)
      .pipe(fanOut(3))
      .subscribe({ next: (branch) => branches.push(branch), complete: () => (completed = true) })
    expect(branches.map(({ index }) => index)).toEqual([0, 1, 2])
    expect(branches.every((branch) => branch instanceof Observable)).toBe(true)
    expect(completed).toBe(true)
  })

  it("knows this thread's name, the same for all branches", async () => {
    const branches = await valuesOf(EMPTY.pipe(fanOut(2)))
    await Promise.all(branches.map((branch) => valuesOf(branch)))
    expect(branches[0]!.threadId).toContain(`/${process.pid}/`)
    expect(branches[1]!.threadId).toBe(branches[0]!.threadId)
  })

  it('does not subscribe the source before a branch is', () => {
    let subscriptions = 0
    const source = new Observable<number>(() => {
      subscriptions++
    })
    const branches: Branch<number>[] = []
    const result = source.pipe(fanOut(2))
    result.subscribe((branch) => branches.push(branch))
    expect(subscriptions).toBe(0)
    const first = branches[0]!.subscribe()
    const second = branches[1]!.subscribe()
    expect(subscriptions).toBe(1)
    first.unsubscribe()
    second.unsubscribe()
  })

  it('starts anew with each subscription', () => {
    let subscriptions = 0
    const source = new Observable<number>((subscriber) => {
      subscriptions++
      subscriber.next(subscriptions)
      subscriber.complete()
    })
    const values: number[] = []
    const result = source.pipe(fanOut(2), fanIn())
    result.subscribe((value) => values.push(value))
    result.subscribe((value) => values.push(value))
    expect(values).toEqual([1, 2])
    expect(subscriptions).toBe(2)
  })

  it.each(routes)('(route: %s) never ends with a source that never ends', (route) => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-----')
      expectObservable(source.pipe(fanOut(2, { route }), fanIn()), '^----!').toBe('-')
      expectSubscriptions(source.subscriptions).toBe('^----!')
    })
  })

  it.each(routes)('(route: %s) completes each branch with an empty source', (route) => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('--|')
      const ends = source.pipe(
        fanOut(2, { route }),
        mergeMap((branch) => concat(branch as Observable<unknown>, of('e'))),
      )
      expectObservable(ends).toBe('--(ee|)')
      expectSubscriptions(source.subscriptions).toBe('^-!')
    })
  })

  it.each(routes)("(route: %s) emits the source's error from each branch", (route) => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('--#')
      const errors = source.pipe(
        fanOut(2, { route }),
        map((branch) => branch as Observable<unknown>),
        fanIn({ errors: 'last' }),
      )
      expectObservable(errors).toBe(
        '--#',
        undefined,
        new AggregateError(['error', 'error'], '2 streams failed'),
      )
      expectSubscriptions(source.subscriptions).toBe('^-!')
    })
  })

  it('passes values on as they come, and unsubscribes the source when it is unsubscribed', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('-a-b-c-d-|')
      expectObservable(source.pipe(fanOut(2), fanIn()), '------!').toBe('-a-b-c-')
      expectSubscriptions(source.subscriptions).toBe('^-----!')
    })
  })

  it('unsubscribes the source when all branches are unsubscribed, not before', () => {
    const source = new Subject<number>()
    const branches: Branch<number>[] = []
    source.pipe(fanOut(2)).subscribe((branch) => branches.push(branch))
    const [first, second] = branches.map((branch) => branch.subscribe())
    first!.unsubscribe()
    expect(source.observed).toBe(true)
    second!.unsubscribe()
    expect(source.observed).toBe(false)
  })

  it('does not break the chain when it is unsubscribed in the middle of one', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-b-c-|')
      const result = source.pipe(
        mergeMap((value) => of(value)),
        fanOut(2),
        mergeMap((branch) => branch),
        mergeMap((value) => of(value)),
      )
      expectObservable(result, '----!').toBe('-a-b-')
      expectSubscriptions(source.subscriptions).toBe('^---!')
    })
  })

  it('stops a synchronous source when all branches have had enough', () => {
    let read = 0
    const endless = new Observable<number>((subscriber) => {
      while (!subscriber.closed && read < 1000) subscriber.next(read++)
    })
    const values: string[] = []
    endless
      .pipe(
        fanOut(2, { route: 'roundRobin' }),
        mergeMap((branch) => numbered(branch).pipe(take(2))),
      )
      .subscribe((value) => values.push(value))
    expect(values).toEqual(['0: 0', '1: 1', '0: 2', '1: 3'])
    expect(read).toBe(4)
  })

  it('with only some of its branches taken gives these their values', () => {
    const values: string[] = []
    range(1, 4)
      .pipe(
        fanOut(3, { route: 'roundRobin' }),
        take(1),
        mergeMap((branch) => numbered(branch)),
      )
      .subscribe((value) => values.push(value))
    expect(values).toEqual(['0: 1', '0: 2', '0: 3', '0: 4'])
  })

  it('lets a branch be subscribed once', () => {
    const branches: Branch<number>[] = []
    of(1, 2)
      .pipe(fanOut(1))
      .subscribe((branch) => branches.push(branch))
    const values: number[] = []
    branches[0]!.subscribe((value) => values.push(value))
    let error: any
    branches[0]!.subscribe({ error: (thrown) => (error = thrown) })
    expect(values).toEqual([1, 2])
    expect(error).toBeInstanceOf(Error)
    expect(error.message).toContain('once')
  })

  it('keeps the values of a branch that is not subscribed', () => {
    const source = new Subject<number>()
    const branches: Branch<number>[] = []
    source.pipe(fanOut(2, { route: 'roundRobin' })).subscribe((branch) => branches.push(branch))
    const values: string[] = []
    numbered(branches[0]!).subscribe((value) => values.push(value))
    for (const n of [1, 2, 3, 4]) source.next(n)
    expect(values).toEqual(['0: 1', '0: 3'])
    numbered(branches[1]!).subscribe((value) => values.push(value))
    expect(values).toEqual(['0: 1', '0: 3', '1: 2', '1: 4'])
    source.next(5)
    source.next(6)
    expect(values.slice(4)).toEqual(['0: 5', '1: 6'])
  })

  it("keeps the source's end for a branch that is subscribed after it", () => {
    const branches: Branch<number>[] = []
    of(1, 2)
      .pipe(fanOut(2, { route: 'roundRobin' }))
      .subscribe((branch) => branches.push(branch))
    const events: unknown[] = []
    for (const branch of branches)
      branch.subscribe({ next: (value) => events.push(value), complete: () => events.push('end') })
    expect(events).toEqual([1, 'end', 2, 'end'])

    const failing: Branch<number>[] = []
    throwError(() => new Error('of the source'))
      .pipe(fanOut(2))
      .subscribe((branch) => failing.push(branch as never))
    const errors: unknown[] = []
    for (const branch of failing) branch.subscribe({ error: (error) => errors.push(error.message) })
    expect(errors).toEqual(['of the source', 'of the source'])
  })

  it.each(['roundRobin', () => 0] as const)(
    '(route: %s) takes ordinary values for what they are',
    async (route) => {
      expect(await valuesOf(from(ordinaryValues).pipe(fanOut(1, { route }), fanIn()))).toStrictEqual(
        ordinaryValues,
      )
    },
  )

  it('takes ordinary keys for what they are', () => {
    const values: string[] = []
    from([Number.NaN, undefined, null, Number.NaN, undefined, null, 0, -0])
      .pipe(
        fanOut(4, { route: (key) => key }),
        mergeMap((branch) => numbered(branch)),
      )
      .subscribe((value) => values.push(value))
    expect(values).toEqual([
      '0: NaN',
      '1: undefined',
      '2: null',
      '0: NaN',
      '1: undefined',
      '2: null',
      '3: 0',
      '3: 0',
    ])
  })
})

describe('route', () => {
  const routed = (route?: any) => {
    const values: string[] = []
    range(1, 6)
      .pipe(
        fanOut(2, route && { route }),
        mergeMap((branch) => numbered(branch)),
      )
      .subscribe((value) => values.push(value))
    return values
  }

  it("'roundRobin' takes each branch in turn", () => {
    expect(routed('roundRobin')).toEqual(['0: 1', '1: 2', '0: 3', '1: 4', '0: 5', '1: 6'])
  })

  it("'broadcast' gives each value to every branch", () => {
    expect(routed('broadcast')).toEqual([1, 2, 3, 4, 5, 6].flatMap((n) => [`0: ${n}`, `1: ${n}`]))
  })

  it("'balance', the default, gives each value to one branch", () => {
    for (const values of [routed(), routed('balance')])
      expect(values.map((value) => value.slice(3))).toEqual(['1', '2', '3', '4', '5', '6'])
  })

  it('by a key gives values of one key to one branch, in their order', () => {
    expect(routed((n: number) => n % 3)).toEqual(['0: 1', '1: 2', '0: 3', '0: 4', '1: 5', '0: 6'])
  })

  it('that throws fails every branch, and unsubscribes the source', () => {
    const source = new Subject<number>()
    const thrown = new Error('of route')
    const errors: unknown[] = []
    const values: number[] = []
    source
      .pipe(
        fanOut(2, {
          route: (n) => {
            if (n === 2) throw thrown
            return n
          },
        }),
      )
      .subscribe((branch) =>
        branch.subscribe({ next: (value) => values.push(value), error: (error) => errors.push(error) }),
      )
    source.next(1)
    source.next(2)
    expect(values).toEqual([1])
    expect(errors).toEqual([thrown, thrown])
    expect(source.observed).toBe(false)
  })

  it('passes over a branch that has been left', () => {
    const values: string[] = []
    range(1, 6)
      .pipe(
        fanOut(2, { route: 'roundRobin' }),
        mergeMap((branch) => (branch.index === 0 ? numbered(branch).pipe(take(1)) : numbered(branch))),
      )
      .subscribe((value) => values.push(value))
    expect(values).toEqual(['0: 1', '1: 2', '1: 3', '1: 4', '1: 5', '1: 6'])
  })

  it('by a key drops the values of a branch that has been left, and none else', () => {
    const values: string[] = []
    range(1, 6)
      .pipe(
        fanOut(2, { route: (n: number) => n % 2 }),
        mergeMap((branch) => (branch.index === 0 ? numbered(branch).pipe(take(1)) : numbered(branch))),
      )
      .subscribe((value) => values.push(value))
    expect(values).toEqual(['0: 1', '1: 2', '1: 4', '1: 6'])
  })
})

describe('with a source that is read by demand', () => {
  it.each(['balance', 'roundRobin', 'broadcast'] as const)('(route: %s) reads it all', async (route) => {
    const numbers = Array.from({ length: 500 }, (_, i) => i)
    const values = await valuesOf(pull(numbers).pipe(fanOut(3, { route }), fanIn()))
    expect(values.length).toBe(route === 'broadcast' ? 1500 : 500)
    expect(new Set(values)).toEqual(new Set(numbers))
  })

  it('ends the iterator when all branches are left', () => {
    let ended = 0
    function* naturals() {
      try {
        for (let n = 0; ; n++) yield n
      } finally {
        ended++
      }
    }
    const values: number[] = []
    pull(naturals())
      .pipe(
        fanOut(2, { route: 'roundRobin' }),
        mergeMap((branch) => branch.pipe(take(2))),
      )
      .subscribe((value) => values.push(value))
    expect(values).toEqual([0, 1, 2, 3])
    expect(ended).toBe(1)
  })
})

describe('a fan-in in an order over a fan-out of one source', () => {
  const numbers = Array.from({ length: 2000 }, (_, i) => i)
  // Most values have one key; the other branches wait long for their next value.
  const skewed = (n: number) => (n % 97 === 0 ? n : 'most')

  it.each([
    ['roundRobin', 'roundRobin'],
    ['a key', skewed],
    ['balance', 'balance'],
    ['one key only', () => 'all'],
  ] as const)('does not block itself, sorted (route: %s)', async (_name, route) => {
    const sorted = await valuesOf(pull(numbers).pipe(fanOut(4, { route }), fanIn({ order: (a, b) => a - b })))
    expect(sorted).toEqual(numbers)
  })

  it.each([
    ['a key', skewed],
    ['balance', 'balance'],
    ['one key only', () => 'all'],
  ] as const)('does not block itself, in turns (route: %s)', async (_name, route) => {
    const values = await valuesOf(pull(numbers).pipe(fanOut(4, { route }), fanIn({ order: 'roundRobin' })))
    expect(values.sort((a, b) => a - b)).toEqual(numbers)
  })

  it('does not block itself when the branches take their time', async () => {
    const slowly = <T>(stream: Observable<T>) =>
      stream.pipe(concatMap((value, i) => (i % 50 === 0 ? from(Promise.resolve(value)) : of(value))))
    const sorted = await valuesOf(
      pull(numbers).pipe(
        fanOut(4, { route: skewed }),
        map((branch) => slowly(branch)),
        fanIn({ order: (a, b) => a - b }),
      ),
    )
    expect(sorted).toEqual(numbers)
  })
})

describe('a bad argument', () => {
  afterEach(() => expect.hasAssertions())

  it.each([
    ['no stage', () => fanOut(undefined as never), 'undefined'],
    ['a function', () => fanOut((() => {}) as never), 'function'],
    ['a count', () => fanOut(0), 'branches'],
    ['a count', () => fanOut(1.5), 'branches'],
    ['a count', () => fanOut(Number.POSITIVE_INFINITY), 'branches'],
    ['branches', () => fanOut(2, { branches: 2 } as never), 'branches'],
    ['route', () => fanOut(2, { route: 'random' as never }), 'route'],
    ['an unknown option', () => fanOut(2, { key: 1 } as never), 'key'],
  ])('(%s) is said when the operator is made', (_name, run, word) => {
    const error = thrownBy(run)
    expect(error.code).toBe('INVALID_ARGUMENT')
    expect(error.message).toContain('fanOut')
    expect(error.message).toContain(word)
  })

  it('leaves an error of the source alone', async () => {
    const error = new Error('of the source')
    expect((await outcomeOf(throwError(() => error).pipe(fanOut(2), fanIn()))).error).toBe(error)
  })

  it('is not a source that never ends', () => {
    const subscription = NEVER.pipe(fanOut(2), fanIn()).subscribe()
    expect(subscription.closed).toBe(false)
    subscription.unsubscribe()
  })
})
