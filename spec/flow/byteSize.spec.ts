import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { byteSize } from '../../lib/flow/byteSize.js'

describe('byteSize', () => {
  it.each([
    ['a number', 7, 8],
    ['undefined', undefined, 8],
    ['a string', 'abcd', 16],
    ['an array', [1, 2, 3], 32],
    ['an object', { a: 1, b: 'xy' }, 28],
    ['a Map', new Map([[1, 'a']]), 26],
    ['a Set', new Set([1, 2]), 24],
    ['an ArrayBuffer', new ArrayBuffer(1000), 1008],
    ['a view', new Uint16Array(500), 1008],
    ['what holds a buffer', { id: 1, bytes: new Uint8Array(1000) }, 1024],
    ['memory that is shared, and so nobody copies', new Uint8Array(new SharedArrayBuffer(1000)), 8],
  ])('of %s', (_name, value, bytes) => {
    expect(byteSize(value)).toBe(bytes)
  })

  it('counts a part once, however often it is there', () => {
    const bytes = new Uint8Array(1000)
    expect(byteSize([bytes, bytes, bytes])).toBe(8 + 1008 + 8 + 8)
    const cycle: unknown[] = [bytes]
    cycle.push(cycle)
    expect(byteSize(cycle)).toBe(8 + 1008 + 8)
  })

  it.each([
    ['numbers', Array.from({ length: 1_000_000 }, (_, i) => i), 8_000_000],
    ['strings', Array.from({ length: 300_000 }, () => 'x'.repeat(46)), 30_000_000],
    ['rows', Array.from({ length: 100_000 }, (_, i) => ({ i, bytes: new Uint8Array(84) })), 10_800_000],
    [
      'two kinds in turns',
      Array.from({ length: 200_000 }, (_, i) => (i % 2 ? 'x'.repeat(496) : 1)),
      100_800_000,
    ],
    ['a Set', new Set(Array.from({ length: 200_000 }, (_, i) => i)), 1_600_000],
    ['a Map', new Map(Array.from({ length: 200_000 }, (_, i) => [i, i])), 3_200_000],
    ['an object', Object.fromEntries(Array.from({ length: 200_000 }, (_, i) => [`k${i}`, i])), 1_600_000],
  ])('of a large collection is told from some of it: %s', (_name, value, bytes) => {
    expect(byteSize(value) / bytes).toBeGreaterThan(0.8)
    expect(byteSize(value) / bytes).toBeLessThan(1.25)
  })

  it('looks at a bounded number of parts', () => {
    let looks = 0
    const counting: ProxyHandler<unknown[]> = {
      get(target, key, receiver) {
        if (typeof key === 'string' && /^\d+$/.test(key)) looks++
        return Reflect.get(target, key, receiver)
      },
    }
    const nested = (depth: number): unknown =>
      depth === 0
        ? 0
        : new Proxy(
            Array.from({ length: 30 }, () => nested(depth - 1)),
            counting,
          )
    expect(byteSize(nested(3))).toBeGreaterThan(8 * 30 ** 3)
    expect(looks).toBeGreaterThan(100)
    expect(looks).toBeLessThan(1000)
  })

  it('goes as deep as it gets without an overflow', () => {
    let list: unknown
    for (let i = 0; i < 200_000; i++) list = { list }
    expect(byteSize(list)).toBeGreaterThan(1000)
  })

  it.each([
    [
      'a getter that throws',
      {
        get broken() {
          throw new Error('no')
        },
      },
    ],
    [
      'a proxy that throws',
      new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error('no')
          },
        },
      ),
    ],
    [
      'a proxy of an array that throws',
      new Proxy([1], {
        get: () => {
          throw new Error('no')
        },
      }),
    ],
    [
      'a proxy that was revoked',
      (() => {
        const { proxy, revoke } = Proxy.revocable([], {})
        revoke()
        return proxy
      })(),
    ],
    ['an array with a length of its own', new Proxy([], { get: () => Number.MAX_VALUE })],
    [
      'a Map that never ends',
      new (class extends Map<number, number> {
        override *[Symbol.iterator](): MapIterator<[number, number]> {
          for (;;) yield [1, 1]
        }
      })([[1, 1]]),
    ],
    ['a Set whose size is none', Object.defineProperty(new Set([1]), 'size', { value: Number.NaN })],
    [
      'a detached buffer',
      (() => {
        const buffer = new ArrayBuffer(8)
        structuredClone(buffer, { transfer: [buffer] })
        return buffer
      })(),
    ],
  ])('never throws, and gives a whole number: %s', (_name, value) => {
    for (const each of [value, [value], { value }]) {
      expect(byteSize(each)).toBeGreaterThanOrEqual(8)
      expect(Number.isSafeInteger(byteSize(each))).toBe(true)
    }
  })

  it('counts what stands beside a part that throws', () => {
    const broken = {
      get broken() {
        throw new Error('no')
      },
    }
    expect(byteSize([broken, new Uint8Array(1000)])).toBeGreaterThan(1000)
  })

  it('is a whole number from 8 on for anything', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withMap: true, withSet: true, withTypedArray: true }),
        (value) => {
          expect(byteSize(value)).toBeGreaterThanOrEqual(8)
          expect(Number.isSafeInteger(byteSize(value))).toBe(true)
        },
      ),
    )
  })
})
