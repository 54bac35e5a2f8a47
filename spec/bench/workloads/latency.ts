import type { Bench, Entry, Workload } from '../bench.js'
import { pools } from '../competitors/all.js'
import { barePort } from '../competitors/barePort.js'
import type { Competitor, Contestant } from '../competitors/competitor.js'
import { ours } from '../competitors/ours.js'
import { inRounds } from '../rounds.js'
import { quantile } from '../statistics.js'

/** The next item is sent when the last has come back. */
export const latency: Workload = {
  name: 'latency',
  run: async (bench) => {
    const byCall = ours({ name: 'rxjs-parallel, pool.run', one: 'run' })
    const { p50, p99 } = await latenciesOf(bench, [ours(), byCall, ...pools, barePort])
    return [
      { workload: 'latency', title: "one item's latency, p50", unit: 'ms', entries: p50 },
      { workload: 'latency p99', title: "one item's latency, p99", unit: 'ms', entries: p99 },
    ]
  },
}

/** In milliseconds. */
export async function latenciesOf(
  bench: Bench,
  competitors: readonly Competitor[],
): Promise<Record<'p50' | 'p99', Entry[]>> {
  const opened: { competitor: Competitor; contestant: Contestant }[] = []
  try {
    for (const competitor of competitors) opened.push({ competitor, contestant: await competitor.open() })
    return await measureAll(bench, opened)
  } finally {
    for (const { contestant } of opened) await contestant.close()
  }
}

async function measureAll(
  bench: Bench,
  opened: readonly { competitor: Competitor; contestant: Contestant }[],
): Promise<Record<'p50' | 'p99', Entry[]>> {
  const calls = bench.quick ? 20 : 3000
  const those = opened.flatMap(({ competitor: { name, role }, contestant: { one } }) =>
    one ? [{ name, role, measure: () => roundTrips(name, one, role === 'limit', calls) }] : [],
  )
  for (const { measure } of those) await measure()
  return inRounds(bench, ['p50', 'p99'], those)
}

async function roundTrips(
  name: string,
  one: NonNullable<Contestant['one']>,
  echoes: boolean,
  calls: number,
): Promise<{ p50: number; p99: number }> {
  const times = new Array<number>(calls)
  for (let i = 0; i < calls; i++) {
    const start = performance.now()
    const result = await one('plusOne', i)
    times[i] = performance.now() - start
    if (result !== (echoes ? i : i + 1)) throw new Error(`latency, ${name}: got ${result} for ${i}`)
  }
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99) }
}
