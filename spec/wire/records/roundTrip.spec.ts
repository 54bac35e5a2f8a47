import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CodecLine, recordCodecs } from '../../support/codecLine.js'
import { portrait } from '../../support/portrait.js'

class Instance {
  constructor(readonly inner: unknown) {}
}

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ unit: 'grapheme' }),
  // Any sixteen bits, so lone surrogates, too.
  fc.array(fc.nat(0xffff), { maxLength: 5 }).map((units) => String.fromCharCode(...units)),
)
const primitive = fc.oneof(
  fc.integer(),
  fc.nat(300),
  fc.double(),
  fc.maxSafeInteger(),
  text,
  fc.boolean(),
  fc.constantFrom(null, undefined, -0),
  fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }),
)

/** Made anew each time, as sending moves and decoding changes things. */
const platform = fc.constantFrom<() => unknown>(
  () => new Date(1e12),
  () => new Map<unknown, unknown>([[{ a: 1 }, [1]]]),
  () => new Set(['a']),
  () => new Error('an error'),
  () => /a/y,
  () => new Uint16Array([1, 2, 3]),
  () => new ArrayBuffer(3),
  () => Object('boxed'),
  () => Object.create(null),
)

/** Few keys, so that shapes come again; in any order. */
const key = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom('id', 'name', 'tags', 'inner', '7', 'constructor', '__proto__') },
  { weight: 1, arbitrary: text },
)
const object = (part: fc.Arbitrary<unknown>) =>
  fc.array(fc.tuple(key, part), { maxLength: 6 }).map((entries) => Object.fromEntries(entries))

const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    primitive,
    object(tie('value')),
    fc.array(tie('value'), { maxLength: 5 }),
    { weight: 1, arbitrary: platform.map((make) => make()) },
    { weight: 1, arbitrary: fc.sparseArray(tie('value'), { maxLength: 4 }) },
    { weight: 1, arbitrary: tie('value').map((inner) => ({ inner, same: inner })) },
    { weight: 1, arbitrary: tie('value').map((inner) => new Instance(inner)) },
    { weight: 1, arbitrary: tie('value').map((inner) => Object.assign([inner], { name: inner })) },
    { weight: 1, arbitrary: object(tie('value')).map((cycle) => Object.assign(cycle, { inner: [cycle] })) },
  ),
}))

const fillers = Array.from({ length: 32 }, (_, id) => ({ id }))

/** Values, or what can't be posted with them. */
const batches = fc.array(
  fc.record({
    values: fc.array(value, { maxLength: 12 }),
    bomb: fc.option(
      fc.constantFrom<unknown>(() => {}, Symbol('bomb'), { inner: () => {} }),
      { freq: 5 },
    ),
    isLarge: fc.boolean(),
  }),
  { minLength: 1, maxLength: 8 },
)

describe.each(recordCodecs)('a line between two threads, %s', (_, kind, opener) => {
  it('brings what structured clone would bring of each value, batch by batch, whatever was lost between', () => {
    fc.assert(
      fc.property(batches, (all) => {
        const line = new CodecLine(kind, opener)
        for (const { values, bomb, isLarge } of all) {
          const batch = isLarge ? [...values, ...fillers] : values
          if (bomb) expect(() => line.send([...batch, bomb])).toThrow('could not be cloned')
          const expected = batch.map((each) => portrait(structuredClone(each)))
          expect(line.send(batch).map(portrait)).toEqual(expected)
        }
      }),
      { numRuns: 400 },
    )
  })

  it('brings batches of any size', () => {
    const record = fc.record({ id: fc.nat(), name: text, tags: fc.array(fc.double(), { maxLength: 3 }) })
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 5 }), fc.nat(3000), (records, length) => {
        const line = new CodecLine(kind, opener)
        const batch = Array.from({ length }, (_, i) => ({ ...records[i % records.length]!, id: i }))
        expect(line.send(batch)).toStrictEqual(batch)
        expect(line.send(batch)).toStrictEqual(batch)
      }),
      { numRuns: 50 },
    )
  })
})
