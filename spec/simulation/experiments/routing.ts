/** How evenly the ways to spread a stream over branches load their threads. */
import { fanIn } from '../../../lib/operators/fanIn.js'
import type { FanOutOptions } from '../../../lib/operators/fanOut.js'
import { fanOut } from '../../../lib/operators/fanOut.js'
import { seededRandom } from '../../../samples/seededRandom.js'
import { Simulation } from '../simulation.js'
import type { Finding, Setting } from './experiment.js'
import { percent } from './experiment.js'

const keys = 1000
const baseCost = 0.1
const rare = 100
const times = 50

export interface RoutingPoint {
  readonly route: string
  /** `even`, or `uneven` where some items take longer. */
  readonly items: string
  readonly branches: number
  /** What the busiest thread has worked, to what one has on average. */
  readonly imbalance: number
  /** Of what the threads could do at most. */
  readonly share: number
}

export const routeNames = ['balance', 'roundRobin', 'by key, Zipf'] as const

export function measureRouting({ costs, quick }: Setting): RoutingPoint[] {
  const count = quick ? 4000 : 24_000
  const random = seededRandom(2)
  const draw = zipf(keys)
  const keyOf = Array.from({ length: count }, () => draw(random()))
  const routes: Record<(typeof routeNames)[number], FanOutOptions<number>['route'] & {}> = {
    balance: 'balance',
    roundRobin: 'roundRobin',
    'by key, Zipf': (item) => keyOf[item]!,
  }
  const long = Array.from({ length: count }, () => random() < 1 / rare)
  const kinds: [string, (item: number) => number][] = [
    ['even', () => baseCost],
    ['uneven', (item) => (long[item] ? baseCost * times : baseCost)],
  ]
  return kinds.flatMap(([items, itemCost]) =>
    routeNames.flatMap((route) =>
      (quick ? [4, 16] : [4, 8, 16, 32, 64]).map((branches) => {
        const { took, worked } = new Simulation({ threads: branches, costs }).run({
          count,
          itemCost,
          through: (work) => (source) =>
            source.pipe(fanOut(work, { branches, route: routes[route] }), fanIn<number>()),
        })
        const average = worked.reduce((sum, each) => sum + each, 0) / branches
        return { route, items, branches, imbalance: Math.max(...worked) / average, share: average / took }
      }),
    ),
  )
}

export function routingFinding(points: readonly RoutingPoint[]): Finding {
  const most = Math.max(...points.map(({ branches }) => branches))
  const at = (route: string, items: string, branches: number) =>
    points.find((each) => each.route === route && each.items === items && each.branches === branches)!
  const says = (route: string) => {
    const { imbalance, share } = at(route, 'uneven', most)
    return `${imbalance.toFixed(2)} times the average with ${route} (${percent(share)} of the threads' time is used)`
  }
  const counts = [...new Set(points.map(({ branches }) => branches))]
  return {
    title: 'Routing: how uneven does the load of the branches get?',
    setup:
      `Items of ${baseCost * 1000} µs through fanOut of a task and fanIn; uneven ones: one in ${rare} at random ${times} times ` +
      `longer. Keys are ${keys}, the n-th 1/n times as frequent as the first. First what the busiest thread works, to the ` +
      "average; then the share of the threads' time that items used.",
    answer: `Of ${most} branches with uneven items the busiest works ${routeNames.map(says).join(', ')}.`,
    tables: [
      {
        head: ['branches', ...kindsOf().map(([route, items]) => `${route}, ${items}`)],
        align: `r${kindsOf()
          .map(() => 'r')
          .join('')}`,
        rows: counts.map((branches) => [
          String(branches),
          ...kindsOf().map(([route, items]) => {
            const { imbalance, share } = at(route, items, branches)
            return `${imbalance.toFixed(2)}, ${percent(share)}`
          }),
        ]),
      },
    ],
  }
}

function kindsOf(): [string, string][] {
  return routeNames.flatMap((route) => ['even', 'uneven'].map((items): [string, string] => [route, items]))
}

/** Returns how to get a key, from 0 on, from a random number. */
function zipf(count: number): (random: number) => number {
  const upTo = new Float64Array(count)
  let sum = 0
  for (let key = 0; key < count; key++) upTo[key] = sum += 1 / (key + 1)
  return (random) => upTo.findIndex((share) => share >= random * sum)
}
