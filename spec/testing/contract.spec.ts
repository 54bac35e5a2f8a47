import type { ThreadPoolOptions } from 'rxjs-parallel'
import { threadPool } from 'rxjs-parallel'
import type { ContractPoolOptions, PoolCapabilities } from 'rxjs-parallel/testing'
import { contractTasks, inlinePool, poolContract } from 'rxjs-parallel/testing'
import { describe, it } from 'vitest'
import { fixture } from '../support/pools.js'

// Threads have to start in most cases, and machines are slow at times.
const timeout = 50_000

const inThreads = (isolation: ThreadPoolOptions['isolation']) => (options: ContractPoolOptions) =>
  threadPool<{ default: typeof contractTasks }>(fixture('contract.worker.mjs'), {
    isolation,
    startTimeout: timeout,
    ...options,
  })

const inline = ({ size, concurrency }: ContractPoolOptions) =>
  inlinePool(contractTasks, {
    threads: size,
    concurrency,
    crashOn: (item?: { crash?: boolean }) => item?.crash === true,
    hang: (item?: { hang?: boolean }) => item?.hang === true,
  })

const everything: PoolCapabilities = {
  sharedMemory: true,
  transfer: true,
  crash: true,
  endlessLoops: true,
  cancelledInLoops: true,
}

describe('a pool of threads', () => {
  for (const { name, run } of poolContract(inThreads('thread'), { ...everything, timeout })) it(name, run)
})

describe('a pool of processes', () => {
  const { sharedMemory, transfer, ...others } = everything
  for (const { name, run } of poolContract(inThreads('process'), { ...others, timeout })) it(name, run)
})

describe('an inline pool', () => {
  const { cancelledInLoops, ...others } = everything
  for (const { name, run } of poolContract(inline, { ...others, timeout })) it(name, run)
})
