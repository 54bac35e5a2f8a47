import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Slice } from '../../lib/flow/chunkQueue.js'
import { ChunkQueue, valuesOf } from '../../lib/flow/chunkQueue.js'

type Step =
  | { do: 'push'; count: number; chunkSize: number }
  | { do: 'take'; size: number }
  /** What was taken as the `which`-th last, but for the first items of it. */
  | { do: 'putBack'; which: number; but: number }
  | { do: 'clear' }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 40,
    arbitrary: fc.record({
      do: fc.constant('push' as const),
      count: fc.integer({ min: 1, max: 90 }),
      chunkSize: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constant(70)),
    }),
  },
  {
    weight: 60,
    arbitrary: fc.record({
      do: fc.constant('take' as const),
      size: fc.oneof(fc.integer({ min: 0, max: 25 }), fc.constant(100)),
    }),
  },
  {
    weight: 30,
    arbitrary: fc.record({ do: fc.constant('putBack' as const), which: fc.nat(5), but: fc.nat(25) }),
  },
  { weight: 2, arbitrary: fc.constant({ do: 'clear' as const }) },
)

/** Numbers, which are kept otherwise, other values, and some of both. */
const kind = fc.constantFrom<(n: number) => unknown>(
  (n) => n,
  (n) => `value ${n}`,
  (n) => (n % 70 === 69 ? `value ${n}` : n),
)

/** The numbers in the stream of a slice's items. */
function numbersOf({ chunk, first, count }: Slice<unknown>): number[] {
  return Array.from({ length: count }, (_, i) => chunk.start + first + i)
}

describe('ChunkQueue', () => {
  it('hands out what waits in order, each value once and with its number, whatever is put back', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), kind, (steps, valueFor) => {
        const queue = new ChunkQueue<unknown>()
        let waiting: number[] = []
        let pushed = 0
        const taken: Slice<unknown>[] = []
        for (const each of steps) {
          if (each.do === 'push') {
            for (let i = 0; i < each.count; i++) {
              expect(queue.push(valueFor(pushed), each.chunkSize)).toBe(pushed)
              waiting.push(pushed++)
            }
          } else if (each.do === 'take') {
            const slice = queue.take(each.size)
            if (each.size === 0 || waiting.length === 0) expect(slice).toBeUndefined()
            else {
              expect(slice!.count).toBeGreaterThan(0)
              expect(slice!.count).toBeLessThanOrEqual(each.size)
              const numbers = numbersOf(slice!)
              expect(numbers).toEqual(waiting.splice(0, slice!.count))
              expect(Array.from(valuesOf(slice!))).toEqual(numbers.map(valueFor))
              taken.push(slice!)
            }
          } else if (each.do === 'putBack') {
            const [slice] = taken.splice(taken.length - 1 - each.which, 1)
            if (!slice || each.but >= slice.count) continue
            const { chunk, first, count } = slice
            const back = { chunk, first: first + each.but, count: count - each.but }
            queue.putBack(back)
            waiting = [...numbersOf(back), ...waiting]
          } else {
            queue.clear()
            waiting = []
          }
          expect(queue.size).toBe(waiting.length)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('hands a full chunk over as it is, without copying it', () => {
    const queue = new ChunkQueue<number>()
    for (let i = 0; i < 3; i++) queue.push(i, 3)
    const slice = queue.take(3)!
    expect(valuesOf(slice)).toBe(slice.chunk.values)
  })

  it("doesn't wait for a chunk to be full", () => {
    const queue = new ChunkQueue<number>()
    queue.push(7, 100)
    expect(valuesOf(queue.take(10)!)).toEqual([7])
    queue.push(8, 100)
    // What was handed over belongs to whoever took it: a later value goes elsewhere.
    expect(valuesOf(queue.take(10)!)).toEqual([8])
  })

  it('goes on counting after it was cleared', () => {
    const queue = new ChunkQueue<number>()
    queue.push(7, 100)
    queue.clear()
    expect(queue.take(1)).toBeUndefined()
    expect(queue.push(8, 100)).toBe(1)
    expect(numbersOf(queue.take(1)!)).toEqual([1])
  })
})
