/**
 * What the simulation is told of this machine, by real threads.
 * @module
 */
import { median } from '../../bench/statistics.js'
import type { Spin } from '../../bench/workers/tasks.mjs'
import type { Costs } from '../costs.js'
import type { Sample } from './fit.js'
import { fitCost } from './fit.js'
import type { RealPool } from './realPool.js'
import { openPool, realRun } from './realPool.js'

const batchSizes = [1, 16, 256, 2048] as const

export interface Calibration extends Costs {
  /** Milliseconds that a step of arithmetic takes in a thread. */
  readonly perStep: number
  /** How many times as long it takes while two threads are busy. */
  readonly slownessOfTwo: number
  /** What the fit was made of: microseconds a message. */
  readonly samples: { readonly main: readonly Sample[]; readonly thread: readonly Sample[] }
}

const spin: Spin = { seed: 1, steps: 8_000_000 }
const spins = 5
const calls = 200

export class Calibrator {
  private readonly main = new Map<number, number[]>(batchSizes.map((size) => [size, []]))
  private readonly thread = new Map<number, number[]>(batchSizes.map((size) => [size, []]))
  private readonly roundTrips: number[] = []
  private readonly starts: number[] = []
  private readonly spinsAlone: number[] = []
  private readonly spinsOfTwo: number[] = []

  /**
   * @param one a pool with one thread.
   * @param two one with two.
   * @param share of the usual number of items.
   */
  constructor(
    private readonly one: RealPool,
    private readonly two: RealPool,
    private readonly share: number,
  ) {}

  /** Measures everything once. */
  async round(): Promise<void> {
    for (const batch of batchSizes) await this.measureMessages(batch)
    this.roundTrips.push(await this.roundTrip())
    const start = performance.now()
    const pool = await openPool(1)
    this.starts.push(performance.now() - start)
    await pool.close()
    for (let turn = 0; turn < spins; turn++) {
      this.spinsAlone.push(await this.spinIn(this.one, 1))
      this.spinsOfTwo.push(await this.spinIn(this.two, 2))
    }
  }

  /** By the medians of all rounds. */
  get result(): Calibration {
    const samples = { main: medians(this.main), thread: medians(this.thread) }
    const main = fitCost(samples.main)
    const thread = fitCost(samples.thread)
    const oneItem = main.perMessage + main.perItem + thread.perMessage + thread.perItem
    const alone = median(this.spinsAlone)
    return {
      main,
      thread,
      latency: Math.max(0, (median(this.roundTrips) - oneItem) / 2),
      start: median(this.starts),
      perStep: alone / spin.steps,
      slownessOfTwo: Math.max(1, median(this.spinsOfTwo) / alone),
      samples,
    }
  }

  private async measureMessages(batch: number): Promise<void> {
    const { one: pool } = this
    // Each takes about as long.
    const messages = Math.ceil((this.share * 4000) / (1 + batch / 64))
    const items = Array.from({ length: messages * batch }, (_, item) => item)
    const before = await pool.run(pool.tasks.active)
    const { main } = await realRun(pool.tasks.plusOne, items, { batch })
    const after = await pool.run(pool.tasks.active)
    this.main.get(batch)!.push(main / messages)
    this.thread.get(batch)!.push((after - before) / messages)
  }

  private async roundTrip(): Promise<number> {
    const { one: pool } = this
    const times: number[] = []
    for (let call = 0; call < calls; call++) {
      const start = performance.now()
      await pool.run(pool.tasks.plusOne, call)
      times.push(performance.now() - start)
    }
    return median(times)
  }

  private async spinIn(pool: RealPool, times: number): Promise<number> {
    const start = performance.now()
    await Promise.all(Array.from({ length: times }, () => pool.run(pool.tasks.spin, spin)))
    return performance.now() - start
  }
}

function medians(measured: ReadonlyMap<number, readonly number[]>): Sample[] {
  return [...measured].map(([items, times]) => ({ items, took: median(times) }))
}
