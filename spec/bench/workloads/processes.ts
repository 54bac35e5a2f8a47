import type { Result, Workload } from '../bench.js'
import { ours } from '../competitors/ours.js'
import { contest } from '../contest.js'
import { arithmeticSource } from './arithmetic.js'
import { latenciesOf } from './latency.js'
import { numberSource } from './numbers.js'
import { recordSource } from './records.js'

const inThreads = ours({ name: 'threads' })
const inProcesses = ours({ name: 'processes', options: { isolation: 'process' } })

/** spec/docs/tables.ts finds them by these words. */
const titleOf = (what: string): string => `${what}, in threads and in processes`

/** What `isolation: 'process'` costs. */
export const processes: Workload = {
  name: 'processes',
  run: async (bench) => {
    const results: Result[] = []
    const competitors = [inThreads, inProcesses]
    const compared = { workload: 'processes', base: inThreads.name }
    const sources = { numbers: numberSource, records: recordSource, '0.4 ms of arithmetic': arithmeticSource }
    for (const [what, source] of Object.entries(sources)) {
      results.push(await contest(bench, { ...compared, title: titleOf(what), source, competitors }))
    }
    const { p50: entries } = await latenciesOf(bench, competitors)
    return [...results, { ...compared, title: titleOf("one item's latency, p50"), unit: 'ms', entries }]
  },
}
