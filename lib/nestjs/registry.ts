/**
 * All pools of an application: who makes, names and closes them.
 * @module
 */
import type { OnApplicationShutdown } from '@nestjs/common'
import { badArgument } from '../pool/checks.js'
import type { Pool } from '../pool/seam.js'
import { threadPool } from '../pool/threadPool.js'
import type { ParallelModuleOptions, PoolDefinition } from './options.js'

export class PoolRegistry implements OnApplicationShutdown {
  private readonly pools = new Map<string, Pool>()

  constructor(private readonly defaults: Pick<ParallelModuleOptions, 'options' | 'closeTimeout'>) {}

  make({ name, worker, options }: PoolDefinition): Pool {
    return threadPool(worker, { ...this.defaults.options, ...options, name })
  }

  /** Not by {@link make}: what the container has under the pool's name may be another one, put there by a test. */
  add(name: string, pool: Pool): void {
    if (this.pools.has(name)) throw badArgument('ParallelModule', `there are two pools named '${name}'`)
    this.pools.set(name, pool)
  }

  get(name: string): Pool {
    const pool = this.pools.get(name)
    if (pool) return pool
    const known = [...this.pools.keys()].map((one) => `'${one}'`).join(', ') || 'none'
    throw badArgument('ParallelModule', `there is no pool named '${name}'; there are ${known}`)
  }

  get all(): Iterable<[name: string, pool: Pool]> {
    return this.pools
  }

  /** By then the server has answered what it had accepted: what is in flight now has no client that waits. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all([...this.pools.values()].map((pool) => this.close(pool)))
  }

  private async close(pool: Pool): Promise<void> {
    const { closeTimeout } = this.defaults
    if (closeTimeout === undefined) return pool.close()
    const timer = setTimeout(() => void pool.terminate(), closeTimeout)
    await pool.close().finally(() => clearTimeout(timer))
  }
}
