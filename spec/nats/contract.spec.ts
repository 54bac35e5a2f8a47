import { randomUUID } from 'node:crypto'
import type { Pool } from 'rxjs-parallel'
import { threadPool } from 'rxjs-parallel'
import { natsPool, serveTasks } from 'rxjs-parallel/nats'
import type { ContractPool, ContractPoolOptions } from 'rxjs-parallel/testing'
import { poolContract } from 'rxjs-parallel/testing'
import { afterAll, describe, inject, it } from 'vitest'
import { fixture } from '../support/pools.js'
import { ServingProcess } from './support/servingProcess.js'

type Contract = ContractPool extends Pool<infer M> ? M : never

const timeout = 50_000

/** What serves a pool, for the time of a case. */
interface Served {
  resize(size: number): Promise<void>
  end(): Promise<void>
}

/** A pool that ends together with what serves it, and is as large as is asked of it. */
function withServed(name: string, size: number, served: Served): ContractPool {
  const pool = natsPool<Contract>({ servers: inject('natsUrl'), name, minSize: size, lostAfter: 500 })
  const { close, terminate, resize } = pool
  let isClosed = false
  const end = (how: () => Promise<void>) => async () => {
    isClosed = true
    await how.call(pool)
    await served.end()
  }
  return Object.assign(pool, {
    close: end(close),
    terminate: end(terminate),
    resize: async (wanted: number) => {
      // What it can't be is for the pool to say.
      if (isClosed || !Number.isInteger(wanted) || wanted < 1) return resize.call(pool, wanted)
      await served.resize(wanted)
      while (pool.size !== wanted || pool.stats.threads.length !== wanted)
        await new Promise((resolve) => setTimeout(resolve, 10))
    },
  })
}

async function overThreads(options: ContractPoolOptions): Promise<ContractPool> {
  const name = randomUUID()
  const threads = threadPool<Contract>(fixture('contract.worker.mjs'), options)
  const serving = serveTasks(threads, { servers: inject('natsUrl'), name })
  await serving.ready()
  return withServed(name, options.size, {
    resize: async (size) => {
      await threads.resize(size)
      await threads.ready()
    },
    end: async () => {
      await serving.terminate()
      await threads.terminate()
    },
  })
}

/** Processes that serve one case after the other. One that has died is replaced, as by a supervisor. */
class Fleet {
  private readonly idle: ServingProcess[] = []

  async serve({ size, concurrency }: ContractPoolOptions): Promise<ContractPool> {
    const name = randomUUID()
    const busy: ServingProcess[] = []
    let isOver = false
    const start = async () => {
      const process = this.idle.pop() ?? (await ServingProcess.start(inject('natsUrl'), 'contractTasks.mjs'))
      busy.push(process)
      process.onExit(() => {
        const at = busy.indexOf(process)
        if (at >= 0) busy.splice(at, 1)
        if (at >= 0 && !isOver) void start()
      })
      await process.serve(name, { concurrency, lostAfter: 500 })
    }
    const stop = async (how: 'close' | 'terminate') => {
      const process = busy.pop()
      await process?.end(name, how)
      if (process?.isAlive) this.idle.push(process)
    }
    const resize = async (wanted: number) => {
      while (busy.length < wanted) await start()
      while (busy.length > wanted) await stop('close')
    }
    await resize(size)
    const end = async () => {
      isOver = true
      while (busy.length > 0) await stop('terminate')
    }
    return withServed(name, size, { resize, end })
  }

  async end(): Promise<void> {
    await Promise.all(this.idle.map((process) => process.kill()))
  }
}

describe('a pool over NATS, served by a pool of threads', () => {
  for (const { name, run } of poolContract(overThreads, { crash: true, endlessLoops: true, timeout }))
    it(name, run)
})

// A process that dies while it has an item doesn't cost the item at once, as a thread does: see crash.spec.ts.
describe('a pool over NATS, served by processes', () => {
  const fleet = new Fleet()
  afterAll(() => fleet.end())
  for (const { name, run } of poolContract((options) => fleet.serve(options), { timeout })) it(name, run)
})
