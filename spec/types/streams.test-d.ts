import { Readable } from 'node:stream'
import type { Observable } from 'rxjs'
import { from, map, mergeMap, of } from 'rxjs'
import type { Branch, ParallelErrorCode, Pool, PoolEvent, PoolStats } from 'rxjs-parallel'
import { fanIn, fanOut, isParallelError, pull } from 'rxjs-parallel'
import type { StageSource, TaskContext } from 'rxjs-parallel/worker'
import { expose, stage, task } from 'rxjs-parallel/worker'
import { describe, expectTypeOf, it } from 'vitest'
import type { Reading } from '../fixtures/typed.worker.js'

declare const pool: Pool<typeof import('../fixtures/typed.worker.js')>
const { tasks } = pool
const reading: Reading = { sensor: 'roof', celsius: 21 }

describe('fanOut', () => {
  it('to a stage emits branches of what the stage gives', () => {
    expectTypeOf(of(reading).pipe(fanOut(tasks.mean))).toEqualTypeOf<Observable<Branch<number>>>()
    expectTypeOf(of(1).pipe(fanOut(tasks.texts, { branches: 2 }))).toEqualTypeOf<Observable<Branch<string>>>()
    expectTypeOf(of(reading).pipe(fanOut(tasks.mean), fanIn())).toEqualTypeOf<Observable<number>>()
  })

  it('to a task emits branches of what the task gives', () => {
    expectTypeOf(of(1).pipe(fanOut(tasks.double))).toEqualTypeOf<Observable<Branch<number>>>()
    expectTypeOf(of('x').pipe(fanOut(tasks.letters))).toEqualTypeOf<Observable<Branch<string>>>()
    expectTypeOf(of(1).pipe(fanOut(tasks.ticks))).toEqualTypeOf<Observable<Branch<Date>>>()
  })

  it('to a number of branches emits branches of what comes in', () => {
    expectTypeOf(of(reading).pipe(fanOut(2))).toEqualTypeOf<Observable<Branch<Reading>>>()
    expectTypeOf(of(reading).pipe(fanOut(2, { route: 'broadcast' }), fanIn())).toEqualTypeOf<
      Observable<Reading>
    >()
  })

  it('gives a route function the value', () => {
    of(reading).pipe(
      fanOut(tasks.mean, {
        route: (value) => {
          expectTypeOf(value).toEqualTypeOf<Reading>()
          return value.sensor
        },
      }),
    )
    expectTypeOf(of(reading).pipe(fanOut(2, { route: (value: Reading) => value.sensor }))).toEqualTypeOf<
      Observable<Branch<Reading>>
    >()
  })

  it('gives branches a number and a thread', () => {
    of(1).pipe(
      fanOut(tasks.texts),
      mergeMap((branch) => {
        expectTypeOf(branch.index).toEqualTypeOf<number>()
        expectTypeOf(branch.threadId).toEqualTypeOf<string | undefined>()
        return branch.pipe(map((text) => text.length))
      }),
    )
  })

  it('takes no other input', () => {
    // @ts-expect-error: a number for a reading
    of(1).pipe(fanOut(tasks.mean))
    // @ts-expect-error: a string for a number
    of('x').pipe(fanOut(tasks.double))
    // @ts-expect-error: misspelt
    of(reading).pipe(fanOut(tasks.means))
    // @ts-expect-error: a task of two arguments
    of(1).pipe(fanOut(tasks.pow))
    // @ts-expect-error: a plain function is no reference
    of(1).pipe(fanOut((n: number) => n))
    // @ts-expect-error: no such route
    of(reading).pipe(fanOut(tasks.mean, { route: 'random' }))
    // @ts-expect-error: said twice
    of(reading).pipe(fanOut(2, { branches: 2 }))
  })
})

describe('fanIn', () => {
  it('emits what the streams do', () => {
    expectTypeOf(of([1, 2], [3]).pipe(fanIn())).toEqualTypeOf<Observable<number>>()
    expectTypeOf(of(of('a')).pipe(fanIn({ order: 'roundRobin', errors: 'last' }))).toEqualTypeOf<
      Observable<string>
    >()
    expectTypeOf(of(Promise.resolve(true)).pipe(fanIn())).toEqualTypeOf<Observable<boolean>>()
  })

  it('compares what the streams emit', () => {
    expectTypeOf(of([1, 2], [3]).pipe(fanIn({ order: (a, b) => a - b }))).toEqualTypeOf<Observable<number>>()
    expectTypeOf(
      from([[reading]]).pipe(fanIn({ order: (a: Reading, b: Reading) => a.celsius - b.celsius })),
    ).toEqualTypeOf<Observable<Reading>>()
  })

  it('takes nothing else', () => {
    // @ts-expect-error: numbers are no streams
    of(1, 2).pipe(fanIn())
    // @ts-expect-error: no such order
    of([1]).pipe(fanIn({ order: 'sorted' }))
    // @ts-expect-error: no such word
    of([1]).pipe(fanIn({ errors: 'all' }))
    // @ts-expect-error: strings are compared as numbers
    of(['a']).pipe(fanIn({ order: (a: number, b: number) => a - b }))
  })
})

describe('pull', () => {
  it('emits what is read', () => {
    expectTypeOf(pull([1, 2])).toEqualTypeOf<Observable<number>>()
    expectTypeOf(pull(new Map([['a', 1]]))).toEqualTypeOf<Observable<[string, number]>>()
    expectTypeOf(pull(Readable.toWeb(new Readable()) as ReadableStream<Uint8Array>)).toExtend<
      Observable<Uint8Array>
    >()
    async function* lines() {
      yield 'a'
    }
    expectTypeOf(pull(lines())).toEqualTypeOf<Observable<string>>()
    expectTypeOf(pull<Buffer>(new Readable())).toEqualTypeOf<Observable<Buffer>>()
  })

  it('takes nothing else', () => {
    // @ts-expect-error: cannot be read piece by piece
    pull(5)
    // @ts-expect-error: an Observable pushes
    pull(of(1))
  })
})

describe('a pool', () => {
  it('shows what it does', () => {
    expectTypeOf(pool.events$).toEqualTypeOf<Observable<PoolEvent>>()
    expectTypeOf(pool.stats$).toEqualTypeOf<Observable<PoolStats>>()
    expectTypeOf(pool.stats).toEqualTypeOf<PoolStats>()
    expectTypeOf(pool.ready()).toEqualTypeOf<Promise<void>>()
    expectTypeOf(pool[Symbol.asyncDispose]()).toEqualTypeOf<Promise<void>>()
    // @ts-expect-error: read only
    pool.size = 3
  })

  it('has errors that can be told apart', () => {
    const error: unknown = undefined
    if (isParallelError(error)) expectTypeOf(error.code).toEqualTypeOf<ParallelErrorCode>()
    // @ts-expect-error: no such code
    isParallelError(error, 'BROKEN')
  })
})

describe('a worker module', () => {
  it('keeps the signatures of its functions', () => {
    const exposed = expose({
      pow: (base: number, exponent: number) => base ** exponent,
      tagged: task((n: number, context) => {
        expectTypeOf(context).toEqualTypeOf<TaskContext>()
        expectTypeOf(context.transfer(new Uint8Array(n), [])).toExtend<Uint8Array>()
        return n
      }),
    })
    expectTypeOf(exposed.pow(2, 3)).toEqualTypeOf<number>()
    expectTypeOf(exposed.pow).parameters.toEqualTypeOf<[base: number, exponent: number]>()
  })

  it('gives a stage an Observable that is an AsyncIterable', () => {
    stage((source: StageSource<number>, context) => {
      expectTypeOf(source).toExtend<Observable<number>>()
      expectTypeOf(source).toExtend<AsyncIterable<number>>()
      expectTypeOf(context).toEqualTypeOf<TaskContext>()
      return source.pipe(map((n) => `${n}`))
    })
    // @ts-expect-error: a number is no stream
    stage(() => 5)
  })
})
