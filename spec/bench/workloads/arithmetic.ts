import type { Workload } from '../bench.js'
import { rivals } from '../competitors/all.js'
import { plainLoop } from '../competitors/plainLoop.js'
import { contest } from '../contest.js'
import type { LoadSource } from '../load.js'
import { Spins } from '../spins.js'

const MS = 0.4
const spins = new Spins()

export const arithmeticSource: LoadSource = {
  task: 'spin',
  most: 100_000,
  load: (count) => spins.load(Array.from({ length: count }, (_, i) => spins.item(i, MS))),
}

export const arithmetic: Workload = {
  name: 'arithmetic',
  run: async (bench) => [
    await contest(bench, {
      workload: 'arithmetic',
      title: `${MS} ms of arithmetic`,
      source: arithmeticSource,
      competitors: [...rivals, plainLoop],
      seconds: 1,
    }),
  ],
}
