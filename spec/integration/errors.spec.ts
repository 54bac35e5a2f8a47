import { count, from, lastValueFrom, map, of, range } from 'rxjs'
import {
  CloneError,
  fanIn,
  fanOut,
  isParallelError,
  ParallelError,
  parallelMap,
  threadPool,
} from 'rxjs-parallel'
import { registerError } from 'rxjs-parallel/worker'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HttpError } from '../fixtures/httpError.mjs'
import { isolation } from '../support/isolation.js'
import { outcomeOf, rejection, thrownBy, valuesOf } from '../support/outcome.js'
import { fixture, poolOptions } from '../support/pools.js'

const pool = threadPool<typeof import('../fixtures/errors.worker.mjs')>(
  fixture('errors.worker.mjs'),
  poolOptions,
)
const { tasks } = pool

beforeAll(() => pool.ready())
afterAll(() => pool.close())

/** What comes of a task that throws this: see the fixture's list. */
const thrown = (name: string) => rejection(pool.run(tasks.throwing, name))

describe('an error that a task throws', () => {
  it.each(['throwing', 'rejecting', 'generating', 'generatingLater', 'observing'] as const)(
    'comes out (%s)',
    async (name) => {
      const { error } = await outcomeOf(of('TypeError').pipe(parallelMap(tasks[name])))
      expect(error).toBeInstanceOf(TypeError)
      expect(error.message).toBe('a TypeError')
    },
  )

  it('of a thenable fails its item, and the thread goes on', async () => {
    const onError = (error: any) => of(error.message)
    const results = await valuesOf(of(1, 2).pipe(parallelMap(tasks.throwingThenable, { onError })))
    expect(results).toEqual(['of then', 'of then'])
    expect(await pool.run(tasks.double, 21)).toBe(42)
  })

  it('comes out of a stage', async () => {
    const { error } = await outcomeOf(of('TypeError').pipe(fanOut(tasks.failing, { branches: 1 }), fanIn()))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.stack).toContain('throwDeepInside')
    expect(error.stack).toContain('errors.spec.ts')
  })

  it.each(['EvalError', 'RangeError', 'ReferenceError', 'SyntaxError', 'TypeError', 'URIError'])(
    'keeps its class: %s',
    async (name) => {
      const error = await thrown(name)
      expect(error).toBeInstanceOf((globalThis as any)[name])
      expect(error).toMatchObject({ name, message: `a ${name}` })
      expect(Object.prototype.toString.call(error)).toBe('[object Error]')
    },
  )

  it('keeps its name and message', async () => {
    const plain = await thrown('error')
    expect(Object.getPrototypeOf(plain)).toBe(Error.prototype)
    expect(plain).toMatchObject({ name: 'Error', message: 'plain' })
    expect(await thrown('named')).toMatchObject({ name: 'OwnName', message: 'named' })
    expect(String(await thrown('named'))).toBe('OwnName: named')
  })

  it("keeps its stack: the worker's frames, then the caller's", async () => {
    const checkStack = (stack: string) => {
      expect(stack.split('\n')[0]).toBe('RangeError: a RangeError')
      const inside = stack.indexOf('throwDeepInside')
      const outside = stack.indexOf('errors.spec.ts')
      expect(inside).toBeGreaterThan(0)
      expect(stack).toContain('errors.worker.mjs')
      expect(outside).toBeGreaterThan(inside)
    }
    checkStack((await thrown('RangeError')).stack)
    checkStack((await outcomeOf(of('RangeError').pipe(parallelMap(tasks.throwing)))).error.stack)
  })

  it('keeps its cause, and the causes of that', async () => {
    let error = await thrown('cause')
    for (const message of ['at 3', 'at 2', 'at 1', 'the innermost']) {
      expect(error).toBeInstanceOf(Error)
      expect(error.message).toBe(message)
      expect(error.stack).toContain('deep')
      error = error.cause
    }
    expect(error).toBe(undefined)
  })

  it('keeps a cause that is no error, and one that is undefined', async () => {
    expect((await thrown('causeString')).cause).toBe('just words')
    const error = await thrown('causeUndefined')
    expect(Object.hasOwn(error, 'cause')).toBe(true)
    expect(error.cause).toBe(undefined)
    expect(Object.hasOwn(await thrown('error'), 'cause')).toBe(false)
  })

  it('may be its own cause', async () => {
    const cyclic = await thrown('cyclic')
    expect(cyclic.cause.message).toBe('b')
    expect(cyclic.cause.cause).toBe(cyclic)
    const self = await thrown('self')
    expect(self.cause).toBe(self)
  })

  it('keeps its own properties, as far as they can be sent', async () => {
    const error = await thrown('properties')
    expect(error).toMatchObject({ code: 'E_CODE', details: { list: [1, null] }, when: new Date(0) })
    expect(Object.keys(error)).toEqual(expect.arrayContaining(['code', 'details', 'when']))
  })

  it("keeps an AggregateError's errors", async () => {
    const error = await thrown('aggregate')
    expect(error).toBeInstanceOf(AggregateError)
    expect(error.message).toBe('several')
    const [first, second, third] = error.errors
    expect(first).toBeInstanceOf(TypeError)
    expect(first.message).toBe('first')
    expect(second).toBe('second')
    expect(third).toBeInstanceOf(AggregateError)
    expect(third.errors[0].message).toBe('inner')
  })

  it('may be a DOMException', async () => {
    const error = await thrown('dom')
    expect(error).toBeInstanceOf(DOMException)
    expect(error).toMatchObject({ name: 'QuotaExceededError', message: 'no more', code: 22 })
    expect(error.stack).toContain('errors.worker.mjs')
  })

  it('of a registered class comes back as itself', async () => {
    const error = await thrown('registered')
    expect(error).toBeInstanceOf(HttpError)
    expect(error).toMatchObject({ name: 'HttpError', message: 'HTTP 503', status: 503, url: 'http://x' })
    expect(error.isClientError).toBe(false)
  })

  it('of a class that extends a registered one comes back as that', async () => {
    const error = await thrown('subclass')
    expect(error).toBeInstanceOf(HttpError)
    expect(error.isClientError).toBe(true)
  })

  it('of another class comes back as the nearest that is known, with its name', async () => {
    const error = await thrown('unregistered')
    expect(error).toBeInstanceOf(TypeError)
    expect(error).toMatchObject({ name: 'Unregistered', message: 'of a class of mine' })
  })

  it('of another realm is an error all the same', async () => {
    const error = await thrown('realm')
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({ name: 'RangeError', message: 'of another realm' })
  })

  it('without a stack has at least its message', async () => {
    expect((await thrown('noStack')).message).toBe('without')
  })

  it('travels to a thread, as far as structured clone goes', async () => {
    const error = await rejection(pool.run(tasks.rethrow, new RangeError('there and back')))
    expect(error).toBeInstanceOf(RangeError)
    expect(error.message).toBe('there and back')
  })
})

describe('what is no error', () => {
  it.each([
    ['string', 'just words'],
    ['number', 42],
    ['null', null],
    ['undefined', undefined],
    ['false', false],
    ['object', { code: 7, nested: { list: [1] } }],
    ['array', [1, [2]]],
  ])('comes out as it was: %s', async (name, value) => {
    expect(await thrown(name)).toStrictEqual(value)
    for (const task of ['rejecting', 'generating', 'generatingLater', 'observing'] as const) {
      const outcome = await outcomeOf(of(name).pipe(parallelMap(tasks[task])))
      expect(outcome).toStrictEqual({ values: [], completed: false, error: value })
    }
    const outcome = await outcomeOf(of(name).pipe(fanOut(tasks.failing, { branches: 1 }), fanIn()))
    expect(outcome).toStrictEqual({ values: [], completed: false, error: value })
  })

  it.each(['function', 'symbol', 'objectWithFunction', 'promise'])(
    'and cannot be sent is an error that says so: %s',
    async (name) => {
      const error = await thrown(name)
      expect(error).toBeInstanceOf(Error)
      expect(isParallelError(error, 'CLONE')).toBe(true)
      expect(error.message).toContain('threw')
    },
  )

  it.each(['hostile', 'proxy'])('and defends itself makes nothing hang: %s', async (name) => {
    expect(await thrown(name)).toBeInstanceOf(Error)
    expect(await pool.run(tasks.double, 21)).toBe(42)
  })
})

describe('a value that cannot be sent to a thread', () => {
  const items = [{ n: 0 }, { n: 1 }, { n: 2 }, { n: 3, onDone: () => 1 }, { n: 4 }]

  it.each([1, 7, 'auto'] as const)('is named by its path (batch: %s)', async (batch) => {
    const { values, error } = await outcomeOf(from(items as any[]).pipe(parallelMap(tasks.double, { batch })))
    expect(values).toHaveLength(3)
    expect(error).toBeInstanceOf(CloneError)
    expect(error.message).toContain(`items[3].onDone is a function and can't be sent to a ${isolation}`)
    expect(error.path).toBe('items[3].onDone')
    expect(error.cause.name).toBe('DataCloneError')
  })

  it.each([1, 7, 'auto'] as const)('leaves the other items alone (batch: %s)', async (batch) => {
    const values = [0, 1, () => 2, 3, Symbol('four'), 5] as any[]
    const onError = (error: any, value: unknown) => of([error.code, typeof value])
    expect(await valuesOf(from(values).pipe(parallelMap(tasks.double, { batch, onError })))).toEqual([
      0,
      2,
      ['CLONE', 'function'],
      6,
      ['CLONE', 'symbol'],
      10,
    ])
  })

  it.each([
    [() => 1, 'items[0] is a function'],
    [Symbol('s'), 'items[0] is a symbol'],
    [{ a: { b: [1, { c: () => 1 }] } }, 'items[0].a.b[1].c is a function'],
    [{ 'not a name': () => 1 }, 'items[0]["not a name"] is a function'],
    [new Map([['key', () => 1]]), 'items[0].get("key") is a function'],
    [new Set([() => 1]), 'items[0].values() is a function'],
    [Promise.resolve(), 'items[0] is a Promise'],
    [{ weak: new WeakMap() }, 'items[0].weak is a WeakMap'],
    [[[[() => 1]]], 'items[0][0][0][0] is a function'],
  ])('%# is named', async (value, words) => {
    const { error } = await outcomeOf(of(value as any).pipe(parallelMap(tasks.double)))
    expect(error.message).toContain(words)
  })

  it('may be one of very many: the pool goes on', async () => {
    const onError = () => of('refused')
    const functions = range(0, 3000).pipe(map(() => (() => {}) as any))
    const refused = functions.pipe(parallelMap(tasks.double, { batch: 1, onError }), count())
    expect(await lastValueFrom(refused)).toBe(3000)
    expect(await pool.run(tasks.double, 21)).toBe(42)
  })

  it('may be part of a cycle', async () => {
    const cyclic: any = { list: [] }
    cyclic.self = cyclic
    cyclic.list.push({ up: cyclic }, { f: () => 1 })
    const { error } = await outcomeOf(of(cyclic).pipe(parallelMap(tasks.double)))
    expect(error.message).toContain('items[0].list[1].f is a function')
  })

  it('may be behind a getter that throws', async () => {
    const hostile = {
      get trap(): unknown {
        throw new Error('of the getter')
      },
    }
    const { error } = await outcomeOf(of(hostile as any).pipe(parallelMap(tasks.double)))
    expect(error).toBeInstanceOf(Error)
    expect(await pool.run(tasks.double, 21)).toBe(42)
  })
})

describe('a result that cannot be sent from a thread', () => {
  it.each(['bad', 'badLater'] as const)('(%s) fails its item, and no other', async (name) => {
    const onError = (error: any) => of(error)
    for (const batch of [1, 7] as const) {
      const results = (await valuesOf(
        of(1, 2, 3, 4, 5).pipe(parallelMap(tasks[name] as typeof tasks.bad, { batch, onError })),
      )) as any[]
      expect(results.filter((_, i) => i !== 2)).toEqual([1, 2, 4, 5])
      expect(results[2]).toBeInstanceOf(CloneError)
      expect(results[2].message).toContain(`onDone is a function and can't be sent from a ${isolation}`)
    }
  })

  it('is named by its path', async () => {
    const error = await rejection(pool.run(tasks.bad, 3))
    expect(error.message).toContain(
      `result.items[0].onDone is a function and can't be sent from a ${isolation}`,
    )
    expect(error.path).toBe('result.items[0].onDone')
  })

  it('among many ends its item there', async () => {
    const onError = (error: any) => of(error.code as string)
    expect(await valuesOf(of(2, 3, 4).pipe(parallelMap(tasks.badAmong, { onError })))).toEqual([
      2,
      2,
      2,
      3,
      'CLONE',
      4,
      4,
      4,
    ])
  })

  it('fails a stage after the values before it', async () => {
    const { values, error } = await outcomeOf(
      of(1, 2, 3, 4).pipe(fanOut(tasks.badStage, { branches: 1 }), fanIn()),
    )
    expect(values).toEqual([1, 2])
    expect(error).toBeInstanceOf(CloneError)
    expect(error.message).toContain(`onDone is a function and can't be sent from a ${isolation}`)
  })
})

describe('registerError', () => {
  it('returns the class, and takes it twice', () => {
    class Mine extends Error {}
    expect(registerError(Mine)).toBe(Mine)
    expect(registerError(Mine)).toBe(Mine)
  })

  it('refuses another class of the same name, and what is no error class', () => {
    const other = { HttpError: class HttpError extends Error {} }
    expect(thrownBy(() => registerError(other.HttpError)).message).toContain('HttpError')
    expect(thrownBy(() => registerError(class Nothing {} as never))).toBeInstanceOf(TypeError)
    expect(thrownBy(() => registerError('Error' as never))).toBeInstanceOf(TypeError)
  })
})

describe('isParallelError', () => {
  it('tells this library’s errors from others, by code where one is given', () => {
    const error = new CloneError('no', 'items[0]')
    expect(isParallelError(error)).toBe(true)
    expect(isParallelError(error, 'CLONE')).toBe(true)
    expect(isParallelError(error, 'OVERFLOW')).toBe(false)
    expect(error).toBeInstanceOf(ParallelError)
    for (const other of [new Error('no'), { code: 'CLONE' }, null, undefined, 'CLONE'])
      expect(isParallelError(other)).toBe(false)
  })

  it('works with an error that came back from a thread', async () => {
    const error = await rejection(pool.run((tasks as any).misspelt))
    expect(isParallelError(error, 'UNKNOWN_TASK')).toBe(true)
  })

  it('works across ESM and CommonJS', async () => {
    const { createRequire } = await import('node:module')
    const cjs = createRequire(import.meta.url)('../../dist/index.cjs') as typeof import('rxjs-parallel')
    expect(cjs.isParallelError(new CloneError('no', ''), 'CLONE')).toBe(true)
    expect(isParallelError(new cjs.PoolClosedError('no'), 'POOL_CLOSED')).toBe(true)
  })
})
