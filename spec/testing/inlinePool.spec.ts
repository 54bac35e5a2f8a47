import type { Observable } from 'rxjs'
import { EMPTY, map, of, Subject, switchMap, take, throwError, toArray } from 'rxjs'
import {
  CloneError,
  fanIn,
  fanOut,
  fromTask,
  PoolClosedError,
  parallelMap,
  pull,
  TaskTimeoutError,
  toAsyncIterable,
  WorkerCrashError,
} from 'rxjs-parallel'
import { cloneCheck, inlinePool } from 'rxjs-parallel/testing'
import { describe, expect, it } from 'vitest'
import * as module from '../fixtures/inline.worker.js'
import worker, { aborted, Money } from '../fixtures/inline.worker.js'
import { marbles } from '../support/marbles.js'
import { rejection, thrownBy } from '../support/outcome.js'

/** What a stream has emitted so far: all of it at once, where it is synchronous. */
function recorded<T>(stream: Observable<T>) {
  const record = { values: [] as T[], completed: false, error: undefined as any }
  stream.subscribe({
    next: (value) => record.values.push(value),
    error: (error) => {
      record.error = error
    },
    complete: () => {
      record.completed = true
    },
  })
  return record
}

describe('an inline pool', () => {
  const pool = inlinePool(worker)
  const { tasks } = pool

  it('answers at once', () => {
    const doubled = recorded(of(1, 2, 3).pipe(parallelMap(tasks.double)))
    expect(doubled).toEqual({ values: [2, 4, 6], completed: true, error: undefined })
    expect(recorded(of(3, 1).pipe(parallelMap(tasks.upTo))).values).toEqual([1, 2, 3, 1])
    expect(recorded(fromTask(tasks.upTo, 3)).values).toEqual([1, 2, 3])
    expect(
      recorded(of([2, 3] as [number, number]).pipe(parallelMap(tasks.pow, { spread: true }))).values,
    ).toEqual([8])
    const chain = pull([1, 2, 3]).pipe(
      parallelMap(tasks.double),
      parallelMap(tasks.upTo),
      parallelMap(tasks.double),
    )
    expect(recorded(chain).values).toEqual([2, 4, 2, 4, 6, 8, 2, 4, 6, 8, 10, 12])
    expect(recorded(EMPTY.pipe(parallelMap(tasks.double))).completed).toBe(true)
  })

  it('answers each value as it comes', () => {
    const source = new Subject<number>()
    const { values } = recorded(source.pipe(parallelMap(tasks.double)))
    source.next(1)
    expect(values).toEqual([2])
    source.next(2)
    expect(values).toEqual([2, 4])
  })

  it('reads no further than is wanted', () => {
    let read = 0
    const counted = (function* () {
      for (;;) yield read++
    })()
    expect(recorded(pull(counted).pipe(parallelMap(tasks.double), take(2))).values).toEqual([0, 2])
    expect(read).toBeLessThan(6)
  })

  it('answers tasks that wait later, and runs', async () => {
    expect(await pool.run(tasks.later, 4)).toBe(8)
    expect(await pool.run(tasks.pow, 2, 10)).toBe(1024)
    expect((await rejection(pool.run(tasks.fail, 'no'))).message).toBe('no')
    const results = []
    for await (const each of toAsyncIterable(pull([1, 2, 3]).pipe(parallelMap(tasks.later))))
      results.push(each)
    expect(results).toEqual([2, 4, 6])
  })

  it('copies what goes to a task and comes from it, as on the way to a thread', () => {
    const list = [1]
    const { values } = recorded(of(list, list).pipe(parallelMap(tasks.touch)))
    expect(values).toEqual([
      [1, 0],
      [1, 0],
    ])
    expect(list).toEqual([1])
    const [money] = recorded(of(3).pipe(parallelMap(tasks.money))).values
    expect(money).toEqual({ amount: 3 })
    expect(money).not.toBeInstanceOf(Money)
    expect(recorded(of(8).pipe(parallelMap(tasks.bytes))).values).toEqual([new Uint8Array(8)])
  })

  it('fails where a thread would', () => {
    const uncloneable = { on: { done() {} } }
    const { error } = recorded(of(1, uncloneable).pipe(parallelMap(tasks.identity)))
    expect(error).toBeInstanceOf(CloneError)
    expect(error.message).toBe("items[1].on.done is a function and can't be sent to a thread")
    expect(error.path).toBe('items[1].on.done')
    const result = recorded(of(1, 2, 3).pipe(parallelMap(tasks.uncloneable)))
    expect(result.values).toEqual([{ n: 1 }])
    expect(result.error.message).toBe("result.f is a function and can't be sent from a thread")
  })

  it('brings errors as threads do', () => {
    const { error } = recorded(of('no').pipe(parallelMap(tasks.fail)))
    expect(error).toBeInstanceOf(RangeError)
    expect(error.message).toBe('no')
    const replaced = of('a', 'b').pipe(parallelMap(tasks.fail, { onError: (_error, value) => of(value) }))
    expect(recorded(replaced).values).toEqual(['a', 'b'])
    const failing = throwError(() => 'of the source')
    expect(recorded(failing.pipe(parallelMap(tasks.identity))).error).toBe('of the source')
  })

  it('has branches, threads and stages', async () => {
    const pool = inlinePool(worker, { threads: 3, name: 'trio' })
    expect(pool.size).toBe(3)
    const names = recorded(
      of(1, 2, 3).pipe(fanOut(pool.tasks.threadId, { route: 'roundRobin' }), fanIn()),
    ).values
    expect(new Set(names).size).toBe(3)
    for (const name of names) expect(name).toMatch(/\/trio-[123]$/)
    const sums = of(1, 2, 3, 4).pipe(fanOut(pool.tasks.runningSum, { route: (n) => n % 2 }), fanIn())
    expect(recorded(sums).values.sort()).toEqual([1, 2, 4, 6])
  })

  it('tells its stats and events, and closes', async () => {
    const pool = inlinePool(worker, { threads: 2 })
    const events: string[] = []
    pool.events$.subscribe(({ type }) => events.push(type))
    await pool.ready()
    recorded(of(1, 2).pipe(parallelMap(pool.tasks.double)))
    expect(pool.stats).toMatchObject({ done: 2, failed: 0, inFlight: 0, queued: 0 })
    await pool.resize(1)
    expect(pool.size).toBe(1)
    await pool.close()
    expect(events).toEqual(['started', 'started', 'stopped', 'stopped'])
    expect(await rejection(pool.run(pool.tasks.double, 1))).toBeInstanceOf(PoolClosedError)
  })

  it('stops what runs when it is terminated', async () => {
    const pool = inlinePool(worker)
    const stopped = recorded(of('by terminate').pipe(parallelMap(pool.tasks.untilAborted)))
    await pool.terminate()
    expect(stopped.error).toBeInstanceOf(PoolClosedError)
    expect(aborted).toContain('by terminate')
  })

  it('takes the module as well', () => {
    expect(recorded(of(1).pipe(parallelMap(inlinePool(module).tasks.double))).values).toEqual([2])
  })

  it.each([
    [undefined, {}, 'expected what a worker module exposes, an object of functions, got undefined'],
    [() => {}, {}, 'expected what a worker module exposes, an object of functions, got a function'],
    [{ a: 1 }, {}, 'a is a number; everything that is exposed must be a function'],
    [worker, { size: 2 }, "there is no option 'size'"],
    [worker, { threads: 0 }, 'threads must be a whole number of at least 1, got 0'],
    [worker, { cost: 3 }, 'cost must be a function, got 3'],
    [worker, { name: 3 }, 'name must be a string'],
  ])('refuses %o with %o', (tasks, options, message) => {
    expect(thrownBy(() => inlinePool(tasks as never, options as never)).message).toContain(message)
  })

  it('says what is wrong with a cost', () => {
    const pool = inlinePool(worker, { cost: () => 'long' as never })
    const { error } = recorded(of(1).pipe(parallelMap(pool.tasks.double)))
    expect(error.message).toBe(
      'inlinePool: cost must return a number of milliseconds of at least 0, got long',
    )
  })
})

describe('an inline pool in virtual time', () => {
  const values = { a: 1, b: 2, c: 3, x: 2, y: 4, z: 6, e: 5, f: 10 }

  it('answers in the same frame', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const pool = inlinePool(worker)
      const source = cold(' -a-b-c|', values)
      const expected = '    -x-y-z|'
      expectObservable(source.pipe(parallelMap(pool.tasks.double))).toBe(expected, values)
      expectSubscriptions(source.subscriptions).toBe('^-----!')
    })
  })

  it('has threads whose items take time', () => {
    marbles(({ cold, expectObservable }) => {
      // One thread has a, for a frame; the other c, for three; the first then b, for two.
      const source = cold('(acb|)', values)
      const inOrder = '    -x-(zy|)'
      const asTheyCome = ' -x-(zy|)'
      const cost = (n: number) => n
      const ordered = inlinePool(worker, { threads: 2, cost })
      expectObservable(source.pipe(parallelMap(ordered.tasks.double))).toBe(inOrder, values)
      const pool = inlinePool(worker, { threads: 2, cost })
      expectObservable(source.pipe(parallelMap(pool.tasks.double, { ordered: false }))).toBe(
        asTheyCome,
        values,
      )
    })
  })

  it('keeps the order, or does not', () => {
    marbles(({ cold, expectObservable }) => {
      const source = cold('(eb|)', values)
      const cost = (n: number) => n
      const pool = inlinePool(worker, { threads: 2, cost })
      expectObservable(source.pipe(parallelMap(pool.tasks.double))).toBe('-----(fy|)', values)
      const other = inlinePool(worker, { threads: 2, cost })
      expectObservable(source.pipe(parallelMap(other.tasks.double, { ordered: false }))).toBe(
        '--y--(f|)',
        values,
      )
    })
  })

  it('runs one after the other what computes in a thread, and side by side what waits there', () => {
    marbles(({ cold, expectObservable }) => {
      const source = cold('(bb|)', values)
      const computing = inlinePool(worker, { cost: () => 2, concurrency: 2 })
      expectObservable(source.pipe(parallelMap(computing.tasks.double))).toBe('--y-(y|)', values)
      const waiting = inlinePool(worker, { delay: () => 2, concurrency: 2 })
      expectObservable(source.pipe(parallelMap(waiting.tasks.double))).toBe('--(yy|)', values)
    })
  })

  it('reads no further than the threads work', () => {
    marbles(({ expectObservable, flush }) => {
      let read = 0
      const counted = (function* () {
        for (; read < 100; read++) yield 1
      })()
      const pool = inlinePool(worker, { cost: () => 1 })
      expectObservable(pull(counted).pipe(parallelMap(pool.tasks.double)), '----!').toBe('-xxx', values)
      flush()
      expect(read).toBeLessThan(10)
    })
  })

  it('answers a batch together', () => {
    marbles(({ cold, expectObservable }) => {
      const pool = inlinePool(worker, { cost: (n: number) => n })
      const batched = cold('(aae|)', values).pipe(parallelMap(pool.tasks.double, { batch: 2 }))
      expectObservable(batched).toBe('--(xx)-(f|)', values)
    })
  })

  it('runs failed items again, after a while', () => {
    marbles(({ cold, expectObservable }) => {
      const pool = inlinePool(worker, { cost: () => 1 })
      const tries = cold('(a|)', { a: 'no' })
      const retry = { count: 2, delay: 4 }
      // Three tries of a frame each, with four frames between them.
      const result = tries.pipe(parallelMap(pool.tasks.fail, { retry, onError: () => of('given up') }))
      expectObservable(result).toBe('11ms (g|)', { g: 'given up' })
    })
  })

  it('limits the time of an item', () => {
    marbles(({ cold, expectObservable }) => {
      const pool = inlinePool(worker, { cost: (n: number) => n * 10 })
      const options = { timeout: 25, onError: (error: unknown) => of(error instanceof TaskTimeoutError) }
      const result = cold('(ac|)', values).pipe(parallelMap(pool.tasks.double, options))
      expectObservable(result).toBe('10ms x 24ms (t|)', { x: 2, t: true })
    })
  })

  it('ends what hangs at its timeout, and what was behind it runs elsewhere', () => {
    marbles(({ cold, expectObservable }) => {
      const pool = inlinePool(worker, { hang: (n: number) => n === 1 })
      const types: string[] = []
      pool.events$.subscribe(({ type }) => types.push(type))
      const options = { timeout: 50, onError: (error: unknown) => of(error instanceof TaskTimeoutError) }
      const ended = cold('(abc|)', values).pipe(parallelMap(pool.tasks.double, options), toArray())
      // As in a thread: a tenth of a second later than it should have ended by itself.
      expectObservable(ended.pipe(map(String))).toBe('160ms (r|)', { r: 'true,4,6' })
      cold('200ms |').subscribe({ complete: () => expect(types).toEqual(['started', 'crashed', 'replaced']) })
    })
  })

  it('ends a thread whose item hangs past its cancellation', () => {
    marbles(({ cold, expectObservable }) => {
      const pool = inlinePool(worker, { hang: (n: number) => n === 1 })
      expectObservable(cold('a', values).pipe(parallelMap(pool.tasks.double)), '10ms !').toBe('-')
      const after = cold('20ms (b|)', values).pipe(parallelMap(pool.tasks.double))
      expectObservable(after).toBe('1010ms (y|)', values)
    })
  })

  it('crashes where it is told to', () => {
    marbles(({ cold, expectObservable }) => {
      const pool = inlinePool(worker, { crashOn: (n: number) => n === 2 })
      const what = (error: any) => of(error instanceof WorkerCrashError && error.value)
      const result = cold('(abc|)', values).pipe(parallelMap(pool.tasks.double, { onError: what }), toArray())
      expectObservable(result).toBe('(r|)', { r: [2, 2, 6] })
      let deaths = 0
      const recovering = inlinePool(worker, { crashOn: (n: number) => n === 2 && deaths++ === 0 })
      const again = cold('(abc|)', values).pipe(parallelMap(recovering.tasks.double, { retry: 1 }), toArray())
      expectObservable(again).toBe('(r|)', { r: [2, 4, 6] })
    })
  })

  it('says which item a thread crashed at', () => {
    const pool = inlinePool(worker, { crashOn: (n: number) => n === 2 })
    const { error } = recorded(of(1, 2).pipe(parallelMap(pool.tasks.double)))
    expect(error).toBeInstanceOf(WorkerCrashError)
    expect(error.message).toMatch(
      /^thread .*\/inline-1 died \(exit code 1\) while it ran 'double' for items\[1\]: /,
    )
    expect(error).toMatchObject({ exitCode: 1, value: 2 })
  })

  it('runs stages and what tasks return by the same time', () => {
    marbles(({ cold, expectObservable }) => {
      const pool = inlinePool(worker, { threads: 2 })
      const source = cold('a-b-c|', values)
      const sums = source.pipe(fanOut(pool.tasks.runningSum, { branches: 1 }), fanIn())
      expectObservable(sums).toBe('a-c-z|', values)
      expectObservable(of(1).pipe(parallelMap(pool.tasks.ticks), take(3))).toBe('-a-b-(c|)', values)
    })
  })

  it('is unsubscribed with its source', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const pool = inlinePool(worker, { cost: () => 3 })
      const source = cold('a--b--c--|', values)
      expectObservable(source.pipe(parallelMap(pool.tasks.double)), '-----!').toBe('---x--', values)
      expectSubscriptions(source.subscriptions).toBe('^----!')
    })
  })

  it('is free for the next item as soon as one is given up', () => {
    marbles(({ cold, expectObservable }) => {
      const pool = inlinePool(worker, { cost: () => 3 })
      const source = cold('a-b-c---a|', values)
      const expected = '   -------z---(x|)'
      const latest = source.pipe(switchMap((n) => of(n).pipe(parallelMap(pool.tasks.double))))
      expectObservable(latest).toBe(expected, values)
    })
  })

  it('fails with its source, at once', () => {
    marbles(({ cold, expectObservable }) => {
      const pool = inlinePool(worker, { cost: () => 3 })
      const source = cold('a--b-#', values)
      expectObservable(source.pipe(parallelMap(pool.tasks.double))).toBe('---x-#', values)
    })
  })
})

describe('cloneCheck', () => {
  it('returns what would arrive', () => {
    const value = { at: new Date(0), tags: new Set(['new']), money: new Money(3) }
    const copy = cloneCheck(value)
    expect(copy).toEqual({ ...value, money: { amount: 3 } })
    expect(copy.money).not.toBeInstanceOf(Money)
    expect(copy).not.toBe(value)
  })

  it('says what would not', () => {
    const error = thrownBy(() => cloneCheck({ price: 3, on: [{ done() {} }] }))
    expect(error).toBeInstanceOf(CloneError)
    expect(error.message).toBe("value.on[0].done is a function and can't be sent to a thread")
  })
})
