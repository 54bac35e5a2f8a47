/** What is measured: items of 200 bytes there and back, as many as go, and one by one. */
import type { Bench, Result } from '../../bench/bench.js'
import type { Competitor, Contestant } from '../../bench/competitors/competitor.js'
import { contest } from '../../bench/contest.js'
import type { LoadSource } from '../../bench/load.js'
import { loadOf } from '../../bench/load.js'
import { inRounds } from '../../bench/rounds.js'
import { quantile } from '../../bench/statistics.js'
import { tasks } from '../../bench/workers/tasks.mjs'

const BYTES = 200
const DISTINCT = 16_384
const distinct = Array.from({ length: DISTINCT }, (_, id) => `${id}`.padStart(BYTES, '0'))

const source: LoadSource = {
  task: 'turn',
  most: 2_000_000,
  load: (count) =>
    loadOf(
      Array.from({ length: count }, (_, i) => distinct[i % DISTINCT]!),
      tasks.turn,
      // The digits of one that was turned.
      (text) => Number(text.slice(BYTES - 11, BYTES - 1)),
    ),
}

export function throughput(bench: Bench, competitors: readonly Competitor[]): Promise<Result> {
  const title = `round trips of ${BYTES} bytes`
  return contest(bench, { workload: 'round trips', title, source, competitors, seconds: 2 })
}

/** The next item is sent when the last has come back. */
export async function latency(bench: Bench, competitors: readonly Competitor[]): Promise<Result[]> {
  const opened: { competitor: Competitor; contestant: Contestant }[] = []
  try {
    for (const competitor of competitors) opened.push({ competitor, contestant: await competitor.open() })
    const calls = bench.quick ? 5 : 500
    const those = opened.flatMap(({ competitor: { name, role }, contestant: { one } }) =>
      one ? [{ name, role, measure: () => oneByOne(name, one, calls) }] : [],
    )
    for (const { measure } of those) await measure()
    const { p50, p99 } = await inRounds(bench, ['p50', 'p99'], those)
    return [
      { workload: 'latency', title: "one item's latency, p50", unit: 'ms', entries: p50 },
      { workload: 'latency p99', title: "one item's latency, p99", unit: 'ms', entries: p99 },
    ]
  } finally {
    for (const { contestant } of opened) await contestant.close()
  }
}

async function oneByOne(name: string, one: NonNullable<Contestant['one']>, calls: number) {
  const times: number[] = []
  for (let i = 0; i < calls; i++) {
    const item = distinct[i % DISTINCT]!
    const start = performance.now()
    const result = await one('turn', item)
    times.push(performance.now() - start)
    if (result !== tasks.turn(item)) throw new Error(`latency, ${name}: got ${result} for ${item}`)
  }
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99) }
}
