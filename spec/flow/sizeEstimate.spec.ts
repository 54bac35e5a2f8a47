import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SizeEstimate } from '../../lib/flow/sizeEstimate.js'

/** Values of so many bytes, as estimated, that count how often they are looked at. */
function sized() {
  const looks = { count: 0 }
  const valueWith = (bytes: number) => ({
    get bytes() {
      looks.count++
      return new Uint8Array(bytes - 16)
    },
  })
  return { looks, valueWith }
}

function estimateAfter(sizes: readonly number[]): number {
  const estimate = new SizeEstimate()
  for (const bytes of sizes) estimate.note(new Uint8Array(bytes - 8))
  return estimate.perValue
}

/** What is estimated meanwhile, in the mean. */
function meanEstimate(sizeAt: (i: number) => number): number {
  const estimate = new SizeEstimate()
  const values = new Map<number, Uint8Array>()
  let sum = 0
  for (let i = 0; i < 200_000; i++) {
    const bytes = sizeAt(i)
    if (!values.has(bytes)) values.set(bytes, new Uint8Array(bytes - 8))
    estimate.note(values.get(bytes))
    sum += estimate.perValue
  }
  return sum / 200_000
}

const many = <T>(count: number, valueAt: (i: number) => T) =>
  Array.from({ length: count }, (_, i) => valueAt(i))

describe('SizeEstimate', () => {
  it('knows nothing before the first value, and then that one', () => {
    expect(estimateAfter([])).toBe(0)
    expect(estimateAfter([1000])).toBe(1000)
  })

  it('is exact where all are of one size, and looks at few of them', () => {
    const { looks, valueWith } = sized()
    const estimate = new SizeEstimate()
    for (let i = 0; i < 10_000; i++) estimate.note(valueWith(500))
    expect(estimate.perValue).toBe(500)
    expect(looks.count).toBeLessThan(10_000 / 10)
  })

  it('never lets more than two dozen values pass without a look', () => {
    const { looks, valueWith } = sized()
    const estimate = new SizeEstimate()
    for (let i = 0; i < 1000; i++) {
      const seen = looks.count
      const { untilLook } = estimate
      expect(untilLook).toBeLessThan(24)
      for (let n = 0; n < untilLook; n++) estimate.note(valueWith(500))
      expect(looks.count).toBe(seen)
      estimate.note(valueWith(500))
      expect(looks.count).toBe(seen + 1)
    }
  })

  it('follows values that suddenly are larger within a few of them', () => {
    for (let small = 1; small < 400; small += 7)
      expect(estimateAfter([...many(small, () => 20), ...many(30, () => 1_000_000)])).toBe(1_000_000)
  })

  it('comes back when they are small again', () => {
    expect(estimateAfter([...many(100, () => 1_000_000), ...many(4000, () => 100)])).toBeLessThan(200)
  })

  it('gives a rare large value its share', () => {
    // A hundredth of 100,000 and the rest of 100.
    const mean = meanEstimate((i) => ((i * 7919) % 100 === 0 ? 100_000 : 100))
    expect(mean).toBeGreaterThan(1100 / 1.5)
    expect(mean).toBeLessThan(1100 * 1.5)
  })

  it.each([2, 3, 4, 5, 7, 8, 12, 16, 32])('is not misled by a rhythm of %i', (period) => {
    const mean = (10_000 + (period - 1) * 10) / period
    for (const phase of [0, 1]) {
      const estimated = meanEstimate((i) => (i % period === phase ? 10_000 : 10))
      expect(estimated).toBeGreaterThan(mean / 1.5)
      expect(estimated).toBeLessThan(mean * 1.5)
    }
  })

  it('takes several at once as it takes them one by one', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.integer({ min: 8, max: 5000 }), { maxLength: 60 })), (runs) => {
        const atOnce = new SizeEstimate()
        const oneByOne = new SizeEstimate()
        for (const run of runs) {
          const values = run.map((bytes) => new Uint8Array(bytes - 8))
          atOnce.noteAll(values)
          for (const value of values) oneByOne.note(value)
        }
        expect(atOnce).toEqual(oneByOne)
      }),
    )
  })
})
