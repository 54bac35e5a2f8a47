import type { Observable } from 'rxjs'
import { EMPTY, of } from 'rxjs'
import type { InlineOptions, ParallelMapOptions, Pool, StageRef, TaskRef, WithSpread } from 'rxjs-parallel'
import { fromTask, parallelMap, pull, threadPool } from 'rxjs-parallel'
import { describe, expectTypeOf, it } from 'vitest'
import type { Reading } from '../fixtures/typed.worker.js'

declare const pool: Pool<typeof import('../fixtures/typed.worker.js')>
const { tasks } = pool

describe('the types of a worker module', () => {
  it('make a pool of references', () => {
    const made = threadPool<typeof import('../fixtures/typed.worker.js')>(new URL('file:///x.js'))
    expectTypeOf(made).toEqualTypeOf(pool)
    expectTypeOf(made.tasks.double).toEqualTypeOf<TaskRef<[n: number], number>>()
  })

  it('are those of plain functions', () => {
    expectTypeOf(tasks.double).toEqualTypeOf<TaskRef<[n: number], number>>()
    expectTypeOf(tasks.pow).toEqualTypeOf<TaskRef<[base: number, exponent: number], number>>()
    expectTypeOf(tasks.greet).toEqualTypeOf<TaskRef<[name: string, greeting?: string], string>>()
    expectTypeOf(tasks.sum).toEqualTypeOf<TaskRef<number[], number>>()
    expectTypeOf(tasks.nothing).toEqualTypeOf<TaskRef<[], number>>()
    expectTypeOf(tasks.maybe).toEqualTypeOf<TaskRef<[n: number], string | undefined>>()
    expectTypeOf(tasks.pair).toEqualTypeOf<TaskRef<[n: number], [number, string]>>()
  })

  it('are those of functions that wait or emit many', () => {
    expectTypeOf(tasks.later).toEqualTypeOf<TaskRef<[text: string], number>>()
    expectTypeOf(tasks.divisors).toEqualTypeOf<TaskRef<[n: number], number>>()
    expectTypeOf(tasks.letters).toEqualTypeOf<TaskRef<[text: string], string>>()
    expectTypeOf(tasks.ticks).toEqualTypeOf<TaskRef<[n: number], Date>>()
  })

  it('are those of task()', () => {
    expectTypeOf(tasks.fetched).toEqualTypeOf<
      TaskRef<[URL], { aborted: boolean; threadId: string; url: string }>
    >()
    expectTypeOf(pool.run(tasks.counted, 3)).resolves.toExtend<Uint8Array>()
  })

  it('are those of stage()', () => {
    expectTypeOf(tasks.mean).toEqualTypeOf<StageRef<Reading, number>>()
    expectTypeOf(tasks.texts).toEqualTypeOf<StageRef<number, string>>()
  })

  it('know no name that is not exposed', () => {
    // @ts-expect-error: misspelt
    tasks.dubble
  })
})

describe('parallelMap', () => {
  it('emits what the task gives', () => {
    expectTypeOf(of(1).pipe(parallelMap(tasks.double))).toEqualTypeOf<Observable<number>>()
    expectTypeOf(of('a').pipe(parallelMap(tasks.later))).toEqualTypeOf<Observable<number>>()
    expectTypeOf(of(1).pipe(parallelMap(tasks.divisors))).toEqualTypeOf<Observable<number>>()
    expectTypeOf(of('a').pipe(parallelMap(tasks.letters))).toEqualTypeOf<Observable<string>>()
    expectTypeOf(of(1).pipe(parallelMap(tasks.ticks))).toEqualTypeOf<Observable<Date>>()
    expectTypeOf(of(1).pipe(parallelMap(tasks.maybe))).toEqualTypeOf<Observable<string | undefined>>()
    expectTypeOf(of(1).pipe(parallelMap(tasks.pair))).toEqualTypeOf<Observable<[number, string]>>()
    expectTypeOf(pull([1]).pipe(parallelMap(tasks.double))).toEqualTypeOf<Observable<number>>()
    expectTypeOf(of(new URL('x:')).pipe(parallelMap(tasks.fetched))).toEqualTypeOf<
      Observable<{ aborted: boolean; threadId: string; url: string }>
    >()
  })

  it('takes functions whose further arguments may be left out', () => {
    expectTypeOf(of('x').pipe(parallelMap(tasks.greet))).toEqualTypeOf<Observable<string>>()
    expectTypeOf(of(1).pipe(parallelMap(tasks.sum))).toEqualTypeOf<Observable<number>>()
    expectTypeOf(of('whatever').pipe(parallelMap(tasks.nothing))).toEqualTypeOf<Observable<number>>()
  })

  it('takes tuples with spread', () => {
    const pair: [number, number] = [2, 3]
    expectTypeOf(of(pair).pipe(parallelMap(tasks.pow, { spread: true }))).toEqualTypeOf<Observable<number>>()
    expectTypeOf(of<[string]>(['x']).pipe(parallelMap(tasks.greet, { spread: true }))).toEqualTypeOf<
      Observable<string>
    >()
    expectTypeOf(of([1, 2, 3]).pipe(parallelMap(tasks.sum, { spread: true }))).toEqualTypeOf<
      Observable<number>
    >()
  })

  it('takes no other input', () => {
    // @ts-expect-error: a string for a number
    of('a').pipe(parallelMap(tasks.double))
    // @ts-expect-error: undefined among them
    of(1, undefined).pipe(parallelMap(tasks.double))
    // @ts-expect-error: a string for a URL
    of('https://x').pipe(parallelMap(tasks.fetched))
    // @ts-expect-error: misspelt
    of(1).pipe(parallelMap(tasks.dubble))
  })

  it('takes no stage', () => {
    // @ts-expect-error: a stage is for fanOut
    of(1).pipe(parallelMap(tasks.texts))
    // @ts-expect-error: nor with options
    of(1).pipe(parallelMap(tasks.texts, { ordered: false }))
  })

  it('takes no function of two arguments without spread', () => {
    // @ts-expect-error: where would the exponent come from?
    of(1).pipe(parallelMap(tasks.pow))
    // @ts-expect-error: it takes the pair for the base
    of<[number, number]>([2, 3]).pipe(parallelMap(tasks.pow))
    // @ts-expect-error: likewise
    of<[number, number]>([2, 3]).pipe(parallelMap(tasks.pow, { ordered: false }))
  })

  it('takes no other tuple with spread', () => {
    // @ts-expect-error: one element too few
    of<[number]>([2]).pipe(parallelMap(tasks.pow, { spread: true }))
    // @ts-expect-error: a string for a number
    of<[number, string]>([2, 'x']).pipe(parallelMap(tasks.pow, { spread: true }))
    // @ts-expect-error: no tuple
    of(2).pipe(parallelMap(tasks.pow, { spread: true }))
  })

  it('adds what onError gives', () => {
    expectTypeOf(of(1).pipe(parallelMap(tasks.double, { onError: () => of('failed') }))).toEqualTypeOf<
      Observable<number | string>
    >()
    expectTypeOf(of(1).pipe(parallelMap(tasks.double, { onError: () => [null] }))).toEqualTypeOf<
      Observable<number | null>
    >()
    of(1).pipe(
      parallelMap(tasks.double, {
        onError: (error, value) => {
          expectTypeOf(error).toEqualTypeOf<unknown>()
          expectTypeOf(value).toEqualTypeOf<number>()
          return of(value)
        },
      }),
    )
    of<[number, number]>([1, 2]).pipe(
      parallelMap(tasks.pow, {
        spread: true,
        onError: (_error, [base, exponent]) => {
          expectTypeOf([base, exponent]).toEqualTypeOf<number[]>()
          return of(base)
        },
      }),
    )
  })

  it('takes options that were declared by their type', () => {
    const any: ParallelMapOptions = { ordered: false, onError: () => EMPTY }
    expectTypeOf(of(1).pipe(parallelMap(tasks.double, any))).toEqualTypeOf<Observable<number>>()
    expectTypeOf(of(1).pipe(parallelMap((n: number) => `${n}`, any))).toEqualTypeOf<Observable<string>>()
    const replacing: ParallelMapOptions<number, string> = { onError: (_error, n) => of(n.toFixed()) }
    expectTypeOf(of(1).pipe(parallelMap(tasks.double, replacing))).toEqualTypeOf<
      Observable<number | string>
    >()
    const inline: InlineOptions<number> = { bindings: { factor: 2 } }
    expectTypeOf(of(1).pipe(parallelMap((n: number) => n, inline))).toEqualTypeOf<Observable<number>>()
    const pairs: WithSpread<ParallelMapOptions<[number, number]>> = { spread: true, timeout: 9 }
    expectTypeOf(of<[number, number]>([2, 3]).pipe(parallelMap(tasks.pow, pairs))).toEqualTypeOf<
      Observable<number>
    >()
    const bound: WithSpread<InlineOptions<[number, number]>> = { spread: true, bindings: {} }
    expectTypeOf(
      of<[number, number]>([2, 3]).pipe(parallelMap((a: number, b: number) => a + b, bound)),
    ).toEqualTypeOf<Observable<number>>()
    // @ts-expect-error: the pair for the base
    of<[number, number]>([2, 3]).pipe(parallelMap(tasks.pow, any))
    // @ts-expect-error: a number for a pair
    of(1).pipe(parallelMap(tasks.double, pairs))
    const ofTexts: ParallelMapOptions<string> = { transfer: (text) => [new ArrayBuffer(text.length)] }
    // @ts-expect-error: what replaces texts, for numbers
    of(1).pipe(parallelMap(tasks.double, ofTexts))
    // @ts-expect-error: a task of a module has no bindings
    parallelMap(tasks.double, { bindings: {} })
    // @ts-expect-error: nor a list of arguments
    parallelMap(tasks.pow, { spread: true, bindings: {} })
    // @ts-expect-error: not known which
    parallelMap(tasks.double, { spread: Math.random() > 0.5 })
  })

  it('checks its options', () => {
    // @ts-expect-error: there is no such option
    parallelMap(tasks.double, { order: true })
    // @ts-expect-error: no such word
    parallelMap(tasks.double, { batch: 'many' })
    // @ts-expect-error: no such word
    parallelMap(tasks.double, { buffer: { size: 1, overflow: 'drop' } })
    // @ts-expect-error: bindings are for inline functions
    parallelMap(tasks.double, { bindings: {} })
    // @ts-expect-error: no list
    parallelMap(tasks.double, { transfer: (n: number) => n })
    parallelMap(tasks.letters, { transfer: (text) => [new ArrayBuffer(text.length)] })
  })
})

describe('parallelMap with an inline function', () => {
  it('emits what the function gives', () => {
    expectTypeOf(of(1).pipe(parallelMap((n: number) => `${n}`))).toEqualTypeOf<Observable<string>>()
    expectTypeOf(of(1).pipe(parallelMap(async (n: number) => `${n}`))).toEqualTypeOf<Observable<string>>()
    expectTypeOf(
      of(1).pipe(
        parallelMap(function* (n: number) {
          yield n
        }),
      ),
    ).toEqualTypeOf<Observable<number>>()
    expectTypeOf(
      of(1).pipe(
        parallelMap(async function* (n: number) {
          yield `${n}`
        }),
      ),
    ).toEqualTypeOf<Observable<string>>()
    expectTypeOf(of(1).pipe(parallelMap((n: number) => [n]))).toEqualTypeOf<Observable<number[]>>()
  })

  it('takes spread and bindings, and adds what onError gives', () => {
    const fib = (n: number): number => (n < 2 ? n : fib(n - 1) + fib(n - 2))
    expectTypeOf(of(1).pipe(parallelMap((n: number) => fib(n), { bindings: { fib } }))).toEqualTypeOf<
      Observable<number>
    >()
    expectTypeOf(
      of<[number, string]>([1, 'a']).pipe(
        parallelMap((n: number, text: string) => text.repeat(n), { spread: true }),
      ),
    ).toEqualTypeOf<Observable<string>>()
    expectTypeOf(
      of(1).pipe(parallelMap((n: number) => n, { bindings: { fib }, onError: () => of('failed') })),
    ).toEqualTypeOf<Observable<number | string>>()
  })

  it('takes no other input', () => {
    // @ts-expect-error: a string for a number
    of('a').pipe(parallelMap((n: number) => n))
    // @ts-expect-error: two arguments without spread
    of(1).pipe(parallelMap((n: number, m: number) => n + m))
  })
})

describe('run and fromTask', () => {
  it('give what the task gives', () => {
    expectTypeOf(pool.run(tasks.pow, 2, 3)).toEqualTypeOf<Promise<number>>()
    expectTypeOf(pool.run(tasks.later, 'x')).toEqualTypeOf<Promise<number>>()
    expectTypeOf(pool.run(tasks.greet, 'x')).toEqualTypeOf<Promise<string>>()
    expectTypeOf(pool.run(tasks.greet, 'x', 'hi')).toEqualTypeOf<Promise<string>>()
    expectTypeOf(pool.run(tasks.nothing)).toEqualTypeOf<Promise<number>>()
    expectTypeOf(pool.run(tasks.sum, 1, 2, 3)).toEqualTypeOf<Promise<number>>()
    expectTypeOf(fromTask(tasks.divisors, 6)).toEqualTypeOf<Observable<number>>()
    expectTypeOf(fromTask(tasks.letters, 'abc')).toEqualTypeOf<Observable<string>>()
    expectTypeOf(fromTask(tasks.ticks, 1)).toEqualTypeOf<Observable<Date>>()
  })

  it('take no other arguments', () => {
    // @ts-expect-error: one argument too few
    pool.run(tasks.pow, 2)
    // @ts-expect-error: one too many
    pool.run(tasks.pow, 2, 3, 4)
    // @ts-expect-error: a string for a number
    pool.run(tasks.pow, 2, '3')
    // @ts-expect-error: a stage
    pool.run(tasks.mean)
    // @ts-expect-error: one argument too few
    fromTask(tasks.divisors)
    // @ts-expect-error: a string for a number
    fromTask(tasks.divisors, '6')
    // @ts-expect-error: a stage
    fromTask(tasks.texts, 1)
    // @ts-expect-error: misspelt
    fromTask(tasks.divisor, 6)
  })
})
