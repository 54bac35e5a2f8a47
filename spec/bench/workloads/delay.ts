import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import type { Workload } from '../bench.js'
import { barePort } from '../competitors/barePort.js'
import { ours } from '../competitors/ours.js'
import { piscinaBatched } from '../competitors/piscina.js'
import { withRunners } from '../contest.js'
import { inRounds } from '../rounds.js'
import { numberSource } from './numbers.js'

/** So many turns a round: the highest percent of one turn's delays would be a single one. */
const TURNS = 4

/** How long the main thread keeps others waiting while numbers go through. */
export const delay: Workload = {
  name: 'delay',
  run: (bench) => {
    const competitors = [ours(), piscinaBatched(1024), barePort]
    return withRunners(bench, { workload: 'delay', source: numberSource, competitors }, async (runners) => {
      const idle = new Delays()
      await idle.during(() => setTimeout(bench.quick ? 20 : 500))
      const those = runners.map((runner) => ({
        name: runner.name,
        role: runner.role,
        measure: async () => {
          const delays = new Delays()
          const run = runner.ready()
          await delays.during(async () => {
            for (let turn = 0; turn < (bench.quick ? 1 : TURNS); turn++) await run()
          })
          return delays.above(idle)
        },
      }))
      const { p99, max } = await inRounds(bench, ['p99', 'max'], those)
      return [
        { workload: 'delay', title: 'event-loop delay, p99', unit: 'ms', entries: p99 },
        { workload: 'delay max', title: 'event-loop delay, longest', unit: 'ms', entries: max },
      ]
    })
  },
}

/** For one use: switched on again, the histogram would count the time between. */
class Delays {
  private readonly histogram = monitorEventLoopDelay({ resolution: 1 })

  async during(run: () => Promise<unknown>): Promise<void> {
    // What went before is not the run's: the loop turns once with nothing to do.
    await setTimeout(5)
    this.histogram.enable()
    await run()
    // The last timer, which the run may have kept waiting, still has to come.
    await setTimeout(5)
    this.histogram.disable()
  }

  /** What Node measures is the time from one timer to the next, so that an idle loop's is the timers' own. */
  above(idle: Delays): { p99: number; max: number } {
    const timer = idle.ms(50)
    return { p99: Math.max(0, this.ms(99) - timer), max: Math.max(0, this.ms(100) - timer) }
  }

  private ms(percentile: number): number {
    return this.histogram.percentile(percentile) / 1e6
  }
}
