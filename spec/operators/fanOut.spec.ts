import {
  concat,
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
  toArray,
} from 'rxjs'
import type { Branch } from 'rxjs-parallel'
import { fanIn, fanOut, pull, WorkerCrashError } from 'rxjs-parallel'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Gate } from '../support/gate.js'
import { isolation } from '../support/isolation.js'
import { marbles } from '../support/marbles.js'
import { ordinaryValues } from '../support/ordinaryValues.js'
import { outcomeOf, valuesOf } from '../support/outcome.js'
import { stagesPool } from '../support/pools.js'
import { until } from '../support/until.js'

const pool = stagesPool()
const { tasks } = pool
const byNumber = (a: number, b: number) => a - b

beforeAll(() => pool.ready())
afterAll(() => pool.close())

describe('fanOut to stages, on the side of its source', () => {
  it('never ends with a source that never ends', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-----')
      expectObservable(source.pipe(fanOut(tasks.pass), fanIn()), '^----!').toBe('-')
      expectSubscriptions(source.subscriptions).toBe('^----!')
    })
  })

  it("emits the source's error at once, from each branch", () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-b-#')
      const errors = source.pipe(fanOut(tasks.pass), fanIn({ errors: 'last' }))
      expectObservable(errors).toBe(
        '-----#',
        undefined,
        new AggregateError(['error', 'error'], '2 streams failed'),
      )
      expectSubscriptions(source.subscriptions).toBe('^----!')
    })
  })

  it('unsubscribes the source when it is unsubscribed', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('-a-b-c-|')
      expectObservable(source.pipe(fanOut(tasks.pass), fanIn()), '----!').toBe('-----')
      expectSubscriptions(source.subscriptions).toBe('^---!')
    })
  })

  it('does not break the chain when it is unsubscribed in the middle of one', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-b-c-|')
      const result = source.pipe(
        mergeMap((value) => of(value)),
        fanOut(tasks.pass),
        mergeMap((branch) => branch),
        mergeMap((value) => of(value)),
      )
      expectObservable(result, '----!').toBe('-----')
      expectSubscriptions(source.subscriptions).toBe('^---!')
    })
  })

  it('unsubscribes the source when every stage has ended', async () => {
    const source = new Subject<number>()
    const result = valuesOf(source.pipe(fanOut(tasks.first2, { route: 'broadcast' }), fanIn()))
    source.next(1)
    source.next(2)
    expect((await result).sort()).toEqual([1, 1, 2, 2])
    expect(source.observed).toBe(false)
  })

  it('unsubscribes the source when the only branch has failed', async () => {
    const source = new Subject<number>()
    const result = outcomeOf(source.pipe(fanOut(tasks.failAt3, { branches: 1 }), fanIn()))
    source.next(3)
    expect((await result).error).toEqual(new RangeError('failed at 3'))
    expect(source.observed).toBe(false)
  })
})

describe('a stage', () => {
  it.each(['pass', 'passObserved', 'passSlowly'] as const)(
    '(%s) is given all values and the end',
    async (name) => {
      for (const length of [0, 1, 3, 1000]) {
        const numbers = Array.from({ length }, (_, i) => i)
        const stage = tasks[name] as typeof tasks.pass
        expect(await valuesOf(from(numbers).pipe(fanOut(stage, { branches: 1 }), fanIn()))).toEqual(numbers)
        expect(await valuesOf(pull(numbers).pipe(fanOut(stage, { branches: 1 }), fanIn()))).toEqual(numbers)
      }
    },
  )

  it('keeps its state to its own branch', async () => {
    const sums = await valuesOf(
      of(1, 10, 2, 20, 3, 30).pipe(
        fanOut(tasks.runningSum, { route: 'roundRobin' }),
        mergeMap((b) => b.pipe(toArray())),
      ),
    )
    expect(sums.sort((a, b) => a[0]! - b[0]!)).toEqual([
      [1, 3, 6],
      [10, 30, 60],
    ])
  })

  it('may end by whatever RxJS takes for a stream', async () => {
    const through = (stage: typeof tasks.pass) =>
      valuesOf(range(0, 4).pipe(fanOut(stage, { branches: 1 }), fanIn()))
    expect(await through(tasks.promised as never)).toEqual([4])
    expect(await through(tasks.listed as never)).toEqual(['a', 'b'])
    expect(await through(tasks.collect as never)).toEqual([[0, 1, 2, 3]])
    expect(await through(tasks.twice as never)).toEqual([0, 0, 1, 1, 2, 2, 3, 3])
  })

  it.each(['pass', 'passObserved'] as const)('(%s) takes ordinary values for what they are', async (name) => {
    const result = from(ordinaryValues).pipe(fanOut(tasks[name], { branches: 1 }), fanIn())
    expect(await valuesOf(result)).toStrictEqual(ordinaryValues)
    const through = valuesOf(
      pull(ordinaryValues).pipe(fanOut(tasks[name], { route: 'roundRobin' }), fanIn({ order: 'roundRobin' })),
    )
    expect(await through).toStrictEqual(ordinaryValues)
  })

  it.each(['first2', 'first2Looped'] as const)('(%s) may end before its source', async (name) => {
    const endless = concat(range(0, 1000), NEVER)
    expect(await valuesOf(endless.pipe(fanOut(tasks[name], { branches: 1 }), fanIn()))).toEqual([0, 1])
    expect(await valuesOf(pull(naturals()).pipe(fanOut(tasks[name], { branches: 1 }), fanIn()))).toEqual([
      0, 1,
    ])
  })

  it('that ends early leaves what comes after to the others', async () => {
    const source = new Subject<number>()
    const values: unknown[] = []
    const ended: number[] = []
    const subscription = source
      .pipe(
        fanOut(tasks.first2, { route: 'roundRobin' }),
        mergeMap(
          (branch) =>
            new Observable<unknown>((subscriber) =>
              branch.subscribe(subscriber).add(() => ended.push(branch.index)),
            ),
        ),
      )
      .subscribe((value) => values.push(value))
    source.next(1)
    source.next(-1)
    source.next(2)
    await until('the first branch has ended', () => ended.includes(0))
    source.next(-2)
    await until('both have ended', () => ended.length === 2)
    expect(values).toHaveLength(4)
    expect(values.filter((n) => (n as number) > 0)).toEqual([1, 2])
    expect(values.filter((n) => (n as number) < 0)).toEqual([-1, -2])
    subscription.unsubscribe()
  })

  it.each(['failAt3', 'failObserved'] as const)(
    '(%s) that throws fails its branch, after its values',
    async (name) => {
      const { values, error } = await outcomeOf(
        range(1, 5).pipe(fanOut(tasks[name], { branches: 1 }), fanIn()),
      )
      expect(values).toEqual([1, 2])
      expect(error).toEqual(new RangeError('failed at 3'))
    },
  )

  it('that throws leaves the other branches alone', async () => {
    const { values, error } = await outcomeOf(
      range(1, 6).pipe(fanOut(tasks.failAt3, { route: 'roundRobin' }), fanIn({ errors: 'last' })),
    )
    expect(error).toEqual(new RangeError('failed at 3'))
    expect(values.sort()).toEqual([1, 2, 4, 6])
  })

  it('that throws before it begins fails its branch', async () => {
    const { error } = await outcomeOf(of(1).pipe(fanOut(tasks.failAtOnce), fanIn()))
    expect(error).toEqual(new TypeError('failed before it began'))
  })

  it('that dies with its thread fails its branch with a WorkerCrashError, and the other goes on', async () => {
    await using own = stagesPool()
    const { values, error } = await outcomeOf(
      range(1, 6).pipe(fanOut(own.tasks.dieAt3, { route: 'roundRobin' }), fanIn({ errors: 'last' })),
    )
    expect(error).toBeInstanceOf(WorkerCrashError)
    expect(error.message).toContain('stage')
    expect(error.exitCode).toBe(7)
    expect(values.filter((n) => n % 2 === 0)).toEqual([2, 4, 6])
    expect(await valuesOf(of(1, 2).pipe(fanOut(own.tasks.pass), fanIn()))).toHaveLength(2)
  })

  it('that the module does not expose fails each branch', async () => {
    const { error } = await outcomeOf(of(1).pipe(fanOut((tasks as any).misspelt), fanIn()))
    expect(error.code).toBe('UNKNOWN_TASK')
    expect(error.message).toContain('misspelt')
  })

  it('that is left runs its finally', async () => {
    for (const name of ['counted', 'countedObserved'] as const) {
      const gate = new Gate()
      const source = concat(of(gate.cells, 1, 2), NEVER)
      expect(
        await valuesOf(source.pipe(fanOut(tasks[name], { branches: 1 }), fanIn(), take(2))),
      ).toHaveLength(2)
      await gate.untilEnded(1)
    }
  })

  it("that is left has its context's signal aborted", async () => {
    const gate = new Gate()
    const source = concat(of(gate.cells, 1), NEVER)
    await valuesOf(source.pipe(fanOut(tasks.countedObserved, { branches: 1 }), fanIn(), take(2)))
    await gate.untilCancelled(1)
  })

  it('runs its finally when the source fails', async () => {
    const gate = new Gate()
    const source = new Subject<unknown>()
    const result = outcomeOf(source.pipe(fanOut(tasks.counted, { branches: 1 }), fanIn()))
    source.next(gate.cells)
    await gate.untilStarted(1)
    source.error(new Error('of the source'))
    expect((await result).error).toEqual(new Error('of the source'))
    await gate.untilEnded(1)
  })

  it('of one item that cannot be sent fails its branch with a CloneError', async () => {
    const { values, error } = await outcomeOf(
      from<unknown[]>([1, { list: [() => 1] }, 3]).pipe(fanOut(tasks.pass, { branches: 1 }), fanIn()),
    )
    expect(error.code).toBe('CLONE')
    expect(error.message).toContain(`items[1].list[0] is a function and can't be sent to a ${isolation}`)
    expect(values.length).toBeLessThan(2)
  })
})

describe('branches', () => {
  it('are as many as the pool has threads, each in its own', async () => {
    const branches: Branch<[unknown, string]>[] = []
    const source = range(0, 10).pipe(
      fanOut(tasks.threadOf, { route: 'roundRobin' }),
      mergeMap((branch) => {
        branches.push(branch)
        return branch
      }),
    )
    const values = await valuesOf(source)
    expect(branches.map(({ index }) => index)).toEqual([0, 1])
    const [first, second] = branches.map(({ threadId }) => threadId)
    expect(first).not.toBe(second)
    for (const [n, threadId] of values) expect(threadId).toBe((n as number) % 2 === 0 ? first : second)
  })

  it('may be more than threads', async () => {
    const numbers = Array.from({ length: 50 }, (_, i) => i)
    const branches: Branch<[unknown, string]>[] = []
    const values = await valuesOf(
      from(numbers).pipe(
        fanOut(tasks.threadOf, { branches: 5, route: 'roundRobin' }),
        mergeMap((branch) => {
          branches.push(branch)
          return branch
        }),
      ),
    )
    expect(branches.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4])
    expect(new Set(branches.map(({ threadId }) => threadId)).size).toBe(2)
    expect(values.map(([n]) => n as number).sort(byNumber)).toEqual(numbers)
    // Branch i is in thread i modulo their number.
    expect(branches[2]!.threadId).toBe(branches[0]!.threadId)
    expect(branches[3]!.threadId).toBe(branches[1]!.threadId)
  })

  it('may be fewer', async () => {
    const values = await valuesOf(range(0, 10).pipe(fanOut(tasks.threadOf, { branches: 1 }), fanIn()))
    expect(new Set(values.map(([, threadId]) => threadId)).size).toBe(1)
  })

  it('that nobody subscribes keep their values', async () => {
    const source = new Subject<number>()
    const branches: Branch<unknown>[] = []
    source.pipe(fanOut(tasks.pass, { route: 'roundRobin' })).subscribe((branch) => branches.push(branch))
    const first = valuesOf(branches[0]!)
    for (const n of [1, 2, 3, 4]) source.next(n)
    source.complete()
    expect(await first).toEqual([1, 3])
    expect(await valuesOf(branches[1]!)).toEqual([2, 4])
  })

  it('can be subscribed once', async () => {
    const [branch] = await valuesOf(of(1).pipe(fanOut(tasks.pass, { branches: 1 })))
    expect(await valuesOf(branch!)).toEqual([1])
    expect((await outcomeOf(branch!)).error.message).toContain('once')
  })

  it('start anew with each subscription of the fan-out', async () => {
    const result = of(1, 2, 3).pipe(fanOut(tasks.runningSum, { branches: 1 }), fanIn())
    expect(await valuesOf(result)).toEqual([1, 3, 6])
    expect(await valuesOf(result)).toEqual([1, 3, 6])
  })

  it('of several fan-outs share the threads', async () => {
    const results = await Promise.all(
      [1, 2, 3].map((k) =>
        valuesOf(
          range(0, 100).pipe(
            map((n) => n * k),
            fanOut(tasks.pass, { branches: 1 }),
            fanIn(),
          ),
        ),
      ),
    )
    expect(results).toEqual([1, 2, 3].map((k) => Array.from({ length: 100 }, (_, n) => n * k)))
  })

  it('may follow one another in a chain', async () => {
    const values = await valuesOf(
      range(1, 100).pipe(
        fanOut(tasks.twice, { route: 'roundRobin' }),
        fanIn(),
        fanOut(tasks.pass, { route: 'roundRobin' }),
        fanIn(),
      ),
    )
    expect((values as number[]).sort(byNumber)).toEqual(
      Array.from({ length: 200 }, (_, i) => Math.floor(i / 2) + 1),
    )
  })
})

describe('route', () => {
  const numbers = Array.from({ length: 300 }, (_, i) => i)
  const byThread = async (route: any, source: Observable<number> = from(numbers)) => {
    const values = await valuesOf(source.pipe(fanOut(tasks.threadOf, { route }), fanIn()))
    const threads = new Map<string, number[]>()
    for (const [n, threadId] of values) threads.set(threadId, [...(threads.get(threadId) ?? []), n as number])
    return [...threads.values()]
  }

  it.each([
    ['plain', () => from(numbers)],
    ['pulled', () => pull(numbers)],
  ] as const)("'roundRobin' takes each branch in turn (%s)", async (_name, source) => {
    const [a, b] = await byThread('roundRobin', source())
    expect([a, b].sort((x, y) => x![0]! - y![0]!)).toEqual([
      numbers.filter((n) => n % 2 === 0),
      numbers.filter((n) => n % 2 === 1),
    ])
  })

  it("'broadcast' gives each value to every branch", async () => {
    expect(await byThread('broadcast')).toEqual([numbers, numbers])
    expect(await byThread('broadcast', pull(numbers))).toEqual([numbers, numbers])
  })

  it("'balance' gives each value to one branch", async () => {
    for (const source of [from(numbers), pull(numbers)]) {
      const threads = await byThread('balance', source)
      expect(threads.flat().sort(byNumber)).toEqual(numbers)
    }
  })

  it("'balance' goes around a branch that is busy", async () => {
    const gate = new Gate()
    const free = new Gate()
    free.open()
    const items = [gate, ...Array.from({ length: 60 }, () => free)].map(({ cells }, value) => ({
      cells,
      value,
    }))
    const values: number[] = []
    const done = pull(items)
      .pipe(fanOut(tasks.hold), fanIn())
      .forEach((value) => void values.push(value))
    // Few may stand in line behind the one that is held.
    await until('most have passed by', () => values.length >= 40)
    expect(values).not.toContain(0)
    gate.open()
    await done
    expect(values.sort(byNumber)).toEqual(items.map(({ value }) => value))
  })

  it('by a key gives values of one key to one branch, in their order', async () => {
    const threads = await byThread((n: number) => n % 7, pull(numbers))
    expect(threads.flat().sort(byNumber)).toEqual(numbers)
    for (let key = 0; key < 7; key++) {
      const having = threads.filter((values) => values.some((n) => n % 7 === key))
      expect(having).toHaveLength(1)
      expect(having[0]!.filter((n) => n % 7 === key)).toEqual(numbers.filter((n) => n % 7 === key))
    }
  })

  it('that throws fails every branch', async () => {
    const route = () => {
      throw new Error('of route')
    }
    const { error } = await outcomeOf(of(1).pipe(fanOut(tasks.pass, { route }), fanIn({ errors: 'last' })))
    expect(error.errors).toEqual([new Error('of route'), new Error('of route')])
  })
})

describe('a task instead of a stage', () => {
  it('runs once an item, in the thread of its branch, in order', async () => {
    const values = await valuesOf(
      range(0, 100).pipe(
        fanOut(tasks.threadId, { route: 'roundRobin' }),
        mergeMap((branch) => branch.pipe(map(([n, threadId]) => [n, threadId, branch.index] as const))),
      ),
    )
    const threads = [0, 1].map((index) => values.filter(([, , at]) => at === index))
    for (const [index, own] of threads.entries()) {
      expect(own.map(([n]) => n)).toEqual(Array.from({ length: 50 }, (_, i) => 2 * i + index))
      expect(new Set(own.map(([, threadId]) => threadId)).size).toBe(1)
    }
  })

  it('may emit many', async () => {
    expect(await valuesOf(of(2, 3).pipe(fanOut(tasks.upTo, { branches: 1 }), fanIn()))).toEqual([
      1, 2, 1, 2, 3,
    ])
  })

  it('completes with an empty source', async () => {
    expect(await valuesOf(from<number[]>([]).pipe(fanOut(tasks.double), fanIn()))).toEqual([])
  })

  it('that throws fails its branch, after its values', async () => {
    const { values, error } = await outcomeOf(
      range(1, 5).pipe(fanOut(tasks.taskFailAt3, { branches: 1 }), fanIn()),
    )
    expect(values).toEqual([1, 2])
    expect(error).toEqual(new RangeError('failed at 3'))
  })

  it("emits the source's error", async () => {
    const { error } = await outcomeOf(
      throwError(() => new Error('of the source')).pipe(fanOut(tasks.double), fanIn()),
    )
    expect(error).toEqual(new Error('of the source'))
  })
})

describe('backpressure', () => {
  /** Counts how far a source is read. */
  function counted<T>(item: (n: number) => T, length = Number.POSITIVE_INFINITY) {
    const reads = { count: 0, ended: 0 }
    function* items() {
      try {
        for (let n = 0; n < length; n++) {
          reads.count++
          yield item(n)
        }
      } finally {
        reads.ended++
      }
    }
    return { source: pull(items()), reads }
  }

  it('reads a source only boundedly ahead of a stage that is held', async () => {
    const gate = new Gate()
    const { source, reads } = counted((value) => ({ cells: gate.cells, value }))
    const result = valuesOf(source.pipe(fanOut(tasks.hold), fanIn(), take(500)))
    await gate.untilStarted(2)
    const ahead = reads.count
    expect(ahead).toBeLessThan(100)
    gate.open()
    expect(await result).toHaveLength(500)
    expect(reads.count).toBeGreaterThan(ahead)
    expect(reads.ended).toBe(1)
  })

  it('reads a source only boundedly ahead of a task that is held', async () => {
    const gate = new Gate()
    const { source, reads } = counted((value) => ({ cells: gate.cells, value }), 200)
    const result = valuesOf(source.pipe(fanOut(tasks.holdTask), fanIn()))
    await gate.untilStarted(2)
    expect(reads.count).toBeLessThan(100)
    gate.open()
    expect((await result).sort(byNumber)).toEqual(Array.from({ length: 200 }, (_, i) => i))
  })

  it("pauses for the slowest branch with 'broadcast'", async () => {
    const gate = new Gate()
    const free = new Gate()
    free.open()
    const { source, reads } = counted((value) => ({ cells: gate.cells, value }), 300)
    const counts = [0, 0]
    const done = source
      .pipe(
        fanOut(tasks.hold, { route: 'broadcast' }),
        mergeMap((branch) => branch.pipe(map(() => counts[branch.index]!++))),
      )
      .forEach(() => {})
    await gate.untilStarted(2)
    expect(reads.count).toBeLessThan(100)
    gate.open()
    await done
    expect(counts).toEqual([300, 300])
  })

  it('stops a stage that emits more than is taken', async () => {
    const gate = new Gate()
    const holding = new Gate()
    const result = valuesOf(
      of({ cells: gate.cells, length: 20_000 }).pipe(
        fanOut(tasks.flood, { branches: 1 }),
        fanIn(),
        map((value) => ({ cells: holding.cells, value })),
        // In the other thread, where the first value is held.
        fanOut(tasks.hold, { branches: 1 }),
        fanIn(),
      ),
    )
    await holding.untilStarted(1)
    // The stage's window and what waits behind it fill up; nothing more is made then.
    await until('the stage has stopped', () => isSteady(() => gate.started))
    expect(gate.started).toBeLessThan(10_000)
    holding.open()
    expect(await result).toEqual(Array.from({ length: 20_000 }, (_, i) => i))
  })
})

/** Whether a number has been the same each time that it was asked for in a while. */
const isSteady = (() => {
  let last = Number.NaN
  let times = 0
  return (number: () => number) => {
    const now = number()
    times = now === last ? times + 1 : 0
    last = now
    return times > 20
  }
})()

describe('a fan-in in an order over a fan-out of one source', () => {
  const numbers = Array.from({ length: 2000 }, (_, i) => i)
  const skewed = (n: number) => (n % 97 === 0 ? n : 'most')

  it.each([
    ['a key', skewed],
    ['one key only', () => 'all'],
    ['roundRobin', 'roundRobin'],
    ['balance', 'balance'],
  ] as const)('does not block itself, sorted (route: %s)', async (_name, route) => {
    const sorted = await valuesOf(
      pull(numbers).pipe(
        fanOut(tasks.passSlowly, { route: route as any, branches: 4 }),
        fanIn({ order: byNumber }),
      ),
    )
    expect(sorted).toEqual(numbers)
  })

  it.each([
    ['a key', skewed],
    ['one key only', () => 'all'],
    ['roundRobin', 'roundRobin'],
  ] as const)('does not block itself, in turns (route: %s)', async (_name, route) => {
    const values = await valuesOf(
      pull(numbers).pipe(
        fanOut(tasks.passSlowly, { route: route as any, branches: 4 }),
        fanIn({ order: 'roundRobin' }),
      ),
    )
    if (route === 'roundRobin') expect(values).toEqual(numbers)
    else expect(values.sort(byNumber)).toEqual(numbers)
  })

  it('does not block itself with tasks', async () => {
    const sorted = await valuesOf(
      pull(numbers).pipe(fanOut(tasks.double, { route: skewed, branches: 4 }), fanIn({ order: byNumber })),
    )
    expect(sorted).toEqual(numbers.map((n) => n * 2))
  })
})

function* naturals() {
  for (let n = 0; ; n++) yield n
}
