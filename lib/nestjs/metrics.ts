/**
 * Pools' stats as metrics of prom-client, an optional peer dependency that is loaded when it is asked for.
 * @module
 */
import type { OnApplicationShutdown } from '@nestjs/common'
import { ParallelError } from '../errors.js'
import type { PoolStats } from '../pool/seam.js'
import type { MetricsOptions } from './options.js'
import type { PoolRegistry } from './registry.js'

interface Metric {
  readonly name: string
  readonly help: string
  readonly type: 'Counter' | 'Gauge'
  /** What tells its values apart, beside the pool. */
  readonly label?: string
  /** Its values now, each with its label. */
  values(stats: PoolStats): [value: number, label?: string | number][]
}

const metrics: readonly Metric[] = [
  {
    name: 'items_in_flight',
    help: 'Items that threads have now',
    type: 'Gauge',
    values: ({ inFlight }) => [[inFlight]],
  },
  {
    name: 'items_queued',
    help: 'Items that wait for a thread',
    type: 'Gauge',
    values: ({ queued }) => [[queued]],
  },
  {
    name: 'items_done_total',
    help: 'Items that ended with their results',
    type: 'Counter',
    values: ({ done }) => [[done]],
  },
  {
    name: 'items_failed_total',
    help: 'Items that ended with an error',
    type: 'Counter',
    values: ({ failed }) => [[failed]],
  },
  {
    name: 'threads',
    help: 'Threads that there are now',
    type: 'Gauge',
    values: ({ threads }) => [[threads.length]],
  },
  {
    name: 'thread_utilization_ratio',
    help: 'The share of its time that a thread has worked since it started, from 0 to 1',
    type: 'Gauge',
    // Not by its threadId: each thread that is replaced would be a new time series.
    label: 'thread',
    values: ({ threads }) => threads.map(({ utilization }, i) => [utilization, i]),
  },
  {
    name: 'service_time_seconds',
    help: 'Seconds that an item takes in its thread',
    type: 'Gauge',
    label: 'quantile',
    values: ({ serviceTime: { p50, p90, p99 } }) => [
      [p50 / 1000, '0.5'],
      [p90 / 1000, '0.9'],
      [p99 / 1000, '0.99'],
    ],
  },
]

/** Metrics that are computed whenever they are scraped, until the application shuts down. */
export async function registerMetrics(
  pools: PoolRegistry,
  { registry, prefix = 'rxjs_parallel_' }: MetricsOptions,
): Promise<OnApplicationShutdown> {
  const client = await loadClient()
  const target = registry ?? client.register
  for (const { name, help, type, label, values } of metrics) {
    const metric = new client[type]({
      name: prefix + name,
      help,
      labelNames: label === undefined ? ['pool'] : ['pool', label],
      registers: [],
      collect() {
        this.reset()
        for (const [pool, { stats }] of pools.all)
          for (const [value, of] of values(stats))
            this.inc(label === undefined ? { pool } : { pool, [label]: of! }, value)
      },
    })
    target.registerMetric(metric as never)
  }
  return {
    onApplicationShutdown() {
      for (const { name } of metrics) target.removeSingleMetric(prefix + name)
    },
  }
}

async function loadClient(): Promise<typeof import('prom-client')> {
  try {
    const client = await import('prom-client')
    // It is CommonJS: not every loader finds its exports by their names.
    return 'Gauge' in client ? client : (client as { default: never }).default
  } catch (cause) {
    const message = 'ParallelModule: metrics need prom-client; install it (npm install prom-client)'
    throw new ParallelError('INVALID_ARGUMENT', message, { cause })
  }
}
