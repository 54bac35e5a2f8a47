import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compactFrom, compactTo, expandFrom, expandTo } from '../../lib/wire/compact.js'
import type { FromThread, ToThread, Values } from '../../lib/wire/messages.js'
import { pack } from '../../lib/wire/packing.js'

const someValues = fc.oneof(
  fc.array(fc.anything(), { maxLength: 40 }),
  fc.array(fc.double(), { maxLength: 40 }),
  // As text, where that can be.
  fc.tuple(
    fc.oneof(
      fc.double(),
      fc.integer(),
      fc.string({ unit: 'binary' }),
      fc.string({ minLength: 250, maxLength: 260 }),
      fc.constantFrom<unknown[]>(null, undefined, true, false, -0, '', ' ', '\ud800', 'n1', 5n),
    ),
  ),
)
const someNumber = fc.nat(1e6)

const asItIs = (values: unknown) => values as Values

/** As plain arrays: whether values are packed is not what matters. */
function unpacked<M>(message: M): unknown {
  return 'values' in (message as object)
    ? { ...message, values: Array.from((message as { values: ArrayLike<unknown> }).values) }
    : message
}

describe('pack', () => {
  it('packs a long row of numbers, and leaves every one of them as it was', () => {
    fc.assert(
      fc.property(fc.array(fc.double(), { minLength: 16, maxLength: 100 }), (numbers) => {
        const packed = pack(numbers)
        expect(packed).toBeInstanceOf(Float64Array)
        expect([...packed].every((value, i) => Object.is(value, numbers[i]))).toBe(true)
      }),
    )
  })

  it('leaves alone what has anything else in it, wherever that stands', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer(), { minLength: 16, maxLength: 100 }),
        fc.nat(99),
        fc.constantFrom<unknown[]>('1', undefined, null, 1n, true, Object(1), {}),
        (numbers, at, other) => {
          const values: unknown[] = numbers.with(at % numbers.length, other as never)
          expect(pack(values)).toBe(values)
        },
      ),
    )
  })

  it('leaves alone what is short', () => {
    const few = [1, 2, 3]
    expect(pack(few)).toBe(few)
    expect(pack([])).toEqual([])
  })
})

describe('the posted form', () => {
  it('of a message to a thread comes back as that message', () => {
    const message = fc.oneof<fc.Arbitrary<ToThread>[]>(
      fc.record({
        type: fc.constant('batch'),
        channel: someNumber,
        task: someNumber,
        batch: someNumber,
        values: someValues,
      }),
      fc.record({ type: fc.constant('input'), channel: someNumber, values: someValues }),
      fc.record({ type: fc.constant('cancel'), channel: someNumber }),
    )
    fc.assert(
      fc.property(message, (sent) => {
        expect(unpacked(expandTo(compactTo(sent, pack), asItIs))).toEqual(sent)
      }),
    )
  })

  it('of a message from a thread comes back as that message', () => {
    const layout = fc.option(fc.array(fc.nat(), { minLength: 3, maxLength: 9 }), { nil: undefined })
    const message = fc.oneof<fc.Arbitrary<FromThread>[]>(
      layout.chain((layout) =>
        fc.record({
          type: fc.constant('results'),
          batch: someNumber,
          first: someNumber,
          // To the microsecond, where it goes as text.
          busy: fc.nat(1e9).map((microseconds) => microseconds / 1000),
          values: someValues,
          layout: fc.constant(layout),
          errors: layout
            ? fc.option(fc.constant([{ thrown: 1 }] as never), { nil: undefined })
            : fc.constant(undefined),
        }),
      ),
      fc.record({ type: fc.constant('output'), channel: someNumber, values: someValues }),
      fc.record({ type: fc.constant('cancelled'), channel: someNumber }),
    )
    fc.assert(
      fc.property(message, (sent) => {
        expect(unpacked(expandFrom(compactFrom(sent, pack), asItIs))).toEqual(sent)
      }),
    )
  })
})
