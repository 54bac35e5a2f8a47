import 'reflect-metadata'
import { Module } from '@nestjs/common'
import { HealthCheckService, TerminusModule } from '@nestjs/terminus'
import { Test } from '@nestjs/testing'
import type { Pool } from 'rxjs-parallel'
import { getPoolToken, ParallelModule, PoolHealthIndicator } from 'rxjs-parallel/nestjs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Gate } from '../support/gate.js'
import { rejection } from '../support/outcome.js'
import { fixture, poolOptions } from '../support/pools.js'
import { until } from '../support/until.js'

type TasksPool = Pool<typeof import('../fixtures/tasks.worker.mjs')>

const pools = [
  { name: 'numbers', worker: fixture('tasks.worker.mjs') },
  { name: 'missing', worker: fixture('there-is-none.mjs') },
]

async function start() {
  const app = await Test.createTestingModule({
    imports: [
      ParallelModule.forRoot({ pools, options: poolOptions }),
      TerminusModule.forRoot({ logger: false }),
    ],
  }).compile()
  onTestFinished(() => app.close())
  return {
    pool: app.get<TasksPool>(getPoolToken('numbers')),
    indicator: app.get(PoolHealthIndicator),
    health: app.get(HealthCheckService),
  }
}

describe('isHealthy', () => {
  it('is up when the threads are there, and starts them', async () => {
    const { indicator } = await start()
    expect(await indicator.isHealthy('numbers', { timeout: 50_000 })).toEqual({
      numbers: { status: 'up', threads: 2, inFlight: 0, queued: 0 },
    })
  })

  it('is down when the pool is closed', async () => {
    const { indicator, pool } = await start()
    await pool.close()
    expect(await indicator.isHealthy('numbers')).toMatchObject({
      numbers: { status: 'down', threads: 0, message: expect.stringContaining('the pool numbers is closed') },
    })
  })

  it('is down when the worker module is missing', async () => {
    const { indicator } = await start()
    expect(await indicator.isHealthy('missing', { timeout: 50_000 })).toMatchObject({
      missing: { status: 'down', message: expect.stringContaining('there-is-none.mjs') },
    })
  })

  it('is down when the threads take too long', async () => {
    const { indicator } = await start()
    expect(await indicator.isHealthy('numbers', { timeout: 0.001 })).toMatchObject({
      numbers: { status: 'down', message: 'its threads were not ready within 0.001 ms' },
    })
  })

  it('is down when more waits than may', async () => {
    const { indicator, pool } = await start()
    const gate = new Gate()
    const runs = Array.from({ length: 20 }, (_, value) =>
      pool.run(pool.tasks.hold, { cells: gate.cells, value }),
    )
    await gate.untilStarted(2)
    await until('some wait', () => pool.stats.queued > 3)
    const { inFlight, queued } = pool.stats
    expect(await indicator.isHealthy('numbers', { maxQueued: 3 })).toEqual({
      numbers: { status: 'down', threads: 2, inFlight, queued, message: `${queued} items wait, more than 3` },
    })
    expect((await indicator.isHealthy('numbers', { maxQueued: 20 })).numbers.status).toBe('up')
    gate.open()
    await Promise.all(runs)
  })

  it('refuses a pool that there is none of, and what it has no option for', async () => {
    const { indicator } = await start()
    expect((await rejection(indicator.isHealthy('words'))).message).toBe(
      "ParallelModule: there is no pool named 'words'; there are 'numbers', 'missing'",
    )
    expect((await rejection(indicator.isHealthy('numbers', { max: 1 } as never))).message).toBe(
      "isHealthy: there is no option 'max'; there are timeout, maxQueued",
    )
  })

  it.each([
    [{ timeout: 0 }, /^isHealthy: timeout must be a number of milliseconds above 0, .*, got 0$/],
    [{ timeout: '1s' }, /^isHealthy: timeout must be a number of milliseconds above 0, .*, got '1s'$/],
    [{ maxQueued: -1 }, /^isHealthy: maxQueued must be a whole number of at least 0, got -1$/],
    [7, /^isHealthy: options must be an object, got 7$/],
  ])('refuses the options %j', async (options, message) => {
    const { indicator } = await start()
    const error = await rejection(indicator.isHealthy('numbers', options as never))
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringMatching(message) })
  })

  it('knows the pools of features', async () => {
    @Module({ imports: [ParallelModule.forFeature(pools.slice(0, 1))] })
    class Feature {}
    const app = await Test.createTestingModule({ imports: [ParallelModule.forRoot(), Feature] }).compile()
    onTestFinished(() => app.close())
    const { numbers } = await app.get(PoolHealthIndicator).isHealthy('numbers', { timeout: 50_000 })
    expect(numbers.status).toBe('up')
  })
})

describe('in terminus', () => {
  it('is ok while all are up', async () => {
    const { indicator, health } = await start()
    const { status, info } = await health.check([() => indicator.isHealthy('numbers', { timeout: 50_000 })])
    expect({ status, info }).toEqual({
      status: 'ok',
      info: { numbers: { status: 'up', threads: 2, inFlight: 0, queued: 0 } },
    })
  })

  it('is an error of status 503, which says what is down, else', async () => {
    const { indicator, health } = await start()
    const thrown = await rejection(
      health.check([
        () => indicator.isHealthy('numbers', { timeout: 50_000 }),
        () => indicator.isHealthy('missing', { timeout: 50_000 }),
      ]),
    )
    expect((thrown as any).getStatus()).toBe(503)
    expect((thrown as any).getResponse()).toMatchObject({
      status: 'error',
      info: { numbers: { status: 'up' } },
      error: { missing: { status: 'down', message: expect.stringContaining('there-is-none.mjs') } },
    })
  })
})
