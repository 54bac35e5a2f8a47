import { describe, expect, it, test } from 'vitest'
import { CodecLine, recordCodecs } from '../../support/codecLine.js'
import * as portraits from '../../support/portrait.js'
import { portrait } from '../../support/portrait.js'

class Point {
  constructor(
    readonly x = 1,
    readonly y = { z: 2 },
  ) {}
  get sum() {
    return this.x
  }
}

class List extends Array<unknown> {}

/** Enough for a batch to be packed. */
const fillers = Array.from({ length: 40 }, (_, id) => ({ id }))

/** Sends a value among others: for the first time, again, when it gets a shape, and once more, when that is known. */
function send(
  make: () => unknown,
  [, kind, opener]: (typeof recordCodecs)[number],
): { arrived: unknown; packed: boolean } {
  const line = new CodecLine(kind, opener)
  const first = line.send([...fillers, make()])
  const again = line.send([make(), ...fillers, make()])
  expect(line.batch).toBeDefined()
  const [arrived] = again
  for (const same of [first.at(-1), again.at(-1)]) expect(portrait(same)).toBe(portrait(arrived))
  expect(again.slice(1, -1)).toStrictEqual(fillers)
  return { arrived, packed: line.batch?.rest.length === 0 }
}

const twice = <V>(value: V, use: (one: V, other: V) => unknown) => use(value, value)

function without(array: unknown[], ...indices: number[]): unknown[] {
  for (const i of indices) delete array[i]
  return array
}

function deep(levels: number): unknown {
  let value: unknown = 1
  for (let i = 0; i < levels; i++) value = i % 2 ? [value] : { value }
  return value
}

const packed: readonly [string, () => unknown][] = [
  ['an empty object', () => ({})],
  ['an empty array', () => []],
  ['a record', () => ({ id: 7, name: 'seven', active: true, tags: [1, 2, 3], none: null })],
  ['undefined in objects and arrays', () => ({ a: undefined, b: [undefined, 1, undefined] })],
  ['-0', () => ({ zero: -0, zeros: [0, -0, 0, -0] })],
  ['NaN and infinities', () => [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]],
  [
    'integers at the borders of their forms',
    () => [31, 32, 127, 128, 255, 256, 65535, 65536, -32, -33, -129, -32769],
  ],
  [
    'large integers',
    () => [2 ** 31, 2 ** 32 - 1, 2 ** 32, -(2 ** 31), -(2 ** 31) - 1, 2 ** 53, -(2 ** 53), 1e300],
  ],
  ['fractions', () => [0.1, -0.1, 1 / 3, Number.MIN_VALUE, Number.MAX_VALUE, Number.EPSILON, 2 ** -1074]],
  [
    'bigints',
    () => [
      0n,
      1n,
      -1n,
      2n ** 63n - 1n,
      2n ** 63n,
      2n ** 64n - 1n,
      2n ** 64n,
      -(2n ** 63n),
      -(2n ** 63n) - 1n,
    ],
  ],
  ['vast bigints', () => [2n ** 500n, -(2n ** 500n), 10n ** 60n, -(10n ** 60n) - 7n]],
  ['dates', () => [new Date(0), new Date(1.5e12 + 1), new Date(-1), new Date(8.64e15), new Date(-8.64e15)]],
  ['an invalid date', () => ({ at: new Date(Number.NaN) })],
  ['a date with properties, which are lost', () => ({ at: Object.assign(new Date(0), { zone: 'UTC' }) })],
  [
    'strings of many scripts',
    () => ['', 'a', 'é', 'ü'.repeat(40), '日本語', '😀', '😀'.repeat(70), '\0', 'a'.repeat(70_000)],
  ],
  ['a byte order mark within', () => ({ text: 'a\ufeffb' })],
  ['integer-like keys, which come first', () => ({ b: 1, 10: 'x', a: 2, 9: 'y', '-1': 3, '01': 4 })],
  ['unusual keys', () => ({ '': 1, 'a b': 2, 'a\nb': 3, "it's": 4, '\u2028': 5, 日本: 6, '😀': 7, '\\': 8 })],

  [
    'keys that msgpackr has a use for',
    () => ({ constructor: 'x', toJSON: 1, hasOwnProperty: 2, __keys__: 3, length: 4 }),
  ],
  [
    'keys that are named as methods',
    () => ({ toString: 1, valueOf: 2, next: 3, size: 4, buffer: 5, map: 6 }),
  ],
  ['symbol keys, which are lost', () => ({ a: 1, [Symbol('b')]: 2 })],
  [
    'properties that are not enumerable, which are lost',
    () => Object.defineProperty({ a: 1 }, 'b', { value: 2 }),
  ],
  ['a symbol key on an array, which is lost', () => Object.assign([1], { [Symbol('b')]: 2 })],
  [
    'getters',
    () => ({
      first: 1,
      get second() {
        return { third: 3 }
      },
    }),
  ],
  ['frozen objects', () => Object.freeze({ a: Object.freeze([1]) })],
  ['equal objects, which stay two', () => ({ a: { b: 1 }, c: { b: 1 } })],
  ['an array of mixed parts', () => [1, 'a', null, undefined, [1], { a: [{}] }, true, 1n, new Date(5)]],
  ['a hundred keys', () => Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`key${i}`, i]))],
  [
    'a dictionary of a thousand keys',
    () => Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`key${i}`, { i }])),
  ],
  ['many objects', () => Array.from({ length: 30 }, (_, i) => ({ i, children: [{ i }, { i: [i] }] }))],
  ['fifty levels', () => deep(50)],
  ['no string at all, and some', () => ({ none: '', nones: ['', ''], some: 'a', last: '' })],
  [
    'strings of all lengths, and bigints between them',
    () => Array.from({ length: 600 }, (_, i) => [`${i}`.padEnd(i, '-'), BigInt(i) ** 9n, '']),
  ],
  ['bigints of any length', () => [63n, 64n, 65n, 1000n, 70_000n].flatMap((n) => [2n ** n, -(2n ** n)])],
  ['text in other letters', () => ({ größe: 'größer', 大きさ: '大きい', emoji: '😀'.repeat(200) })],
  ['other letters after many', () => ['a'.repeat(200), 'a'.repeat(200), 'ü', '大', '\ud800']],
  ['halves of a character', () => ['a\ud83d', '\ude00b']],
  ['lone surrogates in keys', () => ({ '\ud800': 1, '\udc00': { '\ud800': 2 } })],
  ['a byte order mark in keys', () => ({ '\ufeff': 1, [`\ufeff${'a'.repeat(100)}`]: 2 })],
  ['lone surrogates', () => ({ text: '\ud800', other: 'a\udc00b' })],
  ['a byte order mark at the beginning', () => ({ text: `\ufeff${'a'.repeat(100)}` })],
  ['a long array of numbers', () => ({ samples: Array.from({ length: 1000 }, (_, i) => i / 3) })],
]

const asTheyAre: readonly [string, () => unknown][] = [
  ['undefined', () => undefined],
  ['null', () => null],
  ['a number', () => -0],
  ['a string', () => 'text'],
  ['a bigint', () => 1n],
  ['an instance of a class', () => ({ point: new Point() })],
  ['a null prototype', () => Object.assign(Object.create(null), { a: 1 })],
  ['inherited properties', () => Object.assign(Object.create({ a: 1, b: 2 }), { a: 3 })],
  ['a subclass of Array', () => List.from([1, 2])],
  ['holes', () => without([1, 2, 3, 4], 1, 3)],
  ['nothing but holes', () => new Array(5)],
  ['an array with properties', () => Object.assign([1, 2], { index: 0, input: 'x' })],
  ['as many holes as properties', () => Object.assign(without([1, 2, 3], 1), { index: 0 })],
  ['an empty array with a property', () => Object.assign([], { a: 1 })],
  ['the match of an expression', () => 'xay'.match(/a/)],
  ['the key __proto__', () => JSON.parse('{ "a": 1, "__proto__": { "b": 2 } }')],
  ['an object that occurs twice', () => twice({ a: 1 }, (one, other) => ({ one, list: [other] }))],
  ['an array that occurs twice', () => twice([1], (one, other) => [one, other])],
  ['a date that occurs twice', () => twice(new Date(0), (one, other) => [one, other])],
  [
    'one of many that occurs twice',
    () => twice({}, (one, other) => [one, ...Array.from({ length: 20 }, () => ({})), other]),
  ],
  [
    'a cycle',
    () => {
      const cycle: any = { list: [] }
      cycle.list.push(cycle)
      return cycle
    },
  ],
  ['a Map', () => ({ map: new Map([[{ a: 1 }, new Set([1])]]) })],
  ['a Set', () => [new Set([1, 'a'])]],
  ['a RegExp', () => ({ expression: /a+/giu })],
  ['an Error', () => [new RangeError('far', { cause: { a: 1 } })]],
  ['an ArrayBuffer', () => ({ buffer: new Uint8Array([1, 2, 3]).buffer })],
  ['a SharedArrayBuffer', () => ({ buffer: new SharedArrayBuffer(4) })],
  [
    'views of one buffer',
    () =>
      twice(new ArrayBuffer(16), (one, other) => [
        new Uint8Array(one, 4, 2),
        new Float64Array(other),
        new DataView(one),
      ]),
  ],
  ['boxed primitives', () => [Object(1), Object('a'), Object(true), Object(1n)]],
  ['a date of a derived class', () => [new (class Day extends Date {})(0)]],
  ['what only looks like a plain object', () => Object.setPrototypeOf(new Date(0), Object.prototype)],
  ['an array in the guise of an object', () => Object.setPrototypeOf([1, 2], Object.prototype)],
  ['two hundred levels', () => deep(200)],
]

describe.each(recordCodecs)('%s', (...codec) => {
  const [, kind, opener] = codec
  describe('what is packed', () => {
    test.each(packed)('%s', (_, make) => {
      const { arrived, packed } = send(make, codec)
      expect(portrait(arrived)).toBe(portrait(structuredClone(make())))
      expect(packed).toBe(true)
    })
  })

  describe('what goes as it is', () => {
    test.each(asTheyAre)('%s', (_, make) => {
      const { arrived, packed } = send(make, codec)
      expect(portrait(arrived)).toBe(portrait(structuredClone(make())))
      expect(packed).toBe(false)
    })
  })

  describe('what can not be sent', () => {
    const bad: readonly [string, () => unknown][] = [
      ['a function', () => ({ run: () => {} })],
      ['a symbol', () => [Symbol('a')]],
      ['a Promise', () => ({ later: Promise.resolve() })],
      ['a WeakMap', () => new WeakMap()],
      ['a Proxy', () => ({ inner: new Proxy({ a: [1] }, {}) })],
      ['a Proxy of an array', () => [new Proxy([1], {})]],
      ['the arguments of a call', () => ((...args: unknown[]) => argumentsOf(...args))(1, 2)],
      ['the arguments of an empty call', () => argumentsOf()],
      ['a module', () => portraits],
      [
        'a getter that throws',
        () => ({
          get a() {
            throw new Error('not now')
          },
        }),
      ],
      ['too many levels', () => deep(100_000)],
    ]
    function argumentsOf(..._: unknown[]) {
      // biome-ignore lint/complexity/noArguments: it is what is tested
      return arguments
    }

    test.each(bad)('%s makes posting throw what it always throws', (_, make) => {
      const thrownBy = (run: () => unknown) => {
        try {
          run()
        } catch (thrown) {
          return String(thrown)
        }
        return undefined
      }
      const usual = thrownBy(() => structuredClone(make()))
      expect(thrownBy(() => new CodecLine(kind, opener).send([...fillers, make()]))).toBe(usual)
    })
  })

  describe('reading', () => {
    it('reads each property once, in the order of structured clone', () => {
      const read = (use: (value: unknown) => void) => {
        const log: string[] = []
        const spy = (name: string, value: unknown) => ({
          get [name]() {
            log.push(name)
            return value
          },
        })
        use({ ...{}, first: spy('a', spy('b', 1)), second: [spy('c', 2), spy('d', 3)] })
        return log
      }
      const line = new CodecLine(kind, opener)
      expect(read((value) => line.send([...fillers, value]))).toEqual(read((value) => structuredClone(value)))
    })

    it('takes the properties that are there when their turn comes', () => {
      const make = () => {
        const value: any = {
          get a() {
            delete value.b
            value.c = 1
            return 1
          },
          b: 2,
        }
        return value
      }
      expect(portrait(send(make, codec).arrived)).toBe(portrait(structuredClone(make())))
    })

    it('does not clone what all objects inherit', () => {
      const prototype = Object.prototype as { inherited?: number }
      prototype.inherited = 1
      try {
        const arrived = new CodecLine(kind, opener).send([...fillers, { a: 1 }])
        expect(Object.keys(arrived.at(-1) as object)).toEqual(['a'])
      } finally {
        delete prototype.inherited
      }
    })
  })
})
