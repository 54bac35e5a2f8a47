/** How far one main thread reaches, by the size of items and of batches. */
import { parallelMap } from '../../../lib/operators/parallelMap.js'
import { number } from '../../bench/report/format.js'
import type { Costs } from '../costs.js'
import { costOf } from '../costs.js'
import { Simulation } from '../simulation.js'
import type { Finding, Setting, Table } from './experiment.js'
import { powersOfTwo } from './experiment.js'

export type Batch = number | 'auto'

export const batches: readonly Batch[] = [1, 16, 256, 'auto']
const itemCosts = [0.01, 0.1, 1] as const

export interface Point {
  /** Milliseconds. */
  readonly itemCost: number
  readonly batch: Batch
  readonly threads: number
  /** Items a second. */
  readonly rate: number
  /** The share of the time that the main thread worked. */
  readonly mainLoad: number
}

/** From so much of its time on the main thread is taken to be what limits. */
const fullLoad = 0.95

export function measureThroughput({ costs, quick }: Setting): Point[] {
  const counts = quick ? [1, 16, 128] : powersOfTwo(1, 1024)
  return itemCosts.flatMap((itemCost) =>
    batches.flatMap((batch) =>
      counts.map((threads) => {
        const { threadLoad, mainLoad } = new Simulation({ threads, costs }).steadyState(
          { itemCost: () => itemCost, through: (work) => parallelMap(work, { batch }) },
          quick ? [10, 15] : windowFor(threads, batch, itemCost, costs),
        )
        const rate = (threadLoad * threads * 1000) / itemCost
        return { itemCost, batch, threads, rate, mainLoad }
      }),
    ),
  )
}

/** Milliseconds in which batches grow to their size, and for which a pool is looked at at least. */
const learning = 25
const length = 20
/** Batches of so many items are sent to each thread before the first answer is heard: see lane.ts. */
const batchesAhead = 3

/** From the moment on when all threads have been filled: till then the main thread sends, and hears of nothing. */
function windowFor(threads: number, batch: Batch, itemCost: number, { main }: Costs): [number, number] {
  const size = batch === 'auto' ? Math.min(2048, Math.floor(10 / itemCost)) : batch
  const from = learning + 1.2 * threads * batchesAhead * costOf(main, size)
  return [from, from + Math.max(length, 2 * size * itemCost)]
}

export function throughputFinding(points: readonly Point[]): Finding {
  return {
    title: 'Throughput: where does the one main thread become the bottleneck?',
    setup:
      'Items of the same length from a source without end, ordered, when all threads have been filled. Rates are items ' +
      `a second; bold where the main thread works at least ${fullLoad * 100} % of the time.`,
    answer: answer(points),
    tables: itemCosts.map((itemCost) => rateTable(points.filter((point) => point.itemCost === itemCost))),
  }
}

function answer(points: readonly Point[]): string {
  const parts = itemCosts.map((itemCost) => {
    const automatic = points.filter((point) => point.itemCost === itemCost && point.batch === 'auto')
    const single = points.filter((point) => point.itemCost === itemCost && point.batch === 1)
    return `${microseconds(itemCost)} items ${limit(automatic)} with automatic batches and ${limit(single)} one by one`
  })
  const best = Math.max(...points.map(({ rate }) => rate))
  return `The main thread is full with ${parts.join('; ')}; it never does more than ${number(best)} items a second.`
}

function limit(points: readonly Point[]): string {
  const full = points.find(({ mainLoad }) => mainLoad >= fullLoad)
  return full
    ? `from ${full.threads === 1 ? 'the first thread' : `${full.threads} threads`} on`
    : `at no number of threads up to ${points.at(-1)!.threads}`
}

function rateTable(points: readonly Point[]): Table {
  const counts = [...new Set(points.map(({ threads }) => threads))]
  return {
    head: [
      `threads, ${microseconds(points[0]!.itemCost)} items`,
      ...batches.map((batch) => (batch === 'auto' ? 'automatic' : `batches of ${batch}`)),
      'if threads were all',
    ],
    align: 'rrrrrr',
    rows: counts.map((threads) => [
      String(threads),
      ...batches.map((batch) => {
        const { rate, mainLoad } = points.find((point) => point.batch === batch && point.threads === threads)!
        return mainLoad >= fullLoad ? `**${number(rate)}**` : number(rate)
      }),
      number((threads * 1000) / points[0]!.itemCost),
    ]),
  }
}

export function microseconds(milliseconds: number): string {
  return milliseconds < 1 ? `${Math.round(milliseconds * 1000)} µs` : `${milliseconds} ms`
}
