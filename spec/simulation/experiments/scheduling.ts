/** What giving out a batch takes the main thread in a large pool: real time, which the simulation leaves out. */
import { parallelMap } from '../../../lib/operators/parallelMap.js'
import { number } from '../../bench/report/format.js'
import { Simulation } from '../simulation.js'
import type { Finding, Setting } from './experiment.js'

interface Measured {
  readonly threads: number
  /** Milliseconds. */
  readonly perMessage: number
}

export function schedulingFinding({ costs, quick }: Setting): Finding {
  const measured = (quick ? [1, 64] : [1, 4, 16, 64, 256, 1024]).map((threads): Measured => {
    const count = quick ? 200 : Math.max(3000, threads * 6)
    const simulation = new Simulation({ threads, costs })
    const start = performance.now()
    const { messages } = simulation.run({
      count,
      itemCost: () => 1,
      through: (work) => parallelMap(work, { batch: 1 }),
    })
    return { threads, perMessage: (performance.now() - start) / messages }
  })
  const [first, last] = [measured[0]!, measured.at(-1)!]
  const more = (last.perMessage - first.perMessage) / (last.threads - first.threads)
  return {
    title: 'Scheduling: what does a larger pool cost the main thread?',
    setup:
      "Real time, not simulated: what a message takes this program, the library's code on both sides and the simulation's " +
      'own included. What it takes more in a larger pool is the search for a thread with room, which looks at each of ' +
      'them. It is not in the costs above.',
    answer: `Each thread more adds about ${number(more * 1e6)} ns to a message, so that ${last.threads} of them add ${number((last.perMessage - first.perMessage) * 1000)} µs to the ${number(costs.main.perMessage * 1000)} µs that it costs anyway.`,
    tables: [
      {
        head: ['threads', 'real time a message'],
        align: 'rr',
        rows: measured.map(({ threads, perMessage }) => [String(threads), `${number(perMessage * 1000)} µs`]),
      },
    ],
  }
}
