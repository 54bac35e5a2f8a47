/** What it costs to keep the order where some items, or some threads, are slow. */
import { parallelMap } from '../../../lib/operators/parallelMap.js'
import { seededRandom } from '../../../samples/seededRandom.js'
import { number } from '../../bench/report/format.js'
import { Simulation } from '../simulation.js'
import type { Finding, Setting } from './experiment.js'
import { percent } from './experiment.js'

const baseCost = 0.1
const rare = 100
const times = 50
const slowThread = 10
/** Milliseconds from the first item on. */
const window = [60, 160] as const

interface Trial {
  readonly what: string
  readonly itemCost: (item: number) => number
  readonly slowness: (place: number) => number
}

interface Measured {
  readonly what: string
  readonly threads: number
  readonly ordered: boolean
  /** Of their time that the threads work. */
  readonly share: number
  readonly held: number
}

export function orderFinding({ costs, quick }: Setting): Finding {
  const all = trials().flatMap(({ what, itemCost, slowness }) =>
    (quick ? [4, 16] : [4, 16, 64]).flatMap((threads) =>
      [true, false].map((ordered): Measured => {
        const { threadLoad, held } = new Simulation({ threads, costs, slowness }).steadyState(
          { itemCost, through: (work) => parallelMap(work, { ordered }) },
          quick ? [20, 30] : window,
        )
        return { what, threads, ordered, held, share: threadLoad }
      }),
    ),
  )
  const worst = (ordered: boolean) =>
    all
      .filter((each) => each.ordered === ordered)
      .reduce((low, each) => (each.share < low.share ? each : low))
  const describe = ({ share, threads, what }: Measured) =>
    `${percent(share)} (${what} slow, ${threads} threads)`
  const mostHeld = Math.max(...all.map(({ held }) => held))
  return {
    title: 'Order: what does it cost to keep it, where items or threads are slow?',
    setup:
      `Items of ${baseCost * 1000} µs, automatic batches: one in ${rare} at random ${times} times longer, or the first thread ` +
      `${slowThread} times slower at everything. The share is of the threads' time that they work at items, from ${window[0]} to ` +
      `${window[1]} ms after the first; held are results that waited for those before them, at most.`,
    answer:
      `Threads work for at least ${describe(worst(true))} of their time in order and ${describe(worst(false))} as results ` +
      `come; up to ${number(mostHeld)} results wait for those before them.`,
    tables: [
      {
        head: ['slow', 'threads', 'ordered', 'as they come', 'held, ordered'],
        align: 'lrrrr',
        rows: pairs(all).map(([ordered, free]) => [
          ordered.what,
          String(ordered.threads),
          percent(ordered.share),
          percent(free.share),
          number(ordered.held),
        ]),
      },
    ],
  }
}

function trials(): Trial[] {
  const random = seededRandom(1)
  // A prime number of them: they come again, elsewhere.
  const long = Array.from({ length: 9973 }, () => random() < 1 / rare)
  return [
    { what: 'nothing', itemCost: () => baseCost, slowness: () => 1 },
    {
      what: 'some items',
      itemCost: (item) => (long[item % long.length] ? baseCost * times : baseCost),
      slowness: () => 1,
    },
    {
      what: 'one thread',
      itemCost: () => baseCost,
      slowness: (place) => (place === 0 ? slowThread : 1),
    },
  ]
}

/** Each trial in order, and as they come. */
function pairs(all: readonly Measured[]): [Measured, Measured][] {
  return all.flatMap((each, at): [Measured, Measured][] => (each.ordered ? [[each, all[at + 1]!]] : []))
}
