import 'reflect-metadata'
import { Test } from '@nestjs/testing'
import { Registry, register } from 'prom-client'
import { lastValueFrom, of, range } from 'rxjs'
import type { Pool } from 'rxjs-parallel'
import { parallelMap } from 'rxjs-parallel'
import type { MetricsOptions } from 'rxjs-parallel/nestjs'
import { getPoolToken, ParallelModule } from 'rxjs-parallel/nestjs'
import { expect, it, onTestFinished } from 'vitest'
import { Gate } from '../support/gate.js'
import { fixture, poolOptions } from '../support/pools.js'
import { until } from '../support/until.js'

type TasksPool = Pool<typeof import('../fixtures/tasks.worker.mjs')>

async function start(metrics: boolean | MetricsOptions) {
  const worker = fixture('tasks.worker.mjs')
  const pools = ['busy', 'idle'].map((name) => ({ name, worker, options: poolOptions }))
  const app = await Test.createTestingModule({
    imports: [ParallelModule.forRoot({ pools, metrics })],
  }).compile()
  let closed: Promise<void> | undefined
  const close = () => (closed ??= app.close())
  onTestFinished(close)
  return { close, pool: app.get<TasksPool>(getPoolToken('busy')) }
}

/** The value of each line of the exposition format, by what is before it. */
async function scrape(registry: Pick<Registry, 'metrics'>): Promise<Map<string, number>> {
  const lines = (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(lines.map((line) => [line.replace(/ \S+$/, ''), Number(line.split(' ').at(-1))]))
}

it('counts what pools have done and are doing, whenever it is asked', async () => {
  const registry = new Registry()
  const { pool } = await start({ registry })
  expect((await scrape(registry)).get('rxjs_parallel_threads{pool="busy"}')).toBe(0)

  await lastValueFrom(range(0, 10).pipe(parallelMap(pool.tasks.failAt3, { onError: () => of(-1) })))
  const gate = new Gate()
  const runs = [1, 2, 3, 4, 5, 6, 7, 8].map((value) =>
    pool.run(pool.tasks.hold, { cells: gate.cells, value }),
  )
  await gate.untilStarted(2)
  await until('some wait', () => pool.stats.queued > 0)
  const { inFlight, queued } = pool.stats

  const found = await scrape(registry)
  expect(Object.fromEntries(found)).toMatchObject({
    'rxjs_parallel_items_in_flight{pool="busy"}': inFlight,
    'rxjs_parallel_items_queued{pool="busy"}': queued,
    'rxjs_parallel_items_done_total{pool="busy"}': 9,
    'rxjs_parallel_items_failed_total{pool="busy"}': 1,
    'rxjs_parallel_threads{pool="busy"}': 2,
    'rxjs_parallel_items_done_total{pool="idle"}': 0,
    'rxjs_parallel_threads{pool="idle"}': 0,
  })
  for (const thread of [0, 1]) {
    const share = found.get(`rxjs_parallel_thread_utilization_ratio{pool="busy",thread="${thread}"}`)
    expect(share).toBeGreaterThan(0)
    expect(share).toBeLessThanOrEqual(1)
  }
  const times = ['0.5', '0.9', '0.99'].map((share) =>
    found.get(`rxjs_parallel_service_time_seconds{pool="busy",quantile="${share}"}`),
  )
  const { p50, p90, p99 } = pool.stats.serviceTime
  expect(times).toEqual([p50 / 1000, p90 / 1000, p99 / 1000])

  gate.open()
  await Promise.all(runs)
  const after = await scrape(registry)
  expect(after.get('rxjs_parallel_items_done_total{pool="busy"}')).toBe(17)
  expect(after.get('rxjs_parallel_items_in_flight{pool="busy"}')).toBe(0)
})

it('says of each metric what it is', async () => {
  const registry = new Registry()
  await start({ registry, prefix: 'geo_' })
  const metrics = await registry.getMetricsAsJSON()
  expect(metrics.map(({ name, type }) => `${type} ${name}`)).toEqual([
    'gauge geo_items_in_flight',
    'gauge geo_items_queued',
    'counter geo_items_done_total',
    'counter geo_items_failed_total',
    'gauge geo_threads',
    'gauge geo_thread_utilization_ratio',
    'gauge geo_service_time_seconds',
  ])
  for (const { help } of metrics) expect(help).not.toBe('')
})

it("goes to prom-client's own registry by default, and is gone when the application has ended", async () => {
  const { close } = await start(true)
  expect((await scrape(register)).get('rxjs_parallel_threads{pool="idle"}')).toBe(0)
  await close()
  expect(await scrape(register)).toEqual(new Map())
  // So that the next one may register them again.
  await start(true)
})

it('is nothing that has to be asked for', async () => {
  await start(false)
  expect(await scrape(register)).toEqual(new Map())
})
