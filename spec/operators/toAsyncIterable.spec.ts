import { Readable } from 'node:stream'
import {
  concat,
  concatMap,
  defer,
  EMPTY,
  filter,
  from,
  map,
  mergeMap,
  NEVER,
  Observable,
  of,
  pipe,
  range,
  Subject,
  tap,
  throwError,
} from 'rxjs'
import type { PullSource, ToAsyncIterableOptions } from 'rxjs-parallel'
import { fanIn, fanOut, parallelMap, pull, toAsyncIterable } from 'rxjs-parallel'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ordinaryValues } from '../support/ordinaryValues.js'
import { rejection, thrownBy } from '../support/outcome.js'
import { tasksPool } from '../support/pools.js'
import { until } from '../support/until.js'

const done = { done: true, value: undefined }
const next = (value: unknown) => ({ done: false, value })
const thrown = new Error('of the source')

/** A loop's iterator, which has all methods. */
function iterate<T>(source: Observable<T>, options?: ToAsyncIterableOptions) {
  return toAsyncIterable(source, options)[Symbol.asyncIterator]() as Required<AsyncIterator<T>>
}

async function allOf<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const values: T[] = []
  for await (const value of iterable) values.push(value)
  return values
}

/** A source whose subscriptions are counted. */
function watched<T>(source: Observable<T>) {
  const counts = { subscribed: 0, unsubscribed: 0 }
  const stream = new Observable<T>((subscriber) => {
    counts.subscribed++
    subscriber.add(() => counts.unsubscribed++)
    subscriber.add(source.subscribe(subscriber))
  })
  return { stream, counts }
}

describe('toAsyncIterable', () => {
  it('gives the values of a source that emits all while it is subscribed', async () => {
    expect(await allOf(toAsyncIterable(of(1, 2, 3)))).toEqual([1, 2, 3])
  })

  it('takes its source, or stands last in a pipe', async () => {
    const text = map((n: number) => `${n}`)
    expect(await allOf(toAsyncIterable()(of(1, 2)))).toEqual([1, 2])
    expect(await allOf(pipe(text, toAsyncIterable({ size: 1 }))(pull([1, 2])))).toEqual(['1', '2'])
    // What the types of RxJS 7 don't know works all the same.
    const iterable: unknown = pull([1, 2]).pipe(text, toAsyncIterable() as never)
    expect(await allOf(iterable as AsyncIterable<string>)).toEqual(['1', '2'])
  })

  it('gives values that come later', async () => {
    const source = new Subject<number>()
    const iterator = iterate(source)
    for (const n of [1, 2, 3]) {
      const answer = iterator.next()
      source.next(n)
      expect(await answer).toEqual(next(n))
    }
    const last = iterator.next()
    source.complete()
    expect(await last).toEqual(done)
  })

  it('keeps what comes before it is asked for', async () => {
    const source = new Subject<number>()
    const iterator = iterate(source)
    const first = iterator.next()
    for (const n of [1, 2, 3]) source.next(n)
    source.complete()
    expect(await first).toEqual(next(1))
    expect(await iterator.next()).toEqual(next(2))
    expect(await iterator.next()).toEqual(next(3))
    expect(await iterator.next()).toEqual(done)
  })

  it('ends at once with an empty source', async () => {
    expect(await allOf(toAsyncIterable(EMPTY))).toEqual([])
  })

  it('takes ordinary values for what they are', async () => {
    expect(await allOf(toAsyncIterable(from(ordinaryValues)))).toStrictEqual(ordinaryValues)
    const waiting = concat(of(0), from(ordinaryValues), NEVER)
    const iterator = iterate(waiting)
    await iterator.next()
    for (const value of ordinaryValues) expect(await iterator.next()).toStrictEqual(next(value))
    await iterator.return()
  })

  it('throws the error of the source, after the values that wait', async () => {
    const iterator = iterate(
      concat(
        of(1, 2),
        throwError(() => thrown),
      ),
    )
    expect(await iterator.next()).toEqual(next(1))
    expect(await iterator.next()).toEqual(next(2))
    expect(await rejection(iterator.next())).toBe(thrown)
    expect(await iterator.next()).toEqual(done)
  })

  it('throws an error that comes when a value is asked for', async () => {
    expect(await rejection(iterate(throwError(() => thrown)).next())).toBe(thrown)
    const source = new Subject<number>()
    const iterator = iterate(source)
    const answer = iterator.next()
    source.error(thrown)
    expect(await rejection(answer)).toBe(thrown)
    expect(await iterator.next()).toEqual(done)
  })

  it('throws an error that is undefined', async () => {
    for (const source of [
      throwError(() => undefined),
      concat(
        of(1),
        throwError(() => undefined),
      ),
    ]) {
      const values: unknown[] = []
      const loop = async () => {
        for await (const value of toAsyncIterable(source)) values.push(value)
      }
      expect(await rejection(loop())).toBeUndefined()
    }
  })

  it('leaves an error that nobody asks for alone', async () => {
    const iterator = iterate(
      concat(
        of(1, 2),
        throwError(() => thrown),
      ),
    )
    expect(await iterator.next()).toEqual(next(1))
    // An unhandled rejection would fail the run.
    await new Promise((resolve) => setImmediate(resolve))
    expect(await iterator.return()).toEqual(done)
    expect(await iterator.next()).toEqual(done)
  })

  it('says the end as often as it is asked', async () => {
    for (const source of [EMPTY, of(1)]) {
      const iterator = iterate(source)
      while (!(await iterator.next()).done);
      expect([await iterator.next(), await iterator.next(), await iterator.return()]).toEqual([
        done,
        done,
        done,
      ])
    }
  })

  it('subscribes at the first next(), and each loop anew', async () => {
    const { stream, counts } = watched(of(1, 2))
    const iterable = toAsyncIterable(stream)
    const [one, other] = [iterable[Symbol.asyncIterator](), iterable[Symbol.asyncIterator]()]
    expect(counts.subscribed).toBe(0)
    await one.next()
    expect(counts.subscribed).toBe(1)
    await one.next()
    expect(counts.subscribed).toBe(1)
    expect(await other.next()).toEqual(next(1))
    expect(await other.next()).toEqual(next(2))
    expect(await one.next()).toEqual(done)
    expect(await other.next()).toEqual(done)
    expect(await allOf(iterable)).toEqual([1, 2])
    expect(counts).toEqual({ subscribed: 3, unsubscribed: 3 })
  })

  it('answers a value that waits in one turn', async () => {
    const iterator = iterate(of(1, 2, 3))
    await iterator.next()
    let answered = false
    iterator.next().then(() => (answered = true))
    await null
    expect(answered).toBe(true)
  })

  it('keeps many values, in their order, however they are taken', async () => {
    const count = 200_000
    const numbers = Array.from({ length: count }, (_, i) => i)
    expect(await allOf(toAsyncIterable(range(0, count)))).toEqual(numbers)

    const source = new Subject<number>()
    const iterator = iterate(source)
    const values: unknown[] = []
    const answers = [iterator.next()]
    for (let sent = 0; sent < 5000; ) {
      for (let i = 0; i < 7; i++) source.next(sent++)
      // Fewer than come, and then more.
      for (let i = 0; i < (sent < 3000 ? 5 : 12); i++) answers.push(iterator.next())
    }
    source.complete()
    for (const answer of answers) values.push((await answer).value)
    for (let last = await iterator.next(); !last.done; last = await iterator.next()) values.push(last.value)
    const sent = values.filter((value) => value !== undefined)
    expect(sent).toEqual(numbers.slice(0, sent.length))
    expect(sent.length).toBeGreaterThanOrEqual(5000)
  })
})

describe('leaving', () => {
  it('unsubscribes by break, and by what the loop throws', async () => {
    const { stream, counts } = watched(concat(of(1, 2, 3), NEVER))
    for await (const value of toAsyncIterable(stream)) if (value === 2) break
    expect(counts).toEqual({ subscribed: 1, unsubscribed: 1 })
    const loop = async () => {
      for await (const _ of toAsyncIterable(stream)) throw thrown
    }
    expect(await rejection(loop())).toBe(thrown)
    expect(counts).toEqual({ subscribed: 2, unsubscribed: 2 })
  })

  it('drops what waits', async () => {
    const iterator = iterate(concat(of(1, 2, 3), NEVER))
    expect(await iterator.next()).toEqual(next(1))
    expect(await iterator.return('left')).toEqual({ done: true, value: 'left' })
    expect(await iterator.next()).toEqual(done)
  })

  it('drops what waits after the source has ended, too', async () => {
    for (const end of [EMPTY, throwError(() => thrown)]) {
      const iterator = iterate(concat(of(1, 2, 3), end))
      expect(await iterator.next()).toEqual(next(1))
      expect(await iterator.return()).toEqual(done)
      expect(await iterator.next()).toEqual(done)
    }
  })

  it('takes no more of what the source emits', async () => {
    let emit: (n: number) => void = () => {}
    const source = new Observable<number>((subscriber) => {
      emit = (n) => subscriber.next(n)
    })
    const iterator = iterate(source)
    const first = iterator.next()
    emit(1)
    emit(2)
    expect(await first).toEqual(next(1))
    await iterator.return()
    emit(3)
    expect(await iterator.next()).toEqual(done)
  })

  it('answers those who still wait for a source that never emits', async () => {
    const { stream, counts } = watched(NEVER)
    const iterator = iterate(stream)
    const answers = [iterator.next(), iterator.next()]
    expect(await iterator.return()).toEqual(done)
    expect(await Promise.all(answers)).toEqual([done, done])
    expect(counts).toEqual({ subscribed: 1, unsubscribed: 1 })
  })

  it('before anything was asked for never subscribes', async () => {
    const { stream, counts } = watched(of(1))
    const iterator = iterate(stream)
    expect(await iterator.return()).toEqual(done)
    expect(await iterator.next()).toEqual(done)
    expect(counts.subscribed).toBe(0)
  })

  it('by throw() unsubscribes likewise, and throws what it was given', async () => {
    const { stream, counts } = watched(concat(of(1, 2), NEVER))
    const iterator = iterate(stream)
    await iterator.next()
    expect(await rejection(iterator.throw(thrown))).toBe(thrown)
    expect(await iterator.next()).toEqual(done)
    expect(counts).toEqual({ subscribed: 1, unsubscribed: 1 })
  })

  it('ends the iterator that pull reads', async () => {
    let ended = 0
    function* numbers() {
      try {
        for (let n = 0; n < 1_000_000; n++) yield n
      } finally {
        ended++
      }
    }
    for await (const n of toAsyncIterable(pull(numbers()))) if (n === 10) break
    expect(ended).toBe(1)
  })

  it('fails with what the teardown throws, and answers all', async () => {
    const iterator = iterate(
      new Observable(() => () => {
        throw thrown
      }),
    )
    const answer = iterator.next()
    expect((await rejection(iterator.return())).errors).toEqual([thrown])
    expect(await answer).toEqual(done)
  })
})

describe('calls of next() at once', () => {
  it('are answered in their order', async () => {
    const source = new Subject<number>()
    const iterator = iterate(source)
    const order: number[] = []
    const answers = [0, 1, 2].map(async (call) => {
      const { value } = await iterator.next()
      order.push(call)
      return value
    })
    for (const n of [10, 11, 12]) source.next(n)
    expect(await Promise.all(answers)).toEqual([10, 11, 12])
    expect(order).toEqual([0, 1, 2])
  })

  it('are answered in their order by a source that emits all while it is subscribed', async () => {
    const iterator = iterate(of(1, 2))
    const answers = [iterator.next(), iterator.next(), iterator.next(), iterator.next()]
    expect(await Promise.all(answers)).toEqual([next(1), next(2), done, done])
  })

  it('all learn of the end', async () => {
    const source = new Subject<number>()
    const iterator = iterate(source)
    const answers = [iterator.next(), iterator.next(), iterator.next()]
    source.next(1)
    source.complete()
    expect(await Promise.all(answers)).toEqual([next(1), done, done])
  })

  it('learn of an error once', async () => {
    const source = new Subject<number>()
    const iterator = iterate(source)
    const [first, second, third] = [iterator.next(), rejection(iterator.next()), iterator.next()]
    source.next(1)
    source.error(thrown)
    expect(await first).toEqual(next(1))
    expect(await second).toBe(thrown)
    expect(await third).toEqual(done)
  })
})

describe('from within the source', () => {
  it('next() comes after the one that subscribes it', async () => {
    let inner: Promise<unknown> | undefined
    const iterator = iterate(
      defer(() => {
        inner = iterator.next()
        return of(1, 2, 3)
      }),
    )
    expect(await iterator.next()).toEqual(next(1))
    expect(await inner).toEqual(next(2))
    expect(await iterator.next()).toEqual(next(3))
  })

  it('next() comes after the one that makes room', async () => {
    const inner: Promise<unknown>[] = []
    const iterator = iterate(
      pull([0, 1, 2, 3, 4]).pipe(
        tap((n) => {
          if (n === 3) inner.push(iterator.next())
        }),
      ),
      { size: 1 },
    )
    for (const n of [0, 1, 2]) expect(await iterator.next()).toEqual(next(n))
    expect(await inner[0]).toEqual(next(3))
    expect(await iterator.next()).toEqual(next(4))
    expect(await iterator.next()).toEqual(done)
  })

  it('return() stops it', async () => {
    let emitted = 0
    const long = new Observable<number>((subscriber) => {
      while (!subscriber.closed && emitted < 1000) {
        subscriber.next(emitted++)
        if (emitted === 3) iterator.return()
      }
    })
    const iterator = iterate(long)
    expect(await iterator.next()).toEqual(next(0))
    expect(await iterator.next()).toEqual(done)
    expect(emitted).toBe(3)
  })
})

/** Numbers, or what is made of them: how many were read, and how far ahead of those that were asked for. */
function counted<T = number>(count = 100, make = (n: number) => n as T) {
  const reads = { count: 0, asked: 0, ahead: 0 }
  function* values() {
    for (let n = 0; n < count; n++) {
      reads.count++
      reads.ahead = Math.max(reads.ahead, reads.count - reads.asked)
      yield make(n)
    }
  }
  return { values, reads }
}

/** Takes what the iterator gives, and counts how often it is asked. */
function asking<T>(iterator: AsyncIterator<T>, reads: { asked: number }) {
  const ask = () => {
    reads.asked++
    return iterator.next()
  }
  const rest = async () => {
    const values: T[] = []
    for (let result = await ask(); !result.done; result = await ask()) values.push(result.value)
    return values
  }
  return { ask, rest }
}

const numbers = (count = 100) => Array.from({ length: count }, (_, i) => i)

describe('a source that is pulled', () => {
  it.each([1, 2, 3, 10, 99])('is read no further ahead than size (%i)', async (size) => {
    const { values, reads } = counted()
    const { ask, rest } = asking(iterate(pull(values()), { size }), reads)
    expect(await ask()).toEqual(next(0))
    expect(reads.count).toBe(1 + size)
    expect(await rest()).toEqual(numbers().slice(1))
    expect(reads.ahead).toBe(size)
  })

  it('is read again when half of them were taken', async () => {
    const { values, reads } = counted()
    const { ask } = asking(iterate(pull(values()), { size: 4 }), reads)
    const counts: number[] = []
    for (let i = 0; i < 7; i++) {
      await ask()
      counts.push(reads.count)
    }
    expect(counts).toEqual([5, 5, 7, 7, 9, 9, 11])
  })

  it('is read by default until 1024 wait', async () => {
    const { values, reads } = counted(5000)
    const { ask, rest } = asking(iterate(pull(values())), reads)
    await ask()
    expect(reads.count).toBe(1025)
    expect(await rest()).toHaveLength(4999)
    expect(reads.ahead).toBe(1024)
  })

  it('is read to its end without bounds', async () => {
    const { values, reads } = counted(5000)
    const iterator = iterate(pull(values()), {
      size: Number.POSITIVE_INFINITY,
      bytes: Number.POSITIVE_INFINITY,
    })
    await iterator.next()
    expect(reads.count).toBe(5000)
  })

  it('is read no further ahead than size where bytes are not counted', async () => {
    const { values, reads } = counted()
    const options = { size: 7, bytes: Number.POSITIVE_INFINITY }
    const { ask, rest } = asking(iterate(pull(values()), options), reads)
    await ask()
    expect(reads.count).toBe(8)
    expect(await rest()).toEqual(numbers().slice(1))
    expect(reads.ahead).toBe(7)
  })

  it('is read for those who ask at once, and size more', async () => {
    const { values, reads } = counted()
    const { ask } = asking(iterate(pull(values()), { size: 2 }), reads)
    await Promise.all([ask(), ask(), ask()])
    expect(reads.count).toBe(5)
  })

  it.each<[string, (values: Iterable<number>) => PullSource<number>]>([
    ['an AsyncIterable', (values) => later(values)],
    ['a web ReadableStream', (values) => streamOf(values)],
  ])('may be %s', async (_name, open) => {
    const { values, reads } = counted()
    const { ask, rest } = asking(iterate(pull(open(values())), { size: 5 }), reads)
    await ask()
    await until('what may wait is there', () => reads.count === 6)
    expect(await rest()).toEqual(numbers().slice(1))
    expect(reads.ahead).toBe(5)
  })

  it('may be a Node Readable, which reads ahead a little itself', async () => {
    const { values, reads } = counted()
    const readable = Readable.from(values(), { highWaterMark: 1 })
    const { ask, rest } = asking(iterate(pull<number>(readable), { size: 5 }), reads)
    await ask()
    await until('what may wait is there', () => reads.count >= 1 + 5)
    expect(await rest()).toEqual(numbers().slice(1))
    expect(reads.ahead).toBeGreaterThanOrEqual(5)
    expect(reads.ahead).toBeLessThanOrEqual(5 + 2)
  })

  it('is read when it was subscribed from within another pipeline', async () => {
    const { values, reads } = counted()
    const inner = toAsyncIterable(pull(values()), { size: 3 })
    const iterator = iterate(of(0).pipe(concatMap(() => pull(inner))), { size: 2 })
    await iterator.next()
    // Of the outer loop one is taken and two wait, and one more may be on its way; of the inner one three wait.
    await until('what may wait is there', () => reads.count === 1 + 2 + 3)
    await iterator.return()
    expect(reads.count).toBe(6)
  })
})

describe('operators between', () => {
  const size = 4

  it.each<[string, (source: Observable<number>) => Observable<unknown>, number]>([
    // The last number: which one comes last of 1 + size that the operator emits.
    ['map', map((n) => `${n}`), 4],
    ['filter', filter((n) => n % 2 === 0), 8],
    ['concatMap of()', concatMap((n) => of(n)), 4],
    ['concatMap of two', concatMap((n) => of(n, n)), 2],
    ['mergeMap of()', mergeMap((n) => of(n)), 4],
    ['fanOut and fanIn', pipe(fanOut(3), fanIn()), 4],
    ['several', pipe(map(String), filter(Boolean), tap(), map(Number)), 4],
  ])('hand the demand on: %s', async (_name, operator, last) => {
    const { values, reads } = counted()
    const iterator = iterate(operator(pull(values())), { size })
    await iterator.next()
    expect(reads.count).toBe(last + 1)
    let most = 0
    for (let result = await iterator.next(); !result.done; result = await iterator.next()) most++
    expect(most).toBeGreaterThanOrEqual(49)
    expect(reads.count).toBe(100)
  })

  it('hand on that of inner sources', async () => {
    const files = numbers(20).map(() => counted(10))
    const reads = () => files.reduce((sum, { reads }) => sum + reads.count, 0)
    const lines = pull(files).pipe(concatMap(({ values }) => pull(values())))
    const iterator = iterate(lines, { size: 14 })
    await iterator.next()
    await until('what may wait is there', () => reads() === 1 + 14)
    const { rest } = asking(iterator, { asked: 0 })
    expect(await rest()).toHaveLength(199)
  })

  it('are not held up by an inner source that stays silent', async () => {
    const silent: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }),
    }
    const sources = pull<PullSource<number>>([silent, silent, [1, 2]])
    const iterator = iterate(sources.pipe(mergeMap((source) => pull(source))))
    expect(await iterator.next()).toEqual(next(1))
    expect(await iterator.next()).toEqual(next(2))
    await iterator.return()
  })
})

describe('parallelMap before it', () => {
  const pool = tasksPool()
  const { tasks } = pool

  beforeAll(() => pool.ready())
  afterAll(() => pool.close())

  it.each([
    [1, 1],
    [5, 1],
    [5, 3],
  ])('is paused, and so is its source (size %i, concurrency %i)', async (size, concurrency) => {
    const { values, reads } = counted()
    const doubled = pull(values()).pipe(parallelMap(tasks.double, { concurrency, batch: 1 }))
    const { ask, rest } = asking(iterate(doubled, { size }), reads)
    expect(await ask()).toEqual(next(0))
    // Of those in flight at least one comes back, and is held.
    await until('what may wait is there', () => reads.count > 1 + size)
    expect(await rest()).toEqual(
      numbers()
        .map((n) => n * 2)
        .slice(1),
    )
    expect(reads.ahead).toBeGreaterThan(size)
    expect(reads.ahead).toBeLessThanOrEqual(size + concurrency)
  })

  it('is cancelled by leaving', async () => {
    const { values, reads } = counted()
    const doubled = pull(values()).pipe(parallelMap(tasks.double, { concurrency: 4 }))
    const seen: unknown[] = []
    for await (const n of toAsyncIterable(doubled, { size: 10 })) {
      seen.push(n)
      if (n === 8) break
    }
    expect(seen).toEqual([0, 2, 4, 6, 8])
    const { count } = reads
    expect(count).toBeLessThanOrEqual(5 + 10 + 4)
    await until('nothing is left in the pool', () => pool.stats.inFlight === 0 && pool.stats.queued === 0)
    expect(reads.count).toBe(count)
  })

  it('throws what a task throws, after the results before it', async () => {
    const iterator = iterate(pull([1, 2, 3, 4]).pipe(parallelMap(tasks.failAt3)))
    expect(await iterator.next()).toEqual(next(1))
    expect(await iterator.next()).toEqual(next(2))
    expect(await rejection(iterator.next())).toEqual(new RangeError('failed at 3'))
    expect(await iterator.next()).toEqual(done)
  })
})

describe('bytes', () => {
  /** About 1000 bytes, as estimated. */
  const kilo = () => new Uint8Array(992)

  it.each([
    [1, 1],
    [1000, 1],
    [1001, 2],
    [5000, 5],
    [5001, 6],
  ])('bound what waits (%i: %i values)', async (bytes, most) => {
    const { values, reads } = counted(50, kilo)
    const { ask, rest } = asking(iterate(pull(values()), { bytes }), reads)
    await ask()
    expect(reads.count).toBe(1 + most)
    expect(await rest()).toHaveLength(49)
    expect(reads.ahead).toBe(most)
  })

  it('bound what waits where values suddenly are larger', async () => {
    const { values, reads } = counted(500, (n) => new Uint8Array(n < 100 ? 2 : 100_000))
    const { ask, rest } = asking(iterate(pull(values()), { bytes: 2000 }), reads)
    await ask()
    // 99 of 10 bytes each, and then one of 100,000.
    expect(reads.count).toBe(101)
    expect(await rest()).toHaveLength(499)
    expect(reads.ahead).toBe(100)
  })

  it('are 16 MiB by default', async () => {
    const { values, reads } = counted(50, () => new Uint8Array(2 ** 20 - 8))
    await iterate(pull(values())).next()
    expect(reads.count).toBe(17)
  })

  it('bound what waits together with size', async () => {
    const { values, reads } = counted(50, kilo)
    await iterate(pull(values()), { bytes: 5000, size: 3 }).next()
    expect(reads.count).toBe(4)
  })

  it('are counted as they were when a value came', async () => {
    const made: Uint8Array[][] = []
    const { values, reads } = counted(50, () => made.at(made.push([kilo()]) - 1))
    const { ask, rest } = asking(iterate(pull(values()), { bytes: 5000 }), reads)
    await ask()
    expect(reads.ahead).toBe(5)
    for (const value of made) value.push(kilo())
    expect(await rest()).toHaveLength(49)
    expect(reads.ahead).toBe(5)
  })

  it('are told of a large array from some of it', async () => {
    const value = new Array(200_000).fill(0)
    const { values, reads } = counted(50, () => value)
    await iterate(pull(values())).next()
    // Of 1,600,008 bytes each.
    expect(reads.count).toBe(12)
  })

  it('that cannot be told count for little', async () => {
    const value = {
      get broken() {
        throw thrown
      },
    }
    const { values } = counted(10, () => value)
    expect(await allOf(toAsyncIterable(pull(values()), { bytes: 100 }))).toHaveLength(10)
  })

  it('without bound are not estimated', async () => {
    let looks = 0
    const { values } = counted(10, () => ({
      get cost() {
        return looks++
      },
    }))
    const iterable = toAsyncIterable(pull(values()), { bytes: Number.POSITIVE_INFINITY })
    expect(await allOf(iterable)).toHaveLength(10)
    expect(looks).toBe(0)
  })
})

describe('a bad argument', () => {
  it.each([
    ['size', () => toAsyncIterable({ size: 0 }), 'size'],
    ['size that is no whole number', () => toAsyncIterable({ size: 1.5 }), 'size'],
    ['size that is no number', () => toAsyncIterable({ size: '5' as never }), 'size'],
    ['bytes', () => toAsyncIterable({ bytes: 0 }), 'bytes'],
    ['bytes, after a source', () => toAsyncIterable(of(1), { bytes: Number.NaN }), 'bytes'],
    ['an unknown option', () => toAsyncIterable({ buffer: 5 } as never), 'buffer'],
    ['an unknown option, after a source', () => toAsyncIterable(of(1), { buffer: 5 } as never), 'buffer'],
    ['no object', () => toAsyncIterable(5 as never), 'options'],
    ['null', () => toAsyncIterable(null as never), 'options'],
  ])('(%s) is said when the operator is made', (_name, run, word) => {
    const error = thrownBy(run)
    expect(error.code).toBe('INVALID_ARGUMENT')
    expect(error.message).toContain('toAsyncIterable')
    expect(error.message).toContain(word)
  })

  it('is none of: no options, empty options', () => {
    expect(() => toAsyncIterable()).not.toThrow()
    expect(() => toAsyncIterable({})).not.toThrow()
    expect(() => toAsyncIterable(EMPTY, {})).not.toThrow()
  })
})

async function* later<T>(values: Iterable<T>): AsyncGenerator<T> {
  yield* values
}

/** One that asks for a value only when it is read. */
function streamOf<T>(values: Iterable<T>): ReadableStream<T> {
  const iterator = values[Symbol.iterator]()
  return new ReadableStream<T>(
    {
      pull(controller) {
        const { done, value } = iterator.next()
        if (done) controller.close()
        else controller.enqueue(value)
      },
    },
    { highWaterMark: 0 },
  )
}
