/** Arithmetic of a known length. */

import type { Load } from './load.js'
import { loadOf } from './load.js'
import type { Spin } from './workers/tasks.mjs'
import { tasks } from './workers/tasks.mjs'

let stepsPerMs: number | undefined

/** So many steps that they take about so long in this thread. Measured once: all have the same work to do. */
function stepsOf(ms: number): number {
  stepsPerMs ??= measureSteps()
  return Math.round(stepsPerMs * ms)
}

function measureSteps(): number {
  const steps = 1_000_000
  // Compiled by then, and the least disturbed.
  const times = Array.from({ length: 20 }, (_, seed) => {
    const start = performance.now()
    tasks.spin({ seed, steps })
    return performance.now() - start
  })
  return steps / Math.min(...times)
}

/** Few enough that what must come of them is known without doing all the work twice. */
const SEEDS = 8

export class Spins {
  private readonly kinds = new Map<number, readonly Spin[]>()
  private readonly results = new Map<Spin, number>()

  /** The item at a place, of about so many milliseconds. */
  item(index: number, ms: number): Spin {
    let kind = this.kinds.get(ms)
    if (!kind) {
      const steps = stepsOf(ms)
      kind = Array.from({ length: SEEDS }, (_, seed) => ({ seed, steps }))
      this.kinds.set(ms, kind)
    }
    return kind[index % SEEDS]!
  }

  load(items: readonly Spin[]): Load {
    return loadOf<Spin, number>(
      items,
      (item) => this.resultOf(item),
      (result) => (typeof result === 'number' ? result : result.seed),
    )
  }

  private resultOf(item: Spin): number {
    const known = this.results.get(item)
    if (known !== undefined) return known
    const result = tasks.spin(item)
    this.results.set(item, result)
    return result
  }
}
