import type { Workload } from '../bench.js'
import { rivalsAndLimit } from '../competitors/all.js'
import { ours } from '../competitors/ours.js'
import { contest } from '../contest.js'
import type { LoadSource } from '../load.js'
import { loadOf } from '../load.js'

export const numberSource: LoadSource = {
  task: 'plusOne',
  most: 4_000_000,
  load: (count) =>
    loadOf(
      Array.from({ length: count }, (_, i) => i),
      (x) => x + 1,
      (x) => x,
    ),
}

export const numbers: Workload = {
  name: 'numbers',
  run: async (bench) => [
    await contest(bench, {
      workload: 'numbers',
      title: 'numbers: x => x + 1',
      source: numberSource,
      competitors: [...rivalsAndLimit, ours({ name: 'rxjs-parallel after from()', source: 'from' })],
    }),
  ],
}
