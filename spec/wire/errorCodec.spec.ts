import vm from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  CloneError,
  isParallelError,
  ParallelError,
  parallelErrors,
  TaskTimeoutError,
  WorkerCrashError,
} from '../../lib/errors.js'
import { registerError } from '../../lib/wire/errorClasses.js'
import { decodeError, encodeError } from '../../lib/wire/errorCodec.js'

class HttpError extends Error {
  constructor(readonly status: number) {
    super(`HTTP ${status}`)
    this.name = 'HttpError'
  }
  get isServerError() {
    return this.status >= 500
  }
}
registerError(HttpError)

class NotFoundError extends HttpError {
  constructor() {
    super(404)
  }
}

class UnknownRangeError extends RangeError {
  override name = 'UnknownRangeError'
}

/** To a thread and back. */
function acrossTheBorder(thrown: unknown, caller?: Error): any {
  return decodeError(structuredClone(encodeError(thrown)), caller)
}

/** A class, how one is made, and what it comes back as. */
const classes: [name: string, make: (message: string) => Error, comesBackAs: new (...args: any[]) => any][] =
  [
    ['Error', (message) => new Error(message), Error],
    ['TypeError', (message) => new TypeError(message), TypeError],
    ['RangeError', (message) => new RangeError(message), RangeError],
    ['SyntaxError', (message) => new SyntaxError(message), SyntaxError],
    ['ReferenceError', (message) => new ReferenceError(message), ReferenceError],
    ['EvalError', (message) => new EvalError(message), EvalError],
    ['URIError', (message) => new URIError(message), URIError],
    ['AggregateError', (message) => new AggregateError([], message), AggregateError],
    ['HttpError', (message) => Object.assign(new HttpError(503), { message }), HttpError],
    [
      'a class that extends a registered one',
      (message) => Object.assign(new NotFoundError(), { message }),
      HttpError,
    ],
    ["a class that extends one of the language's", (message) => new UnknownRangeError(message), RangeError],
    ['CloneError', (message) => new CloneError(message, 'a.b'), CloneError],
    ['DOMException', (message) => new DOMException(message, 'AbortError') as unknown as Error, DOMException],
  ]

/** Keys of own properties that are nobody's business but the user's. */
const ownKey = fc
  .string({ minLength: 1 })
  .filter((key) => !['stack', 'message', 'name', 'cause', 'errors', 'code', 'path'].includes(key))
const cloneable = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withTypedArray: true,
})

interface Plan {
  of: number
  message: string
  own: [string, unknown][]
  cause: Plan | { thrown: unknown } | 'none' | 'itself' | 'the outermost'
  errors: Plan[] | undefined
}

const plan = (depth: number): fc.Arbitrary<Plan> =>
  fc.record({
    of: fc.nat(classes.length - 1),
    message: fc.string(),
    own: fc.uniqueArray(fc.tuple(ownKey, cloneable), { maxLength: 3, selector: ([key]) => key }),
    cause: fc.oneof(
      fc.constantFrom('none' as const, 'itself' as const, 'the outermost' as const),
      fc.record({ thrown: cloneable }),
      ...(depth > 0 ? [plan(depth - 1)] : []),
    ),
    errors:
      depth > 0
        ? fc.option(fc.array(plan(depth - 1), { maxLength: 3 }), { nil: undefined })
        : fc.constant(undefined),
  })

/** Makes the error. As `cause` and `errors` the language makes properties that aren't enumerable. */
function errorOf({ of, message, own, cause, errors }: Plan, outermost?: Error): Error {
  const error = classes[of]![1](message)
  const hide = (key: string, value: unknown) =>
    Object.defineProperty(error, key, { value, configurable: true, writable: true })
  for (const [key, value] of own)
    Object.defineProperty(error, key, { value, enumerable: true, configurable: true, writable: true })
  if (cause === 'itself') hide('cause', error)
  else if (cause === 'the outermost') hide('cause', outermost ?? error)
  else if (cause !== 'none')
    hide('cause', 'thrown' in cause ? cause.thrown : errorOf(cause, outermost ?? error))
  if (errors)
    hide(
      'errors',
      errors.map((each) => errorOf(each, outermost ?? error)),
    )
  return error
}

function expectSame(
  got: any,
  { of, message, own, cause, errors }: Plan,
  original: Error,
  outermost: any,
): void {
  expect(got).toBeInstanceOf(classes[of]![2])
  expect(got.name).toBe(original.name)
  expect(got.message).toBe(message)
  expect(got.stack).toBe(original.stack)
  for (const [key, value] of own) expect(got[key]).toStrictEqual(structuredClone(value))
  const { cause: itsCause, errors: itsErrors } = original as any
  if (cause === 'none') expect(Object.hasOwn(got, 'cause')).toBe(false)
  else if (cause === 'itself') expect(got.cause).toBe(got)
  else if (cause === 'the outermost') expect(got.cause).toBe(outermost)
  else if ('thrown' in cause) expect(got.cause).toStrictEqual(structuredClone(cause.thrown))
  else expectSame(got.cause, cause, itsCause, outermost)
  if (!errors) return
  expect(got.errors).toHaveLength(errors.length)
  for (const [i, each] of errors.entries()) expectSame(got.errors[i], each, itsErrors[i], outermost)
}

describe('an error', () => {
  it('keeps class, name, message, stack, own properties, cause and errors, cycles included', () => {
    fc.assert(
      fc.property(plan(2), (planned) => {
        const original = errorOf(planned)
        const got = acrossTheBorder(original)
        expectSame(got, planned, original, got)
      }),
      { numRuns: 300 },
    )
  })

  it.each(classes)('comes back as what it was: %s', (_name, make, comesBackAs) => {
    const original = make('some message')
    const got = acrossTheBorder(original)
    expect(got).toBeInstanceOf(comesBackAs)
    expect(got).toBeInstanceOf(Error)
    expect(Object.getPrototypeOf(got)).toBe(comesBackAs.prototype)
    expect(String(got)).toBe(String(original))
    expect(Object.prototype.toString.call(got)).toBe(Object.prototype.toString.call(original))
  })

  it('has what its class gives it, and is not made by its constructor', () => {
    const got = acrossTheBorder(new HttpError(503))
    expect(got).toMatchObject({ status: 503, isServerError: true, message: 'HTTP 503' })
  })

  it.each(Object.entries(parallelErrors))("may be one of this library's own: %s", (name, type) => {
    const original = new (type as new (...args: any[]) => ParallelError)('first', 'second', {})
    const got = acrossTheBorder(original)
    expect(got).toBeInstanceOf(type)
    expect(got.name).toBe(name)
    expect(isParallelError(got, original.code)).toBe(true)
  })

  it('keeps what a crash says of itself', () => {
    const original = new WorkerCrashError('died', {
      cause: new TaskTimeoutError('late'),
      threadId: 'host/1/2',
      exitCode: 9,
      value: { n: 1 },
    })
    const got = acrossTheBorder(original)
    expect(got).toMatchObject({ threadId: 'host/1/2', exitCode: 9, value: { n: 1 } })
    expect(got.cause).toBeInstanceOf(TaskTimeoutError)
  })

  it('keeps what kind of DOMException it was', () => {
    const got = acrossTheBorder(new DOMException('stop', 'AbortError'))
    expect(got).toMatchObject({ name: 'AbortError', message: 'stop', code: DOMException.ABORT_ERR })
  })

  it('of another realm is an error as well', () => {
    const got = acrossTheBorder(
      vm.runInNewContext('Object.assign(new TypeError("from afar"), { detail: 7 })'),
    )
    expect(got).toBeInstanceOf(TypeError)
    expect(got).toMatchObject({ message: 'from afar', detail: 7 })
  })

  it('of a class that only has the name of a registered one comes back as an Error', () => {
    const Other = { HttpError: class HttpError extends Error {} }.HttpError
    const got = acrossTheBorder(new Other('imposter'))
    expect(Object.getPrototypeOf(got)).toBe(Error.prototype)
    expect(got.message).toBe('imposter')
  })

  it('keeps a name that was given to it', () => {
    expect(acrossTheBorder(Object.assign(new Error('x'), { name: 'Renamed' })).name).toBe('Renamed')
    expect(Object.keys(acrossTheBorder(new UnknownRangeError('x')))).not.toContain('message')
  })

  it('shows what it can of properties that can not be cloned, and leaves methods out', () => {
    const got = acrossTheBorder(
      Object.assign(new Error('x'), { retry: () => {}, pending: Promise.resolve(), kept: 1 }),
    )
    expect(got).toMatchObject({ message: 'x', pending: '[a Promise]', kept: 1 })
    expect('retry' in got).toBe(false)
  })

  it('without a stack has none', () => {
    expect(acrossTheBorder(Object.assign(new Error('x'), { stack: undefined })).stack).toBeUndefined()
  })

  it('has the frames of whoever asked for the work after its own', () => {
    const original = new Error('x')
    const caller = new Error('not to be seen')
    const lines = acrossTheBorder(original, caller).stack.split('\n')
    const own = original.stack!.split('\n')
    expect(lines.slice(0, own.length)).toEqual(own)
    expect(lines.slice(own.length)).toEqual(caller.stack!.split('\n').slice(1))
    const cause = new Error('of a cause')
    expect(acrossTheBorder(new Error('x', { cause }), caller).cause.stack).toBe(cause.stack)
  })

  it('that stands in several places is one error there too', () => {
    const shared = new Error('shared')
    const got = acrossTheBorder(
      new AggregateError([shared, new Error('x', { cause: shared }), shared], 'all'),
    )
    expect(got.errors[0]).toBe(got.errors[2])
    expect(got.errors[1].cause).toBe(got.errors[0])
  })
})

describe('a thrown value that is no Error', () => {
  it('stays what it was', () => {
    fc.assert(
      fc.property(cloneable, (thrown) => {
        expect(acrossTheBorder(thrown)).toStrictEqual(structuredClone(thrown))
      }),
      { numRuns: 300 },
    )
  })

  it.each([undefined, null, '', 0, -0, Number.NaN, false, 'words'])('%s', (thrown) => {
    expect(acrossTheBorder(thrown)).toBe(thrown)
  })

  it.each<[string, unknown, string]>([
    ['function', () => {}, 'a function'],
    ['symbol', Symbol('some'), 'a symbol'],
    ['promise', Promise.resolve(), 'a Promise'],
    ['null-prototype object with a function', Object.assign(Object.create(null), { f() {} }), 'an Object'],
  ])('becomes a CloneError where it can not be sent: a %s', (_name, thrown, what) => {
    const got = acrossTheBorder(thrown)
    expect(got).toBeInstanceOf(CloneError)
    expect(got.message).toContain(`a task threw ${what}`)
  })
})

describe('what is hostile', () => {
  const traps = ['getPrototypeOf', 'ownKeys', 'getOwnPropertyDescriptor', 'has', 'get'] as const

  it('never makes encoding, cloning or decoding throw: proxies', () => {
    const targets = [() => ({}), () => new Error('behind a proxy'), () => () => {}, () => []]
    const throwing: ((self: unknown) => unknown)[] = [
      () => new Error('of a trap'),
      () => undefined,
      () => Symbol('of a trap'),
      () =>
        Object.defineProperty(new Error(), 'message', {
          get() {
            throw new Error('of a message')
          },
        }),
      () => Object.assign(new Error(), { message: Symbol('no string') }),
      (self) => self,
    ]
    fc.assert(
      fc.property(
        fc.subarray([...traps], { minLength: 1 }),
        fc.constantFrom(...targets),
        fc.constantFrom(...throwing),
        fc.constantFrom<(proxy: unknown) => unknown>(
          (proxy) => proxy,
          (proxy) => new Error('outer', { cause: proxy }),
          (proxy) => new AggregateError([proxy, new Error('inner')], 'outer'),
          (proxy) => Object.assign(new Error('outer'), { detail: proxy }),
          (proxy) => [proxy],
        ),
        (trapped, target, toThrow, place) => {
          const handler = Object.fromEntries(
            trapped.map((trap) => [
              trap,
              () => {
                throw toThrow(proxy)
              },
            ]),
          )
          const proxy: unknown = new Proxy(target(), handler)
          try {
            expectToArrive(place(proxy))
            return true
          } catch {
            // What got out is as hostile as what went in: a test runner that shows it goes down with it.
            return false
          }
        },
      ),
      { numRuns: 500 },
    )
  })

  it.each<[string, () => unknown]>([
    ['a name without words', () => Object.assign(new Error('x'), { name: Object.create(null) })],
    ['a message that is a symbol', () => Object.assign(new Error('x'), { message: Symbol('m') })],
    ['a stack that is an object', () => Object.assign(new Error('x'), { stack: { toString: null } })],
    ['errors that are no list', () => Object.assign(new AggregateError([], 'x'), { errors: 5 })],
    ['errors that can not be cloned', () => Object.assign(new AggregateError([], 'x'), { errors: () => {} })],
    [
      'a class without a constructor',
      () =>
        Object.setPrototypeOf(
          new Error('x'),
          Object.create(Error.prototype, { constructor: { value: null } }),
        ),
    ],
    ['no prototype', () => Object.setPrototypeOf(new Error('x'), null)],
    [
      'a constructor whose name is a symbol',
      () =>
        new (class {
          static override = 1
          static readonly name = Symbol('n') as never
          f = () => {}
        })(),
    ],
  ])('never makes encoding, cloning or decoding throw: %s', (_name, make) => {
    expectToArrive(make())
  })

  it('costs an error no more than the property that can not be read', () => {
    const original = Object.defineProperty(Object.assign(new RangeError('kept'), { detail: 7 }), 'response', {
      enumerable: true,
      get() {
        throw new Error('of a getter')
      },
    })
    const got = acrossTheBorder(original)
    expect(got).toBeInstanceOf(RangeError)
    expect(got).toMatchObject({ message: 'kept', detail: 7 })
  })

  it('costs an error no more than the property that can not be described', () => {
    const proxy = new Proxy(
      {},
      {
        getPrototypeOf() {
          throw new Error('of a trap')
        },
      },
    )
    const got = acrossTheBorder(Object.assign(new RangeError('kept'), { detail: 7, proxy }))
    expect(got).toBeInstanceOf(RangeError)
    expect(got).toMatchObject({ message: 'kept', detail: 7 })
  })

  it('may be a chain of causes as long as a program that retries for ever makes it', () => {
    let error = new Error('first')
    for (let i = 0; i < 5000; i++) error = new Error(`wrapped ${i}`, { cause: error })
    const got = expectToArrive(error)
    expect(got.message).toBe('wrapped 4999')
    expect(got.cause.message).toBe('wrapped 4998')
  })
})

function expectToArrive(thrown: unknown): any {
  const encoded = encodeError(thrown)
  // As a message carries it.
  const cloned = structuredClone({ errors: [encoded] }).errors[0]!
  return decodeError(cloned)
}

describe('registerError', () => {
  it('returns the class, also when it is registered again', () => {
    class Some extends Error {}
    expect(registerError(Some)).toBe(Some)
    expect(registerError(Some)).toBe(Some)
    expect(acrossTheBorder(new Some('x'))).toBeInstanceOf(Some)
  })

  it.each([
    ['a plain class', class Plain {}],
    ['an object', {}],
    ['nothing', undefined],
    ['a function', () => {}],
  ])('refuses %s', (_name, type) => {
    expect(() => registerError(type as never)).toThrow(TypeError)
    expect(() => registerError(type as never)).toThrow(/registerError: expected a class that extends Error/)
  })

  it('takes a name by which the other side may know a class that is called otherwise here', () => {
    const [inThread, inPage] = [class e extends Error {}, class t extends Error {}]
    registerError(inThread, 'Minified')
    const { error } = encodeError(new inThread('x')) as { error: { type: string } }
    expect(error.type).toBe('Minified')
    expect(() => registerError(inPage, 'Minified')).toThrow(/another class named Minified is registered/)
    expect(() => registerError(inPage, '')).toThrow('registerError: the name must be a string that is')
    expect(() => registerError(inPage, 5 as never)).toThrow(/got a number|got 5/)
  })

  it('refuses another class of a name that is taken', () => {
    const Other = { HttpError: class HttpError extends Error {} }.HttpError
    expect(() => registerError(Other)).toThrow(/another class named HttpError is registered/)
    const Mine = { ParallelError: class ParallelError extends Error {} }.ParallelError
    expect(() => registerError(Mine)).toThrow(TypeError)
    expect(acrossTheBorder(new ParallelError('CLONE', 'x'))).toBeInstanceOf(ParallelError)
  })
})
