import { from, of, range } from 'rxjs'
import { parallelMap } from 'rxjs-parallel'
import { describe, expect, it } from 'vitest'
import { ordinaryValues } from '../support/ordinaryValues.js'
import { outcomeOf, thrownBy, valuesOf } from '../support/outcome.js'

// These run in the threads that all inline functions share: they hold no process, and so nothing closes them.

describe('an inline function', () => {
  it('runs in another thread', async () => {
    const [threadId] = await valuesOf(
      of(0).pipe(parallelMap(() => process.getBuiltinModule('node:worker_threads').threadId)),
    )
    expect(threadId).toBeGreaterThan(0)
  })

  it('runs once an item, in order', async () => {
    expect(await valuesOf(range(0, 500).pipe(parallelMap((n: number) => n * 3)))).toEqual(
      Array.from({ length: 500 }, (_, i) => i * 3),
    )
  })

  it('may be of any kind', async () => {
    const methods = {
      method(n: number) {
        return n + 1
      },
      async asyncMethod(n: number) {
        return n + 1
      },
      *generatorMethod(n: number) {
        yield n
        yield n + 1
      },
    }
    const run = (f: (n: number) => unknown) => valuesOf(of(1).pipe(parallelMap(f)))
    expect(
      await run(function named(n) {
        return n + 1
      }),
    ).toEqual([2])
    expect(await run(async (n) => n + 1)).toEqual([2])
    expect(
      await run(function* (n) {
        yield n
        yield n + 1
      }),
    ).toEqual([1, 2])
    expect(
      await run(async function* (n) {
        yield n
        yield n + 1
      }),
    ).toEqual([1, 2])
    expect(await run(methods.method)).toEqual([2])
    expect(await run(methods.asyncMethod)).toEqual([2])
    expect(await run(methods.generatorMethod)).toEqual([1, 2])
  })

  it('may call itself by its own name', async () => {
    const factorial = function factorial(n: number): number {
      return n < 2 ? 1 : n * factorial(n - 1)
    }
    expect(await valuesOf(of(5).pipe(parallelMap(factorial)))).toEqual([120])
  })

  it('takes spread and the other options', async () => {
    const pairs: [number, number][] = [
      [2, 3],
      [3, 2],
    ]
    const onError = () => of('failed')
    expect(
      await valuesOf(from(pairs).pipe(parallelMap((a: number, b: number) => a ** b, { spread: true }))),
    ).toEqual([8, 9])
    const failing = (n: number) => {
      if (n === 2) throw new RangeError('at 2')
      return n
    }
    expect(await valuesOf(of(1, 2, 3).pipe(parallelMap(failing, { onError })))).toEqual([1, 'failed', 3])
    expect((await outcomeOf(of(2).pipe(parallelMap(failing)))).error).toEqual(new RangeError('at 2'))
  })

  it('takes and gives ordinary values', async () => {
    expect(await valuesOf(from(ordinaryValues).pipe(parallelMap((value: unknown) => value)))).toStrictEqual(
      ordinaryValues,
    )
  })

  it('knows what is global', async () => {
    expect(await valuesOf(of('a b').pipe(parallelMap((text: string) => encodeURIComponent(text))))).toEqual([
      'a%20b',
    ])
    expect(await valuesOf(of([3, 1, 2]).pipe(parallelMap((list: number[]) => Math.max(...list))))).toEqual([
      3,
    ])
  })
})

describe('bindings', () => {
  it('bring functions that call themselves', async () => {
    const fib = (n: number): number => (n < 2 ? n : fib(n - 1) + fib(n - 2))
    expect(
      await valuesOf(range(0, 10).pipe(parallelMap((n: number) => fib(n), { bindings: { fib } }))),
    ).toEqual([0, 1, 1, 2, 3, 5, 8, 13, 21, 34])
  })

  it('bring functions that call each other', async () => {
    const isEven = (n: number): boolean => n === 0 || isOdd(n - 1)
    const isOdd = (n: number): boolean => n !== 0 && isEven(n - 1)
    expect(
      await valuesOf(
        of(0, 1, 2, 7).pipe(parallelMap((n: number) => isEven(n), { bindings: { isEven, isOdd } })),
      ),
    ).toEqual([true, false, true, false])
  })

  it('bring values', async () => {
    const factor = 3
    const names = new Map([[3, 'three']])
    const nothing = null
    const run = (n: number) => [n * factor, names.get(n), nothing]
    expect(await valuesOf(of(3).pipe(parallelMap(run, { bindings: { factor, names, nothing } })))).toEqual([
      [9, 'three', null],
    ])
  })

  it('may be methods and classes', async () => {
    const tools = {
      plus(a: number, b: number) {
        return a + b
      },
    }
    const { plus } = tools
    class Point {
      constructor(readonly x: number) {}
      double() {
        return this.x * 2
      }
    }
    const run = (n: number) => plus(new Point(n).double(), 1)
    expect(await valuesOf(of(3).pipe(parallelMap(run, { bindings: { plus, Point } })))).toEqual([7])
  })

  it('are those of each operator alone', async () => {
    const a = 1
    const first = valuesOf(of(0).pipe(parallelMap(() => a, { bindings: { a } })))
    const second = valuesOf(of(0).pipe(parallelMap(() => a, { bindings: { a: 2 } })))
    expect(await first).toEqual([1])
    expect(await second).toEqual([2])
  })

  it('that are missing are named', async () => {
    const secret = 42
    for (const run of [
      () => secret,
      async () => secret,
      function* () {
        yield secret
      },
      async function* () {
        yield secret
      },
    ]) {
      const { error } = await outcomeOf(of(0).pipe(parallelMap(run as () => unknown)))
      expect(error.code).toBe('UNBOUND_NAME')
      expect(error.message).toContain("'secret'")
      expect(error.message).toContain('bindings')
      expect(error.cause).toBeInstanceOf(ReferenceError)
    }
  })

  it('that are missing in a bound function are named', async () => {
    const offset = 1
    const shift = (n: number) => n + offset
    const { error } = await outcomeOf(
      of(0).pipe(parallelMap((n: number) => shift(n), { bindings: { shift } })),
    )
    expect(error.code).toBe('UNBOUND_NAME')
    expect(error.message).toContain("'offset'")
  })

  it("leave a function's own ReferenceErrors alone", async () => {
    const run = () => {
      throw new ReferenceError('no such page')
    }
    const { error } = await outcomeOf(of(0).pipe(parallelMap(run)))
    expect(error).toBeInstanceOf(ReferenceError)
    expect(error.message).toBe('no such page')
  })

  it('that cannot be cloned fail with a CloneError that names them', async () => {
    const table = { look: { up: () => 1 } }
    const { error } = await outcomeOf(of(0).pipe(parallelMap(() => table, { bindings: { table } })))
    expect(error.code).toBe('CLONE')
    expect(error.message).toContain('table.look.up')
  })

  it.each([
    ['a native function', () => parallelMap(Math.sqrt), 'native'],
    ['a bound function', () => parallelMap(((n: number) => n).bind(null)), 'bound'],
    [
      'a native function among the bindings',
      () => parallelMap((n: number) => n, { bindings: { floor: Math.floor } }),
      'bindings.floor',
    ],
    [
      'a name that no variable can have',
      () => parallelMap((n: number) => n, { bindings: { 'a-b': 1 } }),
      'a-b',
    ],
    [
      'a reserved word among the bindings',
      () => parallelMap((n: number) => n, { bindings: { class: 1 } }),
      'class',
    ],
  ])('refuse %s when the operator is made', (_what, make, word) => {
    const error = thrownBy(make)
    expect(error.code).toBe('INVALID_ARGUMENT')
    expect(error.message).toContain(word)
  })
})
