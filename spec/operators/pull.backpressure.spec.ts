import { Readable } from 'node:stream'
import type { Observable } from 'rxjs'
import {
  catchError,
  concatMap,
  defer,
  EMPTY,
  exhaustMap,
  filter,
  from,
  map,
  merge,
  mergeMap,
  of,
  scan,
  share,
  startWith,
  switchMap,
  tap,
} from 'rxjs'
import type { ParallelError } from 'rxjs-parallel'
import { fanIn, fanOut, fromTask, parallelMap, pull, toAsyncIterable } from 'rxjs-parallel'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Gate } from '../support/gate.js'
import { valuesOf } from '../support/outcome.js'
import { tasksPool } from '../support/pools.js'

const pool = tasksPool()
const { tasks } = pool
/** So many values may be read ahead at most, by anything: two threads have two items each, and a few are on their way. */
const bound = 40
const length = 300
const numbers = Array.from({ length }, (_, i) => i)

beforeAll(() => pool.ready())
afterAll(() => pool.close())

/** Numbers whose reading is counted. */
function counted(count = length) {
  const reads = { count: 0, most: 0 }
  function* iterable() {
    for (let n = 0; n < count; n++) {
      reads.count++
      yield n
    }
  }
  async function* asyncIterable() {
    yield* iterable()
  }
  return { iterable, asyncIterable, reads }
}

/** Lets everything happen that is about to: several turns of the event loop. */
async function manyTurns() {
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve))
}

/** Runs a source through a task that is held, and then lets it go. */
async function throughHeldTask(source: Observable<number>, reads: { count: number }, options = {}) {
  const gate = new Gate()
  let results = 0
  let ahead = 0
  const values: number[] = []
  const done = source
    .pipe(
      tap(() => (ahead = Math.max(ahead, reads.count - results))),
      map((value) => ({ cells: gate.cells, value })),
      parallelMap(tasks.hold, { batch: 1, ...options }),
    )
    .forEach((value) => {
      results++
      values.push(value)
    })
  await gate.untilStarted(1)
  await manyTurns()
  const whileHeld = reads.count
  gate.open()
  await done
  return { whileHeld, ahead, values }
}

describe('a source that is pulled', () => {
  it('is read only boundedly ahead of a task that does not finish', async () => {
    const { iterable, reads } = counted()
    const { whileHeld, values } = await throughHeldTask(pull(iterable()), reads)
    expect(whileHeld).toBeGreaterThan(1)
    expect(whileHeld).toBeLessThan(bound)
    expect(values).toEqual(numbers)
  })

  it('is read at once to its end by comparison with from', async () => {
    const { iterable, reads } = counted()
    const { whileHeld, values } = await throughHeldTask(from(iterable()), reads)
    expect(whileHeld).toBe(length)
    expect(values).toEqual(numbers)
  })

  it('is read ahead no further than concurrency allows', async () => {
    const { iterable, reads } = counted()
    const { whileHeld, ahead } = await throughHeldTask(pull(iterable()), reads, { concurrency: 1 })
    expect(whileHeld).toBe(1)
    expect(ahead).toBeLessThanOrEqual(2)
  })

  it('is read boundedly with larger batches, and without order', async () => {
    for (const options of [{ batch: 7 }, { ordered: false }]) {
      const { iterable, reads } = counted()
      const { whileHeld, values } = await throughHeldTask(pull(iterable()), reads, options)
      expect(whileHeld).toBeLessThan(100)
      expect(values.sort((a, b) => a - b)).toEqual(numbers)
    }
  })

  it('may be an AsyncIterable', async () => {
    const { asyncIterable, reads } = counted()
    const { whileHeld, values } = await throughHeldTask(pull(asyncIterable()), reads)
    expect(whileHeld).toBeLessThan(bound)
    expect(values).toEqual(numbers)
  })

  it('may be a Node Readable', async () => {
    const { iterable, reads } = counted()
    const readable = Readable.from(iterable(), { highWaterMark: 4 })
    const { whileHeld, values } = await throughHeldTask(pull<number>(readable), reads)
    expect(whileHeld).toBeLessThan(bound + 8)
    expect(values).toEqual(numbers)
  })

  it.each([true, false])('may be a web ReadableStream (AsyncIterable: %s)', async (isIterable) => {
    const reads = { count: 0 }
    const stream = new ReadableStream<number>({
      pull(controller) {
        if (reads.count === length) controller.close()
        else controller.enqueue(reads.count++)
      },
    })
    if (!isIterable) Object.defineProperty(stream, Symbol.asyncIterator, { value: undefined })
    const { whileHeld, values } = await throughHeldTask(pull(stream), reads)
    expect(whileHeld).toBeLessThan(bound)
    expect(values).toEqual(numbers)
  })

  it('may be shared by several readers', async () => {
    const both = [counted(), counted()] as const
    const reads = {
      get count() {
        return both[0].reads.count + both[1].reads.count
      },
    }
    const source = merge(pull(both[0].iterable()), pull(both[1].iterable()))
    const { whileHeld, values } = await throughHeldTask(source, reads)
    expect(whileHeld).toBeLessThan(bound)
    // Neither is left without its turn.
    expect(both[0].reads.count).toBe(length)
    expect(both[1].reads.count).toBe(length)
    expect(values.sort((a, b) => a - b)).toEqual([...numbers, ...numbers].sort((a, b) => a - b))
  })
})

describe('plain operators between', () => {
  const between: [name: string, operators: (source: Observable<number>) => Observable<number>][] = [
    ['map', (source) => source.pipe(map((n) => n))],
    ['filter', (source) => source.pipe(filter((n) => n >= 0))],
    ['scan', (source) => source.pipe(scan((_, n) => n))],
    ['concatMap of()', (source) => source.pipe(concatMap((n) => of(n)))],
    ['mergeMap of()', (source) => source.pipe(mergeMap((n) => of(n)))],
    ['switchMap of()', (source) => source.pipe(switchMap((n) => of(n)))],
    ['exhaustMap of()', (source) => source.pipe(exhaustMap((n) => of(n)))],
    ['share, for its first subscriber', (source) => source.pipe(share())],
    [
      'many of them',
      (source) =>
        source.pipe(
          map((n) => n),
          filter(() => true),
          tap(() => {}),
          mergeMap((n) => of(n)),
        ),
    ],
  ]

  it.each(between)('hand the demand on: %s', async (_name, operators) => {
    const { iterable, reads } = counted()
    const { whileHeld, values } = await throughHeldTask(operators(pull(iterable())), reads)
    expect(whileHeld).toBeLessThan(bound)
    expect(values).toEqual(numbers)
  })

  it.each(between)('hand the demand on to an AsyncIterable: %s', async (_name, operators) => {
    const { asyncIterable, reads } = counted()
    const { whileHeld, values } = await throughHeldTask(operators(pull(asyncIterable())), reads)
    expect(whileHeld).toBeLessThan(bound)
    expect(values).toEqual(numbers)
  })

  it('are passed though a filter lets little through', async () => {
    const { iterable, reads } = counted(10_000)
    const few = pull(iterable()).pipe(filter((n) => n % 100 === 0))
    const { values } = await throughHeldTask(few, reads)
    expect(values).toEqual(Array.from({ length: 100 }, (_, i) => i * 100))
  })

  it('hand on that of inner sources: mergeMap, concatMap, switchMap', async () => {
    for (const flatten of [mergeMap, concatMap, switchMap] as (typeof mergeMap)[]) {
      const { iterable, reads } = counted()
      const source = of(0).pipe(flatten(() => pull(iterable())))
      const { whileHeld, values } = await throughHeldTask(source, reads)
      expect(whileHeld).toBeLessThan(bound)
      expect(values).toEqual(numbers)
    }
  })

  it('hand on that of inner sources that are subscribed later', async () => {
    const files = Array.from({ length: 30 }, () => counted(10))
    const reads = {
      get count() {
        return files.reduce((sum, file) => sum + file.reads.count, 0)
      },
    }
    for (const outer of [pull(files), pull(Readable.from(files) as AsyncIterable<(typeof files)[0]>)]) {
      for (const file of files) file.reads.count = 0
      const lines = outer.pipe(concatMap((file) => pull(file.iterable())))
      const { whileHeld, values } = await throughHeldTask(lines, reads)
      expect(whileHeld).toBeLessThan(bound)
      expect(values).toEqual(files.flatMap(() => numbers.slice(0, 10)))
    }
  })

  it('hand on that of inner sources of two levels', async () => {
    const { iterable, reads } = counted()
    const source = pull([1]).pipe(
      startWith(0),
      concatMap((n) => (n === 0 ? EMPTY : pull([2]).pipe(mergeMap(() => pull(iterable()))))),
    )
    const { whileHeld, values } = await throughHeldTask(source, reads)
    expect(whileHeld).toBeLessThan(bound)
    expect(values).toEqual(numbers)
  })
})

describe('operators of this library between', () => {
  it('parallelMap hands its own demand on', async () => {
    // Of another pool, with one thread: results that wait for one that comes before them are read ahead, many of them.
    await using other = tasksPool({ size: 1 })
    const { iterable, reads } = counted()
    const source = pull(iterable()).pipe(
      parallelMap(other.tasks.identity, { batch: 1 }),
    ) as Observable<number>
    const { whileHeld, values } = await throughHeldTask(source, reads)
    expect(whileHeld).toBeLessThan(bound)
    expect(values).toEqual(numbers)
  })

  // With an order some hundreds of each stream may wait for those of the others.
  it.each([
    ['arrival', bound + 4],
    ['roundRobin', 1000],
    [(a: number, b: number) => a - b, 1000],
  ] as const)('fanIn hands it on to every stream (order: %s)', async (order, most) => {
    const both = [counted(1000), counted(1000)] as const
    const reads = {
      get count() {
        return both[0].reads.count + both[1].reads.count
      },
    }
    const source = of(pull(both[0].iterable()), pull(both[1].iterable())).pipe(fanIn({ order }))
    const { whileHeld, values } = await throughHeldTask(source, reads)
    expect(whileHeld).toBeLessThan(most)
    expect(reads.count).toBe(2000)
    expect(values.sort((a, b) => a - b)).toEqual(Array.from({ length: 2000 }, (_, i) => Math.floor(i / 2)))
  })

  it('fanIn with an order pauses a stream that is far ahead of the others', async () => {
    const { iterable, reads } = counted(100_000)
    let answer: (n: number) => void = () => {}
    const late = new Promise<number>((resolve) => {
      answer = resolve
    })
    const result = valuesOf(of(pull(iterable()), from(late)).pipe(fanIn({ order: (a, b) => a - b })))
    await manyTurns()
    expect(reads.count).toBeLessThan(10_000)
    answer(-1)
    const values = await result
    expect(values[0]).toBe(-1)
    expect(values).toHaveLength(100_001)
  })
})

describe('a pool that is closed below', () => {
  // More than a source has open at once.
  const many = Array.from({ length: 100 }, (_, i) => i)

  it.each([
    ['parallelMap', (n: number, pool: Tasks) => of(n).pipe(parallelMap(pool.tasks.identity))],
    ['run', (n: number, pool: Tasks) => defer(() => pool.run(pool.tasks.identity, n))],
    ['fromTask', (n: number, pool: Tasks) => fromTask(pool.tasks.identity, n)],
    ['fanOut', (n: number, pool: Tasks) => of(n).pipe(fanOut(pool.tasks.identity), fanIn())],
  ] as const)('does not hold up the source by what could not begin (%s)', async (_name, use) => {
    const pool = tasksPool()
    await pool.close()
    const codes = pull(many).pipe(
      mergeMap((n) => use(n, pool).pipe(catchError((error: ParallelError) => of(error.code)))),
    )
    expect(await all(toAsyncIterable(codes))).toEqual(many.map(() => 'POOL_CLOSED'))
  })
})

type Tasks = ReturnType<typeof tasksPool>

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const value of values) list.push(value)
  return list
}
