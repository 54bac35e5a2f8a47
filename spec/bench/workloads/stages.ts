import { map, pipe } from 'rxjs'
import type { Workload } from '../bench.js'
import { ours } from '../competitors/ours.js'
import { contest } from '../contest.js'
import type { LoadSource } from '../load.js'
import { loadOf } from '../load.js'
import { numberSource } from './numbers.js'

const source: LoadSource = {
  ...numberSource,
  load: (count) =>
    loadOf(
      Array.from({ length: count }, (_, i) => i),
      (x) => x + 3,
      (x) => x,
    ),
}

/** Adjacent, they may run as one hop to a thread and back; with another operator between them, they can't. */
export const stages: Workload = {
  name: 'stages',
  run: async (bench) => [
    await contest(bench, {
      workload: 'stages',
      title: 'numbers through three stages',
      source,
      competitors: [
        ours({ name: 'adjacent', through: (stage) => pipe(stage(), stage(), stage()) }),
        ours({
          name: 'apart',
          through: (stage) => pipe(stage(), map(same), stage(), map(same), stage()),
        }),
      ],
    }),
  ],
}

function same<T>(value: T): T {
  return value
}
