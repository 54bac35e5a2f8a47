import type { Workload } from '../bench.js'
import { barePort } from '../competitors/barePort.js'
import { msgpackOptions } from '../competitors/msgpack.js'
import { ours } from '../competitors/ours.js'
import { contest } from '../contest.js'
import { recordSource } from './records.js'

/** Against the limit of structured clone, which is what a bare port copies by. */
export const msgpack: Workload = {
  name: 'msgpack',
  run: async (bench) => {
    const options = await msgpackOptions()
    if (!options) {
      bench.say('skipped: there is no entry rxjs-parallel/msgpack yet')
      return []
    }
    const title = 'records with the msgpack codec'
    const competitors = [ours({ options }), barePort]
    return [await contest(bench, { workload: 'msgpack', title, source: recordSource, competitors })]
  },
}
