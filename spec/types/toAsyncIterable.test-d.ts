import type { Observable } from 'rxjs'
import { map, of, pipe } from 'rxjs'
import type { Pool, ToAsyncIterableOptions } from 'rxjs-parallel'
import { parallelMap, pull, toAsyncIterable } from 'rxjs-parallel'
import { describe, expectTypeOf, it } from 'vitest'

declare const pool: Pool<typeof import('../fixtures/typed.worker.js')>
const { tasks } = pool

describe('toAsyncIterable', () => {
  it('gives what its source emits', () => {
    expectTypeOf(toAsyncIterable(of(1, 2))).toEqualTypeOf<AsyncIterable<number>>()
    expectTypeOf(toAsyncIterable(of(1, 'a'), { size: 1, bytes: 1 })).toEqualTypeOf<
      AsyncIterable<number | string>
    >()
    expectTypeOf(toAsyncIterable(pull(['a']).pipe(parallelMap(tasks.later)))).toEqualTypeOf<
      AsyncIterable<number>
    >()
    expectTypeOf(toAsyncIterable()(of('a'))).toEqualTypeOf<AsyncIterable<string>>()
    expectTypeOf(toAsyncIterable({ size: 1 })(of('a'))).toEqualTypeOf<AsyncIterable<string>>()
  })

  it('stands last in what pipe composes', () => {
    const lengths = pipe(parallelMap(tasks.later), toAsyncIterable())
    expectTypeOf(lengths).toEqualTypeOf<(source: Observable<string>) => AsyncIterable<number>>()
    const texts = pipe(
      map((n: number) => n + 1),
      map((n) => `${n}`),
      toAsyncIterable({ size: 1 }),
    )
    expectTypeOf(texts(of(1))).toEqualTypeOf<AsyncIterable<string>>()
  })

  it('can be looped over', async () => {
    for await (const value of toAsyncIterable(of(new Date()))) expectTypeOf(value).toEqualTypeOf<Date>()
    expectTypeOf(pull(toAsyncIterable(of(1)))).toEqualTypeOf<Observable<number>>()
  })

  it('takes nothing else', () => {
    // @ts-expect-error: no Observable
    toAsyncIterable([1, 2])
    // @ts-expect-error: likewise
    toAsyncIterable()([1, 2])
    // @ts-expect-error: RxJS 7 types the method for operators only
    of(1).pipe(toAsyncIterable())
    // @ts-expect-error: a string for a number
    toAsyncIterable({ size: '1' })
    // @ts-expect-error: no such option
    toAsyncIterable({ buffer: 1 })
    // @ts-expect-error: nor after a source
    toAsyncIterable(of(1), { buffer: 1 })
    const options: ToAsyncIterableOptions = { size: 1 }
    // @ts-expect-error: read only
    options.size = 2
  })
})
