/** How many items must be under way to keep processes busy that are a network away. */
import { parallelMap } from '../../../lib/operators/parallelMap.js'
import type { Costs } from '../costs.js'
import { Simulation } from '../simulation.js'
import type { Finding, Setting } from './experiment.js'
import { percent, powersOfTwo } from './experiment.js'
import { microseconds } from './throughput.js'

const processes = 32
const itemCosts = [0.1, 1, 10] as const
/** Assumed, until there is a pool of such processes to measure: milliseconds. */
const network: Omit<Costs, 'start'> = {
  main: { perMessage: 0.05, perItem: 0.0005 },
  thread: { perMessage: 0.05, perItem: 0.0005 },
  latency: 0.3,
}
/** So much of what they could do counts as busy. */
const busy = 0.9

interface Trial {
  readonly itemCost: number
  readonly batch: 1 | 'auto'
  /** For each process. */
  readonly ahead: number
  readonly share: number
}

export function processesFinding({ costs, quick }: Setting): Finding {
  const aheads = quick ? [1, 4] : powersOfTwo(1, 256)
  const kinds = itemCosts.flatMap((itemCost) => ([1, 'auto'] as const).map((batch) => ({ itemCost, batch })))
  const trials = aheads.flatMap((ahead) =>
    kinds.map(({ itemCost, batch }): Trial => {
      const simulation = new Simulation({
        threads: processes,
        costs: { ...network, start: costs.start },
        sharesMemory: false,
      })
      const { threadLoad } = simulation.steadyState(
        {
          itemCost: () => itemCost,
          through: (work) => parallelMap(work, { batch, concurrency: processes * ahead, ordered: false }),
        },
        quick ? [20, 40] : [100, 200],
      )
      return { itemCost, batch, ahead, share: threadLoad }
    }),
  )
  const enough = (itemCost: number, batch: Trial['batch']) =>
    trials.find((each) => each.itemCost === itemCost && each.batch === batch && each.share >= busy)
  return {
    title: 'Serving processes: how many items must be under way?',
    setup:
      `${processes} processes that share no memory, ${network.latency} ms away (each way), ${microseconds(network.main.perMessage)} a message on either ` +
      'side: assumed, not measured. `concurrency` limits the items under way; the table shows the share of their time ' +
      'that the processes work, by items under way for each of them.',
    answer: `To keep them busy for ${percent(busy)} of their time it takes ${itemCosts
      .map((itemCost) => {
        const found = enough(itemCost, 'auto')
        const need = found ? `${found.ahead} each` : `more than ${aheads.at(-1)} each, or can't be done`
        return `of ${microseconds(itemCost)} items ${need}`
      })
      .join(', ')} (automatic batches).`,
    tables: [
      {
        head: [
          'items for each',
          ...kinds.map(
            ({ itemCost, batch }) =>
              `${microseconds(itemCost)}, ${batch === 'auto' ? 'automatic' : 'one by one'}`,
          ),
        ],
        align: `r${kinds.map(() => 'r').join('')}`,
        rows: aheads.map((ahead) => [
          String(ahead),
          ...trials.filter((each) => each.ahead === ahead).map(({ share }) => percent(share)),
        ]),
      },
    ],
  }
}
