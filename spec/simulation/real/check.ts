/**
 * What the simulation says of one and two threads, and what real ones take.
 * @module
 */

import { parallelMap } from '../../../lib/operators/parallelMap.js'
import { Spins } from '../../bench/spins.js'
import { median } from '../../bench/statistics.js'
import type { Spin } from '../../bench/workers/tasks.mjs'
import { unevenItems } from '../../bench/workloads/uneven.js'
import { Simulation } from '../simulation.js'
import type { Calibration } from './calibration.js'
import type { RealPool, Taken } from './realPool.js'
import { openPool, realRun } from './realPool.js'

export interface Checked {
  readonly workload: string
  readonly threads: number
  readonly ordered: boolean
  readonly items: number
  /** Milliseconds. */
  readonly predicted: number
  /** One a round. */
  readonly measured: readonly number[]
  /** The main thread's share of the time. */
  readonly mainPredicted: number
  readonly mainMeasured: number
}

interface Workload {
  readonly name: string
  readonly count: number
  run(pool: RealPool, ordered: boolean): Promise<Taken>
  /** Steps of arithmetic that an item takes. */
  steps(item: number): number
}

/** One workload with so many threads. It keeps its pool, and so what was learnt about batches. */
export class Check {
  private readonly runs: Taken[] = []

  private constructor(
    private readonly workload: Workload,
    private readonly pool: RealPool,
    private readonly ordered: boolean,
  ) {}

  static async open(workload: Workload, threads: number, ordered: boolean): Promise<Check> {
    const pool = await openPool(threads)
    await workload.run(pool, ordered)
    return new Check(workload, pool, ordered)
  }

  async round(): Promise<void> {
    this.runs.push(await this.workload.run(this.pool, this.ordered))
  }

  close(): Promise<void> {
    return this.pool.close()
  }

  /** Simulates it, too. */
  result(costs: Calibration): Checked {
    const { runs, ordered } = this
    const { name, count, steps } = this.workload
    const threads = this.pool.size
    const slowness = threads > 1 ? costs.slownessOfTwo : 1
    const simulation = new Simulation({ threads, costs })
    const run = {
      count,
      itemCost: (item: number) => steps(item) * costs.perStep * slowness,
      through: (work: Parameters<Parameters<typeof simulation.run>[0]['through']>[0]) =>
        parallelMap(work, { ordered }),
    }
    // As the real one, it has learnt before.
    simulation.run(run)
    const { took, mainLoad } = simulation.run(run)
    return {
      workload: name,
      threads,
      ordered,
      items: count,
      predicted: took,
      measured: runs.map((each) => each.took),
      mainPredicted: mainLoad,
      mainMeasured: median(runs.map((each) => each.main / each.took)),
    }
  }
}

/** @param share of the usual number of items. */
export function checkedWorkloads(share: number): readonly Workload[] {
  const sized = (count: number) => Math.ceil(count * share)
  const numbers = Array.from({ length: sized(600_000) }, (_, item) => item)
  const spins = new Spins()
  const even = Array.from({ length: sized(600) }, (_, index) => spins.item(index, 0.4))
  const uneven = unevenItems(200 * sized(12))
  return [
    {
      name: 'x + 1',
      count: numbers.length,
      run: (pool, ordered) => realRun(pool.tasks.plusOne, numbers, { ordered }),
      steps: () => 0,
    },
    ofSpins('0.4 ms of arithmetic', even),
    ofSpins('uneven: 10 µs, one in 200 items 20 ms', uneven),
  ]
}

function ofSpins(name: string, items: readonly Spin[]): Workload {
  return {
    name,
    count: items.length,
    run: (pool, ordered) => realRun(pool.tasks.spin, items, { ordered }),
    steps: (item) => items[item]!.steps,
  }
}
