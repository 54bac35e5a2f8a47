import {
  concat,
  delay,
  EMPTY,
  from,
  map,
  NEVER,
  Observable,
  of,
  Subject,
  take,
  throwError,
  timer,
} from 'rxjs'
import type { ParallelMapOptions } from 'rxjs-parallel'
import { isParallelError, OverflowError, parallelMap, toAsyncIterable } from 'rxjs-parallel'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Gate } from '../support/gate.js'
import { outcomeOf, valuesOf } from '../support/outcome.js'
import { tasksPool } from '../support/pools.js'
import { until } from '../support/until.js'

const pool = tasksPool()
const { tasks } = pool

beforeAll(() => pool.ready())
afterAll(() => pool.close())

describe('buffer', () => {
  /** Six items come while the first is held; two may wait. */
  async function sixItems(buffer: ParallelMapOptions['buffer']) {
    const gate = new Gate()
    const source = new Subject<number>()
    const result = outcomeOf(
      source.pipe(
        map((value) => ({ cells: gate.cells, value })),
        parallelMap(tasks.hold, { concurrency: 1, batch: 1, ...(buffer && { buffer }) }),
      ),
    )
    source.next(1)
    await gate.untilStarted(1)
    for (const n of [2, 3, 4, 5, 6]) source.next(n)
    const watched = source.observed
    gate.open()
    source.complete()
    return { ...(await result), watched }
  }

  it('has no limit by default', async () => {
    expect((await sixItems(undefined)).values).toEqual([1, 2, 3, 4, 5, 6])
    expect((await sixItems({})).values).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('fails with an OverflowError when more items wait than may', async () => {
    for (const buffer of [{ size: 2 }, { size: 2, overflow: 'error' }] as const) {
      const { values, error, watched } = await sixItems(buffer)
      expect(error).toBeInstanceOf(OverflowError)
      expect(isParallelError(error, 'OVERFLOW')).toBe(true)
      expect(error.message).toContain('2')
      expect(error.message).toContain('buffer')
      expect(values).toEqual([])
      expect(watched).toBe(false)
    }
  })

  it('does not fail as long as no more wait than may', async () => {
    expect((await sixItems({ size: 5 })).values).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('drops the oldest of those that wait', async () => {
    expect(await sixItems({ size: 2, overflow: 'dropOldest' })).toMatchObject({
      values: [1, 5, 6],
      completed: true,
    })
  })

  it('drops the newest', async () => {
    expect(await sixItems({ size: 2, overflow: 'dropNewest' })).toMatchObject({
      values: [1, 2, 3],
      completed: true,
    })
  })

  it('may be limited in bytes', async () => {
    const gate = new Gate()
    const source = new Subject<{ cells: Int32Array; value: number; bytes: Uint8Array }>()
    const result = outcomeOf(
      source.pipe(parallelMap(tasks.hold, { concurrency: 1, batch: 1, buffer: { bytes: 5000 } as never })),
    )
    const send = () => source.next({ cells: gate.cells, value: 1, bytes: new Uint8Array(3000) })
    send()
    await gate.untilStarted(1)
    send()
    expect(source.observed).toBe(true)
    send()
    expect((await result).error).toBeInstanceOf(OverflowError)
  })

  it('bounds what waits for a slow consumer: no items are run whose results nobody takes', async () => {
    const source = new Subject<number>()
    const results = toAsyncIterable(
      source.pipe(parallelMap(tasks.identity, { batch: 1, buffer: { size: 100 } })),
      { size: 2 },
    )
    const iterator = results[Symbol.asyncIterator]()
    const first = iterator.next()
    let sent = 0
    // The consumer takes one, and no more: two wait there, some results here, and then the items do.
    while (source.observed && sent < 2000) {
      source.next(sent++)
      await until('no item is being run', () => pool.stats.inFlight === 0)
    }
    expect(await first).toEqual({ done: false, value: 0 })
    expect(sent).toBeLessThan(150)
    expect((await iterator.next()).value).toBe(1)
    expect((await iterator.next()).value).toBe(2)
    await expect(iterator.next()).rejects.toBeInstanceOf(OverflowError)
  })
})

describe('onError', () => {
  it('replaces a failed item, in its place', async () => {
    const seen: unknown[] = []
    const onError = (error: unknown, value: number) => {
      seen.push([error, value])
      return of('a', 'b')
    }
    for (const batch of [1, 7] as const) {
      expect(await valuesOf(of(1, 2, 3, 4).pipe(parallelMap(tasks.failAt3, { onError, batch })))).toEqual([
        1,
        2,
        'a',
        'b',
        4,
      ])
    }
    expect(seen).toEqual([
      [new RangeError('failed at 3'), 3],
      [new RangeError('failed at 3'), 3],
    ])
  })

  it('may take its time, while order is kept', async () => {
    const onError = () => timer(20).pipe(map(() => 'late'))
    expect(await valuesOf(of(1, 2, 3, 4).pipe(parallelMap(tasks.failAt3, { onError })))).toEqual([
      1,
      2,
      'late',
      4,
    ])
  })

  it('holds up nothing but the end with ordered: false', async () => {
    const replacement = new Subject<string>()
    const values: unknown[] = []
    let completed = false
    of(3, 4, 5)
      .pipe(parallelMap(tasks.failAt3, { ordered: false, onError: () => replacement }))
      .subscribe({ next: (value) => values.push(value), complete: () => (completed = true) })
    await until('the others are there', () => values.length === 2)
    expect(completed).toBe(false)
    replacement.next('a')
    replacement.complete()
    expect(values.slice(2)).toEqual(['a'])
    expect(completed).toBe(true)
  })

  it('may leave the item out, or be any ObservableInput', async () => {
    const failing = (onError: () => any) => valuesOf(of(3, 4).pipe(parallelMap(tasks.failAt3, { onError })))
    expect(await failing(() => EMPTY)).toEqual([4])
    expect(await failing(() => ['x', 'y'])).toEqual(['x', 'y', 4])
    expect(await failing(() => Promise.resolve('z'))).toEqual(['z', 4])
  })

  it('keeps ordinary values ordinary', async () => {
    const onError = () => from([null, undefined, 0, false])
    expect(await valuesOf(of(3, 4).pipe(parallelMap(tasks.failAt3, { onError })))).toEqual([
      null,
      undefined,
      0,
      false,
      4,
    ])
  })

  it('comes after what the item had emitted before it failed', async () => {
    const onError = () => of(-1)
    expect(await valuesOf(of(2, 1).pipe(parallelMap(tasks.upToThenFail, { onError })))).toEqual([
      1, 2, -1, 1, -1,
    ])
  })

  it('that throws fails the stream', async () => {
    const thrown = new Error('of onError')
    const onError = () => {
      throw thrown
    }
    const { values, error } = await outcomeOf(of(1, 2, 3, 4).pipe(parallelMap(tasks.failAt3, { onError })))
    expect(values).toEqual([1, 2])
    expect(error).toBe(thrown)
  })

  it('that returns nothing to subscribe fails the stream', async () => {
    const { error } = await outcomeOf(
      of(3).pipe(parallelMap(tasks.failAt3, { onError: () => undefined as never })),
    )
    expect(error).toBeInstanceOf(TypeError)
  })

  it('whose stream fails fails the stream', async () => {
    const onError = (error: unknown) =>
      concat(
        of('before'),
        throwError(() => error),
      )
    const { values, error } = await outcomeOf(of(1, 3, 4).pipe(parallelMap(tasks.failAt3, { onError })))
    expect(values).toEqual([1, 'before'])
    expect(error).toEqual(new RangeError('failed at 3'))
  })

  it('is unsubscribed with the stream', async () => {
    let subscribed = 0
    let unsubscribed = 0
    const onError = () =>
      new Observable<string>((subscriber) => {
        subscribed++
        subscriber.next('a')
        return () => unsubscribed++
      })
    expect(await valuesOf(of(3).pipe(parallelMap(tasks.failAt3, { onError }), take(1)))).toEqual(['a'])
    expect(unsubscribed).toBe(1)

    const subscription = of(3).pipe(parallelMap(tasks.failAt3, { onError })).subscribe()
    await until('it is subscribed again', () => subscribed === 2)
    subscription.unsubscribe()
    expect(unsubscribed).toBe(2)
  })

  it('is not asked about an error of the source', async () => {
    let asked = 0
    const source = throwError(() => new Error('of the source'))
    const onError = () => {
      asked++
      return EMPTY
    }
    const { error } = await outcomeOf(source.pipe(parallelMap(tasks.identity, { onError })))
    expect(error.message).toBe('of the source')
    expect(asked).toBe(0)
  })

  it('keeps the stream going when every item fails', async () => {
    const items = Array.from({ length: 200 }, (_, i) => `${i}`)
    const onError = (_error: unknown, value: string) => of(value)
    expect(await valuesOf(from(items).pipe(parallelMap(tasks.fail, { onError })))).toEqual(items)
  })
})

describe('transfer', () => {
  const threeSevens = () => new Uint8Array([7, 7, 7])

  it('moves parts of an item: they are detached here and readable there', async () => {
    const bytes = threeSevens()
    expect(
      await valuesOf(
        of(bytes).pipe(parallelMap(tasks.sum, { transfer: (value) => [value.buffer as ArrayBuffer] })),
      ),
    ).toEqual([21])
    expect(bytes.byteLength).toBe(0)
  })

  it('copies without it', async () => {
    const bytes = threeSevens()
    expect(await valuesOf(of(bytes).pipe(parallelMap(tasks.sum)))).toEqual([21])
    expect(bytes.byteLength).toBe(3)
  })

  it('works for each item of a batch', async () => {
    const items = Array.from({ length: 20 }, threeSevens)
    const options = { batch: 7, transfer: (value: Uint8Array) => [value.buffer as ArrayBuffer] }
    expect(await valuesOf(from(items).pipe(parallelMap(tasks.sum, options)))).toEqual(items.map(() => 21))
    expect(items.every(({ byteLength }) => byteLength === 0)).toBe(true)
  })

  it('that throws fails the stream with what it threw', async () => {
    const thrown = new Error('of transfer')
    const transfer = () => {
      throw thrown
    }
    const { error } = await outcomeOf(of(threeSevens()).pipe(parallelMap(tasks.sum, { transfer })))
    expect(error).toBe(thrown)
  })

  it('that throws for one item leaves those before it alone', async () => {
    const items = [1, 2, 3, 4].map((n) => new Uint8Array([n]))
    const transfer = (value: Uint8Array) => {
      if (value[0] === 3) throw new Error('of transfer')
      return []
    }
    for (const batch of [1, 7] as const) {
      const { values, error } = await outcomeOf(from(items).pipe(parallelMap(tasks.sum, { transfer, batch })))
      expect(values).toEqual([1, 2])
      expect(error).toEqual(new Error('of transfer'))
    }
  })

  it('that names what cannot be moved fails with a CloneError', async () => {
    const { error } = await outcomeOf(
      of(threeSevens()).pipe(parallelMap(tasks.sum, { transfer: () => [{} as ArrayBuffer] })),
    )
    expect(error.code).toBe('CLONE')
  })

  it('of what was moved before fails with a CloneError that says so', async () => {
    const bytes = threeSevens()
    const transfer = (value: Uint8Array) => [value.buffer as ArrayBuffer]
    const { values, error } = await outcomeOf(
      of(bytes, bytes).pipe(parallelMap(tasks.sum, { transfer, batch: 1 })),
    )
    expect(values).toEqual([21])
    expect(error.code).toBe('CLONE')
    expect(error.message).toContain('items[1]')
    expect(error.message).toContain('transferred before')
  })

  it('moves parts of a result, by the context', async () => {
    expect(await valuesOf(of(3).pipe(parallelMap(tasks.bytes)))).toEqual([new Uint8Array([7, 7, 7])])
    await using single = tasksPool({ size: 1 })
    const results = await valuesOf(of(5, 6, 7).pipe(parallelMap(single.tasks.bytesLeft, { batch: 1 })))
    expect(results.map(({ bytes }) => bytes.length)).toEqual([5, 6, 7])
    // Of what went before nothing is left in the thread.
    expect(results.map(({ left }) => left)).toEqual([0, 0, 0])
  })
})

describe('a result that was moved before', () => {
  it('fails its item with a CloneError, and no other', async () => {
    await using single = tasksPool({ size: 1 })
    const onError = (error: unknown) => of(isParallelError(error, 'CLONE'))
    for (const batch of [1, 7] as const) {
      const results = await valuesOf(
        of(1, 2, 3).pipe(parallelMap(single.tasks.sameBytes, { batch, onError })),
      )
      expect(results).toHaveLength(3)
      expect(results.slice(-2)).toEqual([true, true])
    }
  })
})

describe('several options at once', () => {
  it('work together', async () => {
    const source = concat(
      from<[number, number][]>([
        [2, 1],
        [2, 2],
        [2, 3],
      ]),
      NEVER,
    )
    const options = { spread: true, ordered: false, concurrency: 1, batch: 7, buffer: { size: 10 } } as const
    expect(await valuesOf(source.pipe(parallelMap(tasks.pow, options), take(3), delay(1)))).toEqual([2, 4, 8])
  })
})
