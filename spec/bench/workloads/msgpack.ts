import { msgpack as codec } from 'rxjs-parallel/msgpack'
import type { Workload } from '../bench.js'
import { barePort } from '../competitors/barePort.js'
import { ours } from '../competitors/ours.js'
import { contest } from '../contest.js'
import { recordSource } from './records.js'

/** Against the limit of structured clone, which is what a bare port copies by. */
export const msgpack: Workload = {
  name: 'msgpack',
  run: async (bench) => {
    const title = 'records with the msgpack codec'
    const competitors = [
      ours({ options: { codec: codec() } }),
      ours({ name: 'rxjs-parallel without it' }),
      barePort,
    ]
    return [
      await contest(bench, { workload: 'msgpack', title, source: recordSource, competitors, seconds: 2 }),
    ]
  },
}
