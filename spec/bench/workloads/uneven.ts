import { seededRandom } from '../../../samples/seededRandom.js'
import type { Workload } from '../bench.js'
import { rivals } from '../competitors/all.js'
import { plainLoop } from '../competitors/plainLoop.js'
import { contest } from '../contest.js'
import type { LoadSource } from '../load.js'
import { Spins } from '../spins.js'
import type { Spin } from '../workers/tasks.mjs'

const SHORT_MS = 0.01
const LONG_MS = 20
/** One long item in each so many, at random: any number of such blocks costs the same an item. */
const BLOCK = 200
const spins = new Spins()

/** Short items, with a long one here and there: the same at each run. */
export function unevenItems(count: number): Spin[] {
  const random = seededRandom(1)
  const list: Spin[] = []
  while (list.length < count) {
    const long = list.length + Math.floor(random() * BLOCK)
    for (let i = 0; i < BLOCK; i++)
      list.push(spins.item(list.length, list.length === long ? LONG_MS : SHORT_MS))
  }
  return list
}

const source: LoadSource = {
  task: 'spin',
  most: 1_000_000,
  step: BLOCK,
  load: (count) => spins.load(unevenItems(count)),
}

export const uneven: Workload = {
  name: 'uneven',
  run: async (bench) => [
    await contest(bench, {
      workload: 'uneven',
      title: 'uneven arithmetic, 10 µs and 20 ms',
      source,
      competitors: [...rivals, plainLoop],
      seconds: 1.5,
    }),
  ],
}
