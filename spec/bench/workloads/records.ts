import type { Workload } from '../bench.js'
import { rivalsAndLimit } from '../competitors/all.js'
import { contest } from '../contest.js'
import type { LoadSource } from '../load.js'
import { loadOf } from '../load.js'
import type { Item } from '../workers/tasks.mjs'
import { tasks } from '../workers/tasks.mjs'

/** More than anybody sends in one message, in which the same record would travel once. */
const DISTINCT = 16_384
const distinct: readonly Item[] = Array.from({ length: DISTINCT }, (_, id) => ({
  id,
  name: `item ${id}`,
  price: id % 1000,
  tags: [id, id + 1, id + 2],
}))

export const recordSource: LoadSource = {
  task: 'reprice',
  most: 1_000_000,
  load: (count) =>
    loadOf(
      Array.from({ length: count }, (_, i) => distinct[i % DISTINCT]!),
      tasks.reprice,
      ({ id, name, price, tags }) => id + name.length + price + tags[2]!,
    ),
}

export const records: Workload = {
  name: 'records',
  run: async (bench) => [
    await contest(bench, {
      workload: 'records',
      title: 'records of three fields and an array',
      source: recordSource,
      competitors: rivalsAndLimit,
    }),
  ],
}
