import { Readable } from 'node:stream'
import { Observable, observeOn, queueScheduler, take } from 'rxjs'
import { pull } from 'rxjs-parallel'
import { describe, expect, it } from 'vitest'
import { marbles } from '../support/marbles.js'
import { ordinaryValues } from '../support/ordinaryValues.js'
import { outcomeOf, thrownBy, valuesOf } from '../support/outcome.js'
import { until } from '../support/until.js'

// Alone, without an operator below that offers its demand: as `from` does.

/** An iterator that counts what is done with it. */
function counting<T>(values: Iterable<T>) {
  const counts = { opened: 0, reads: 0, returned: 0 }
  const iterable: Iterable<T> = {
    [Symbol.iterator]() {
      counts.opened++
      const iterator = values[Symbol.iterator]()
      return {
        next: () => {
          counts.reads++
          return iterator.next()
        },
        return: () => {
          counts.returned++
          return { done: true, value: undefined }
        },
      }
    },
  }
  const asyncIterable: AsyncIterable<T> = {
    [Symbol.asyncIterator]() {
      const iterator = iterable[Symbol.iterator]()
      return {
        next: async () => iterator.next(),
        return: async () => iterator.return!(),
      }
    },
  }
  return { iterable, asyncIterable, counts }
}

function* naturals() {
  for (let n = 0; ; n++) yield n
}

describe('pull of an Iterable', () => {
  it('emits its values synchronously, and completes', () => {
    marbles(({ expectObservable }) => {
      expectObservable(pull(['a', 'b', 'c'])).toBe('(abc|)')
      expectObservable(pull('abc')).toBe('(abc|)')
      expectObservable(pull(new Set(['a', 'b']))).toBe('(ab|)')
    })
  })

  it('completes at once when it is empty', () => {
    marbles(({ expectObservable }) => {
      expectObservable(pull([])).toBe('|')
    })
  })

  it('opens it anew for each subscriber, and not before', () => {
    const { iterable, counts } = counting([1, 2])
    const result = pull(iterable)
    expect(counts.opened).toBe(0)
    result.subscribe()
    result.subscribe()
    expect(counts).toEqual({ opened: 2, reads: 6, returned: 0 })
  })

  it('reads no further when it is unsubscribed, and ends the iterator', () => {
    const { iterable, counts } = counting(naturals())
    const values: number[] = []
    pull(iterable)
      .pipe(take(3))
      .subscribe((value) => values.push(value))
    expect(values).toEqual([0, 1, 2])
    expect(counts).toEqual({ opened: 1, reads: 3, returned: 1 })
  })

  it('does not end an iterator that has ended by itself, or has thrown', async () => {
    const { iterable, counts } = counting([1])
    await valuesOf(pull(iterable))
    expect(counts.returned).toBe(0)
    const thrown = new Error('of the iterator')
    const broken = counting({
      [Symbol.iterator]: () => ({
        next: () => {
          throw thrown
        },
      }),
    } as Iterable<number>)
    expect((await outcomeOf(pull(broken.iterable))).error).toBe(thrown)
    expect(broken.counts.returned).toBe(0)
  })

  it("runs a generator's finally", () => {
    let ended = 0
    function* generator() {
      try {
        yield* naturals()
      } finally {
        ended++
      }
    }
    pull(generator()).pipe(take(2)).subscribe()
    expect(ended).toBe(1)
  })

  it('fails with what the iterator throws, after its values', async () => {
    const thrown = new Error('of the iterator')
    function* broken() {
      yield 1
      throw thrown
    }
    expect(await outcomeOf(pull(broken()))).toEqual({ values: [1], completed: false, error: thrown })
  })

  it('fails with what opening the iterator throws', async () => {
    const thrown = new Error('of opening')
    const broken = {
      [Symbol.iterator]() {
        throw thrown
      },
    } as unknown as Iterable<number>
    expect((await outcomeOf(pull(broken))).error).toBe(thrown)
  })

  it('takes ordinary values for what they are', async () => {
    expect(await valuesOf(pull(ordinaryValues))).toStrictEqual(ordinaryValues)
  })

  it('stops when it is unsubscribed from outside, while it emits', () => {
    const { iterable, counts } = counting(naturals())
    const values: number[] = []
    const subscription = pull(iterable)
      .pipe(observeOn(queueScheduler), take(2))
      .subscribe((value) => values.push(value))
    expect(values).toEqual([0, 1])
    expect(subscription.closed).toBe(true)
    expect(counts.returned).toBe(1)
  })

  it('emits more than a stack is deep', async () => {
    let count = 0
    pull(naturals())
      .pipe(take(200_000))
      .subscribe(() => count++)
    expect(count).toBe(200_000)
  })
})

describe('pull of an AsyncIterable', () => {
  it('emits its values, and completes', async () => {
    const { asyncIterable } = counting([1, 2, 3])
    expect(await valuesOf(pull(asyncIterable))).toEqual([1, 2, 3])
    expect(await valuesOf(pull(counting([]).asyncIterable))).toEqual([])
  })

  it('takes ordinary values for what they are', async () => {
    expect(await valuesOf(pull(counting(ordinaryValues).asyncIterable))).toStrictEqual(ordinaryValues)
  })

  it('reads no further when it is unsubscribed, and ends the iterator', async () => {
    const { asyncIterable, counts } = counting(naturals())
    expect(await valuesOf(pull(asyncIterable).pipe(take(3)))).toEqual([0, 1, 2])
    expect(counts).toEqual({ opened: 1, reads: 3, returned: 1 })
  })

  it('ends the iterator of one that never emits', async () => {
    let returned = 0
    const silent: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise(() => {}),
        return: async () => {
          returned++
          return { done: true, value: undefined }
        },
      }),
    }
    const values: number[] = []
    const subscription = pull(silent).subscribe((value) => values.push(value))
    await Promise.resolve()
    subscription.unsubscribe()
    expect(returned).toBe(1)
    expect(values).toEqual([])
  })

  it('emits nothing that comes after it was unsubscribed', async () => {
    let answer: (result: IteratorResult<number>) => void = () => {}
    const slow: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({
        next: () =>
          new Promise((resolve) => {
            answer = resolve
          }),
      }),
    }
    const values: number[] = []
    const subscription = pull(slow).subscribe((value) => values.push(value))
    answer({ done: false, value: 1 })
    await until('the first value is here', () => values.length === 1)
    subscription.unsubscribe()
    answer({ done: false, value: 2 })
    await new Promise((resolve) => setImmediate(resolve))
    expect(values).toEqual([1])
  })

  it('fails with what the iterator throws, after its values', async () => {
    const thrown = new Error('of the iterator')
    async function* broken() {
      yield 1
      throw thrown
    }
    expect(await outcomeOf(pull(broken()))).toEqual({ values: [1], completed: false, error: thrown })
  })

  it('has nobody to tell when the iterator cannot be ended', async () => {
    async function* stubborn() {
      try {
        for (;;) yield 1
      } finally {
        // biome-ignore lint/correctness/noUnsafeFinally: that it throws is the point
        throw new Error('of the clean-up')
      }
    }
    // An unhandled rejection would fail the run.
    expect(await valuesOf(pull(stubborn()).pipe(take(1)))).toEqual([1])
    await new Promise((resolve) => setImmediate(resolve))
  })
})

describe('pull of a Node Readable', () => {
  it('emits its values, and completes', async () => {
    expect(await valuesOf(pull(Readable.from(['a', 'b', 'c'])))).toEqual(['a', 'b', 'c'])
    expect(await valuesOf(pull(Readable.from([])))).toEqual([])
  })

  it('emits bytes in their order', async () => {
    const chunks = Array.from({ length: 50 }, (_, i) => Buffer.alloc(5000, i))
    const values = await valuesOf(pull<Buffer>(Readable.from(chunks, { objectMode: false })))
    expect(Buffer.concat(values).equals(Buffer.concat(chunks))).toBe(true)
  })

  it('fails with its error', async () => {
    const thrown = new Error('of the stream')
    const readable = new Readable({
      objectMode: true,
      read() {
        this.destroy(thrown)
      },
    })
    expect((await outcomeOf(pull(readable))).error).toBe(thrown)
  })

  it('is destroyed when it is unsubscribed', async () => {
    const readable = Readable.from(naturals())
    expect(await valuesOf(pull<number>(readable).pipe(take(2)))).toEqual([0, 1])
    await until('it is destroyed', () => readable.destroyed)
  })
})

describe('pull of a web ReadableStream', () => {
  it('emits its values, and completes', async () => {
    expect(await valuesOf(pull(streamOf(['a', null, undefined, 0])))).toEqual(['a', null, undefined, 0])
    expect(await valuesOf(pull(streamOf([])))).toEqual([])
  })

  it('works where it is no AsyncIterable', async () => {
    const stream = streamOf([1, 2])
    Object.defineProperty(stream, Symbol.asyncIterator, { value: undefined })
    expect(await valuesOf(pull(stream))).toEqual([1, 2])
  })

  it.each([true, false])('is cancelled when it is unsubscribed (AsyncIterable: %s)', async (isIterable) => {
    let cancelled = 0
    const stream = new ReadableStream<number>({
      pull: (controller) => controller.enqueue(1),
      cancel: () => {
        cancelled++
      },
    })
    if (!isIterable) Object.defineProperty(stream, Symbol.asyncIterator, { value: undefined })
    expect(await valuesOf(pull(stream).pipe(take(2)))).toEqual([1, 1])
    await until('it is cancelled', () => cancelled === 1)
  })

  it.each([true, false])('fails with its error (AsyncIterable: %s)', async (isIterable) => {
    const thrown = new Error('of the stream')
    const stream = new ReadableStream<number>({ pull: (controller) => controller.error(thrown) })
    if (!isIterable) Object.defineProperty(stream, Symbol.asyncIterator, { value: undefined })
    expect((await outcomeOf(pull(stream))).error).toBe(thrown)
  })

  it('that somebody else reads fails', async () => {
    const stream = streamOf([1])
    stream.getReader()
    expect((await outcomeOf(pull(stream))).error).toBeInstanceOf(TypeError)
  })
})

describe('pull of anything else', () => {
  it.each([undefined, null, 5, {}, () => {}, new Observable()])('is refused (%s)', (bad) => {
    const error = thrownBy(() => pull(bad as never))
    expect(error.code).toBe('INVALID_ARGUMENT')
    expect(error.message).toContain('pull')
  })
})

function streamOf<T>(values: T[]): ReadableStream<T> {
  return new ReadableStream({
    start(controller) {
      for (const value of values) controller.enqueue(value)
      controller.close()
    },
  })
}
