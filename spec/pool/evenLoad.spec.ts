import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../samples/seededRandom.js'
import { runVirtually } from '../support/virtualThreads.js'

const many = (count: number, valueAt: (i: number) => number) =>
  Array.from({ length: count }, (_, i) => valueAt(i))

/** So many blocks of short items, with a long one at random in each. */
function blocks(count: number, size: number, short: number, long: number): number[] {
  const random = seededRandom(1)
  return many(count, () => Math.floor(random() * size)).flatMap((at) =>
    many(size, (i) => (i === at ? long : short)),
  )
}

const random = seededRandom(2)
const loads: [name: string, items: number[]][] = [
  ['of 0.1 ms', many(5000, () => 0.1)],
  ['of 20 ms', many(50, () => 20)],
  ['of 10 µs, and some of 20 ms', blocks(60, 200, 0.01, 20)],
  ['of 20 µs, and few of 200 ms', blocks(12, 1000, 0.02, 200)],
  ['of 1 ms in the mean', many(2000, () => -Math.log(1 - random()))],
  ['that are long first', [...many(50, () => 5), ...many(20_000, () => 0.01)]],
  ['that are long last', [...many(20_000, () => 0.01), ...many(50, () => 5)]],
]

/** Threads have nothing to do only while the last items run, a long one of them perhaps, and for messages. */
describe.each(loads)('items %s', (_name, items) => {
  const work = items.reduce((sum, each) => sum + each, 0)
  const longest = Math.max(...items)

  it.each([
    ['in order', { ordered: true }],
    ['as they come', { ordered: false }],
    ['from a source that is not paused', { pulled: false }],
    ['for the first time', { runs: 1 }],
    ['over four threads', { threads: 4 }],
  ])('keep all threads busy: %s', async (_how, options) => {
    const { results, took, idle } = await runVirtually(items, options)
    expect(results).toHaveLength(items.length)
    if (!('ordered' in options) || options.ordered) expect(results).toEqual(items)
    const threads = 'threads' in options ? options.threads : 2
    expect(idle).toBeLessThan(0.02 * work + (threads - 1) * longest + 10)
    expect(took).toBeGreaterThanOrEqual(work / threads)
  })
})
