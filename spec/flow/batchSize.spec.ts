import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BatchSize } from '../../lib/flow/batchSize.js'

const measurements = fc.array(
  fc.record({
    count: fc.integer({ min: 0, max: 3000 }),
    busy: fc.double({ min: 0, max: 1e5, noNaN: true }),
  }),
  { maxLength: 60 },
)
/** Milliseconds an item, from a tenth of a microsecond to ten seconds. */
const timePerItem = fc.double({ min: -4, max: 4, noNaN: true }).map((power) => 10 ** power)

function measure(size: BatchSize, perItem: number, times: number): void {
  for (let i = 0; i < times; i++) size.measured(size.current, size.current * perItem)
}

describe('an automatic batch size', () => {
  it('begins with one item', () => {
    expect(new BatchSize().current).toBe(1)
  })

  it('is a whole number from 1 to 2048, and at most four times the one before', () => {
    fc.assert(
      fc.property(measurements, (all) => {
        const size = new BatchSize()
        for (const { count, busy } of all) {
          const before = size.current
          size.measured(count, busy)
          expect(Number.isInteger(size.current)).toBe(true)
          expect(size.current).toBeGreaterThanOrEqual(1)
          expect(size.current).toBeLessThanOrEqual(Math.min(2048, before * 4))
        }
      }),
    )
  })

  it('comes to as many items as take ten milliseconds, whatever items took before', () => {
    fc.assert(
      fc.property(timePerItem, timePerItem, (before, after) => {
        const size = new BatchSize()
        measure(size, before, 20)
        measure(size, after, 120)
        if (size.current > 1) expect(size.current * after).toBeLessThanOrEqual(10.01)
        if (size.current < 2048) expect((size.current + 1) * after).toBeGreaterThanOrEqual(9.99)
      }),
    )
  })

  it('gets there in six measurements, by fourfold growth', () => {
    const size = new BatchSize()
    const sizes = Array.from({ length: 7 }, () => {
      measure(size, 1e-4, 1)
      return size.current
    })
    expect(sizes).toEqual([4, 16, 64, 256, 1024, 2048, 2048])
  })

  it('shrinks at once when items become slower, and grows by and by when they become faster', () => {
    const size = new BatchSize()
    measure(size, 0.001, 20)
    expect(size.current).toBeGreaterThan(1900)
    size.measured(10, 10)
    expect(size.current).toBeLessThanOrEqual(20)
    const slow = size.perItem!
    size.measured(10, 0)
    expect(size.perItem).toBeGreaterThan(slow / 2)
  })

  it('learns nothing from no items', () => {
    const size = new BatchSize()
    size.measured(0, 100)
    expect(size).toMatchObject({ current: 1, perItem: undefined })
  })
})

describe('a fixed batch size', () => {
  it('stays, and the time an item takes is measured all the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), timePerItem, (fixed, perItem) => {
        const size = new BatchSize(fixed)
        measure(size, perItem, 5)
        expect(size.current).toBe(fixed)
        expect(size.perItem).toBeCloseTo(perItem, 6)
      }),
    )
  })
})
