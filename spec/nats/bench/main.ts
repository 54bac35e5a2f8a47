/**
 * The benchmark over NATS: `npm run bench:nats`, with
 * - `--quick`: everything once and small, results checked, nothing written: does it still run?
 * - `--only NAME,…`: `round-trips` or `latency`; nothing is written.
 * - `--rounds N`: default 5.
 *
 * It starts a nats-server (or uses that of NATS_URL) and a redis-server. Without the first there is nothing to measure;
 * without the second BullMQ takes no part. REQUIRE_NATS=1 and REQUIRE_REDIS=1 make that an error.
 */
import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import type { Bench, Result } from '../../bench/bench.js'
import type { Competitor } from '../../bench/competitors/competitor.js'
import { readOptions } from '../../bench/options.js'
import { detailsText } from '../../bench/report/text.js'
import { findNats } from '../support/findNats.js'
import { NatsServer } from '../support/natsServer.js'
import { bullmq } from './competitors/bullmq.js'
import { jetStreamBatches } from './competitors/jetStreamBatches.js'
import { jetStreamItems } from './competitors/jetStreamItems.js'
import { ours } from './competitors/ours.js'
import { load, markdown, verdicts } from './report.js'
import { latency, throughput } from './roundTrips.js'
import { findRedis, RedisServer } from './support/redisServer.js'

const options = readOptions(process.argv.slice(2), ['round-trips', 'latency'])

async function startServers() {
  const nats = findNats()
  if (!nats) return undefined
  // Before anything is started: it throws where there has to be one.
  const program = findRedis()
  if (!program) console.log('no redis-server found: BullMQ takes no part')
  const server = 'url' in nats ? undefined : await NatsServer.start(nats.program)
  const redis = program === undefined ? undefined : await startedBeside(server, program)
  return {
    url: server?.url ?? (nats as { url: string }).url,
    redis,
    stop: () => Promise.all([server?.remove(), redis?.remove()]),
  }
}

/** A redis-server, or its error, which leaves no other server behind. */
async function startedBeside(server: NatsServer | undefined, program: string): Promise<RedisServer> {
  try {
    return await RedisServer.start(program)
  } catch (error) {
    await server?.remove()
    throw error
  }
}

async function measure({ quick, rounds, only }: typeof options, url: string, redisPort: number | undefined) {
  const bench: Bench = { quick, rounds, say: (line) => console.log(line) }
  // None meets what another has left.
  const meeting = () => ({ url, redisPort: redisPort ?? 0, name: `bench-${randomUUID()}` })
  const competitors = (): Competitor[] => [
    ours(meeting()),
    ...(redisPort === undefined ? [] : [bullmq(meeting())]),
    jetStreamItems(meeting()),
    ...[256, 1024, 2048].map((together) => jetStreamBatches(meeting(), together)),
  ]
  const wants = (name: string) => only.length === 0 || only.includes(name)
  const results: Result[] = []
  if (wants('round-trips')) results.push(await throughput(bench, competitors()))
  if (wants('latency')) results.push(...(await latency(bench, competitors())))
  return results
}

const servers = await startServers()
if (!servers) {
  console.log(
    'no nats-server found: there is nothing to measure; install nats-server or set NATS_URL=nats://host:4222',
  )
} else {
  const before = load()
  try {
    const results = await measure(options, servers.url, servers.redis?.port)
    for (const result of results) console.log(detailsText(result))
    const text = markdown(results, options.rounds, [before, load()])
    if (options.quick) console.log('All results were right; the numbers mean nothing. Nothing is written.')
    else {
      if (options.only.length === 0 || options.only.includes('round-trips'))
        console.log(verdicts(results[0]!).join('\n'))
      console.log(`load averages before and after: ${before}; ${load()}`)
      if (options.only.length === 0 && servers.redis) {
        writeFileSync(new URL('results.md', import.meta.url), text)
        console.log('written: spec/nats/bench/results.md')
      } else console.log('Nothing is written.')
    }
  } finally {
    await servers.stop()
  }
}
