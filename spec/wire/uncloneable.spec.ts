import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CloneError } from '../../lib/errors.js'
import { describe as words } from '../../lib/wire/describe.js'
import { cloneError, findUncloneable, isCloneable } from '../../lib/wire/uncloneable.js'

class Reading {
  constructor(public value: unknown) {}
  get double() {
    return `${this.value}${this.value}`
  }
}

/** Moves a buffer elsewhere. */
function detached(buffer: ArrayBuffer): ArrayBuffer {
  structuredClone(buffer, { transfer: [buffer] })
  return buffer
}

function overDetached<V extends ArrayBufferView<ArrayBuffer>>(view: V): V {
  detached(view.buffer)
  return view
}

const detachedWords = 'an ArrayBuffer that was transferred before'

/** What can't be cloned: how it comes about, where in it the fault lies, and how it is said. */
const bombs: readonly [make: () => unknown, at: string, what: string][] = [
  [() => () => {}, '', 'a function'],
  [() => class Some {}, '', 'a function'],
  [() => Symbol('some'), '', 'a symbol'],
  [() => new WeakMap(), '', 'a WeakMap'],
  [() => new WeakRef({}), '', 'a WeakRef'],
  [() => Promise.resolve(), '', 'a Promise'],
  [() => detached(new ArrayBuffer(8)), '', detachedWords],
  [() => overDetached(new Uint8Array(8)), '.buffer', detachedWords],
  [() => overDetached(new DataView(new ArrayBuffer(8))), '.buffer', detachedWords],
]
const bomb = fc.constantFrom(...bombs)

/** What can be cloned, and is found everywhere. */
const harmless = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(
    undefined,
    1n,
    Number.NaN,
    new Date(0),
    /x/g,
    new Error('harmless'),
    new ArrayBuffer(0),
    new ArrayBuffer(4),
    new Float64Array(3),
    new SharedArrayBuffer(4),
    new Map([[{}, new Set([1])]]),
    Object(1),
  ),
)

const key = fc.oneof(
  fc.constantFrom('onDone', '$x_1', 'Ünicode', 'a b', '0', '', 'constructor', 'then', '"quoted"'),
  fc.string(),
)

function member(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`
}

/** One more level around a value, and where in it that stands. */
type Layer = (inner: unknown) => [outer: unknown, place: string]

function objectOf(entries: Iterable<[string, unknown]>): object {
  const object = {}
  // Not by assignment, which would take '__proto__' for the prototype.
  for (const [name, value] of entries)
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true })
  return object
}

const layer: fc.Arbitrary<Layer> = fc.oneof(
  fc.tuple(fc.array(harmless, { maxLength: 3 }), fc.array(harmless, { maxLength: 3 })).map(
    ([before, after]): Layer =>
      (inner) => [[...before, inner, ...after], `[${before.length}]`],
  ),
  fc.tuple(key, fc.dictionary(key, harmless, { maxKeys: 3 })).map(
    ([name, others]): Layer =>
      (inner) => [objectOf([...Object.entries(others), [name, inner]]), member(name)],
  ),
  fc.tuple(key, fc.array(fc.tuple(fc.integer(), harmless), { maxLength: 3 })).map(
    ([name, others]): Layer =>
      (inner) => [new Map<unknown, unknown>([...others, [name, inner]]), `.get(${JSON.stringify(name)})`],
  ),
  fc.tuple(fc.integer(), harmless).map(
    ([number, other]): Layer =>
      (inner) => [
        new Map<unknown, unknown>([
          ['other', other],
          [number, inner],
        ]),
        `.get(${number})`,
      ],
  ),
  harmless.map(
    (value): Layer =>
      (inner) => [new Map([[inner, value]]), '.keys()'],
  ),
  fc.array(harmless, { maxLength: 3 }).map(
    (others): Layer =>
      (inner) => [new Set([...others, inner]), '.values()'],
  ),
  fc.constant<Layer>((inner) => [new Reading(inner), '.value']),
  fc.constant<Layer>((inner) => [Object.assign(Object.create(null), { bare: inner }), '.bare']),
  // Parts that refer to the whole.
  fc.constant<Layer>((inner) => {
    const ring: Record<string, unknown> = {}
    ring.self = ring
    ring.next = [ring, inner]
    return [ring, '.next[1]']
  }),
)

function wrap(value: unknown, layers: readonly Layer[]): [whole: unknown, path: string] {
  return layers.reduce<[unknown, string]>(
    ([inner, path], each) => {
      const [outer, place] = each(inner)
      return [outer, place + path]
    },
    [value, ''],
  )
}

describe('findUncloneable', () => {
  it('finds the place of the one part that is to blame, however deep, and says what it is', () => {
    fc.assert(
      fc.property(bomb, fc.array(layer, { maxLength: 5 }), ([make, at, what], layers) => {
        const [whole, path] = wrap(make(), layers)
        expect(() => structuredClone(whole)).toThrow()
        expect(findUncloneable(whole, 'items[3]')).toEqual({ path: `items[3]${path}${at}`, what })
      }),
      { numRuns: 500 },
    )
  })

  it.each([5_000, 100_000])('says of what is nested too deep (%i) that it is', (depth) => {
    let value: unknown = null
    for (let i = 0; i < depth; i++) value = { value }
    expect(findUncloneable([1, value], 'items[3]')).toEqual({
      path: 'items[3]',
      what: 'an Array that is nested too deep',
    })
  })

  it('finds something exactly where structured clone refuses', () => {
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        { weight: 6, arbitrary: harmless },
        { weight: 1, arbitrary: bomb.map(([make]) => make()) },
        { weight: 3, arbitrary: fc.array(tie('value'), { maxLength: 3 }) },
        { weight: 3, arbitrary: fc.dictionary(key, tie('value'), { maxKeys: 3 }) },
        {
          weight: 2,
          arbitrary: fc
            .array(fc.tuple(tie('value'), tie('value')), { maxLength: 2 })
            .filter((entries) => entries.every(([name]) => typeof name !== 'object'))
            .map((entries) => new Map(entries)),
        },
        { weight: 2, arbitrary: fc.array(tie('value'), { maxLength: 3 }).map((all) => new Set(all)) },
        { weight: 2, arbitrary: tie('value').map((inner) => new Reading(inner)) },
      ),
    }))
    fc.assert(
      fc.property(value, (any) => {
        expect(findUncloneable(any, '') === undefined).toBe(isCloneable(any))
      }),
      { numRuns: 500 },
    )
  })

  it('looks only at what structured clone does', () => {
    const hidden = Object.defineProperty({ [Symbol('some')]: () => {} }, 'hidden', { value: () => {} })
    expect(findUncloneable(hidden, 'x')).toBeUndefined()
    class WithMethod {
      method() {}
    }
    expect(findUncloneable(new WithMethod(), 'x')).toBeUndefined()
  })

  it('names the first of several', () => {
    expect(findUncloneable({ a: 1, b: [2, Symbol('s')], c: () => {} }, 'x')?.path).toBe('x.b[1]')
  })

  it('leaves out what is transferred', () => {
    const { port1, port2 } = new MessageChannel()
    const value = { port: port1, list: [port2], rest: 1 }
    try {
      expect(findUncloneable(value, 'x')).toEqual({ path: 'x.port', what: 'a MessagePort' })
      expect(findUncloneable(value, 'x', new Set([port1]))?.path).toBe('x.list[0]')
      expect(findUncloneable(value, 'x', new Set([port1, port2]))).toBeUndefined()
      expect(findUncloneable({ ...value, f: () => {} }, 'x', new Set<unknown>([port1, port2]))?.path).toBe(
        'x.f',
      )
    } finally {
      port1.close()
    }
  })

  it('tells an empty buffer from one that is detached', () => {
    expect(findUncloneable(new ArrayBuffer(0), 'x')).toBeUndefined()
    expect(findUncloneable(new Uint8Array(0), 'x')).toBeUndefined()
    expect(findUncloneable(detached(new ArrayBuffer(0)), 'x')?.what).toBe(detachedWords)
  })

  it("doesn't give up at keys that have no words", () => {
    const bare = Object.create(null)
    const keys = [bare, Symbol.iterator, { toString: () => 5n, valueOf: () => ({}) }]
    for (const each of keys)
      expect(
        findUncloneable(
          new Map<unknown, unknown>([
            ['first', () => {}],
            [each, 1],
          ]),
          'x',
        )?.path,
      ).toBe('x.get("first")')
    expect(findUncloneable(new Map([[bare, () => {}]]), 'x')?.path).toMatch(/^x\.get\(/)
  })

  it('finds a proxy, which structured clone refuses whatever is behind it', () => {
    expect(findUncloneable({ state: new Proxy({ a: 1 }, {}) }, 'x')?.path).toBe('x.state')
    expect(findUncloneable({ state: new Proxy([1], {}) }, 'x')?.path).toBe('x.state')
  })

  it('finds a getter that throws', () => {
    const value = {
      first: 1,
      get second(): never {
        throw new Error('of a getter')
      },
    }
    expect(findUncloneable({ value }, 'x')?.path).toMatch(/^x\.value/)
  })

  it('finds what an array has beside its elements', () => {
    const array = Object.assign([1, 2], { onDone: () => {} })
    expect(findUncloneable({ array }, 'x')?.path).toMatch(/^x\.array/)
  })
})

describe('isCloneable', () => {
  it('is what structured clone does', () => {
    fc.assert(
      fc.property(harmless, bomb, (good, [make]) => {
        expect(isCloneable(good)).toBe(true)
        expect(isCloneable([good])).toBe(true)
        expect(isCloneable(make())).toBe(false)
        expect(isCloneable([make()])).toBe(false)
      }),
    )
  })

  it.each([undefined, null, true, 1, 1n, ''])('holds for %s', (value) => {
    expect(isCloneable(value)).toBe(true)
  })
})

describe('cloneError', () => {
  it('says where it is, what it is, and where it was to go', () => {
    const cause = new DOMException('#<Function> could not be cloned', 'DataCloneError')
    const to = cloneError({ onDone: () => {} }, 'items[3]', 'to', cause)
    expect(to).toBeInstanceOf(CloneError)
    expect(to.message).toBe("items[3].onDone is a function and can't be sent to a thread")
    expect(to).toMatchObject({ path: 'items[3].onDone', code: 'CLONE', cause })
    const from = cloneError([Symbol('s')], 'result', 'from', cause)
    expect(from.message).toBe("result[0] is a symbol and can't be sent from a thread")
  })

  it('says what the platform said where nothing is found to be at fault', () => {
    const error = cloneError({ fine: 1 }, 'items[0]', 'to', new Error('the list of what to transfer'))
    expect(error.path).toBe('items[0]')
    expect(error.message).toContain('items[0]')
    expect(error.message).toContain('the list of what to transfer')
  })

  it('takes no notice of what is transferred', () => {
    const { port1, port2 } = new MessageChannel()
    port2.close()
    const error = cloneError({ port: port1, f: () => {} }, 'x', 'to', undefined, new Set([port1]))
    expect(error.path).toBe('x.f')
  })
})

describe('the words for a value', () => {
  it.each<[unknown, string]>([
    [null, 'null'],
    [undefined, 'undefined'],
    ['text', "'text'"],
    ['x'.repeat(61), 'a string of 61 characters'],
    [7, 'a number'],
    [7n, 'a bigint'],
    [() => {}, 'a function'],
    [Symbol('s'), 'a symbol'],
    [[], 'an Array'],
    [{}, 'an Object'],
    [new Reading(1), 'a Reading'],
    [new Error('x'), 'an Error'],
    [Promise.resolve(), 'a Promise'],
    [Object.create(null), 'an Object'],
    [new (class {})(), 'an Object'],
  ])('%o: %s', (value, expected) => {
    expect(words(value)).toBe(expected)
  })
})
