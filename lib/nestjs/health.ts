/**
 * Whether pools can work, in the form that @nestjs/terminus takes. Nothing of it is imported: it need not be there.
 * @module
 */
import { checkNames, checkNumber, checkTime } from '../pool/checks.js'
import type { Pool } from '../pool/seam.js'
import type { PoolRegistry } from './registry.js'

/**
 * When a pool counts as unhealthy.
 *
 * @example
 * ```ts
 * const options: PoolHealthOptions = { timeout: 5000, maxQueued: 10_000 }
 * ```
 */
export interface PoolHealthOptions {
  /** Milliseconds that its threads may take to be there. Default: 1000. */
  readonly timeout?: number
  /** Items that may wait for a thread. Default: any number. */
  readonly maxQueued?: number
}

/**
 * What terminus calls a HealthIndicatorResult, by the pool's name.
 *
 * @example
 * ```ts
 * const isUp = ({ countries }: PoolHealth<'countries'>) => countries.status === 'up'
 * console.log(isUp({ countries: { status: 'up', threads: 2, inFlight: 0, queued: 0 } })) // → true
 * ```
 */
export type PoolHealth<Name extends string> = Record<
  Name,
  {
    /** Whether it can work. */
    readonly status: 'up' | 'down'
    /** Threads that there are now. */
    readonly threads: number
    /** Items that threads have now. */
    readonly inFlight: number
    /** Items that wait for a thread. */
    readonly queued: number
    /** Why it is down. */
    readonly message?: string
  }
>

const caller = 'isHealthy'

/**
 * Tells @nestjs/terminus (11 or 12) whether pools can work. Exported by
 * `ParallelModule.forRoot` and `forRootAsync`.
 *
 * @example
 * ```ts
 * import { Controller, Get, Inject } from '@nestjs/common'
 * import { HealthCheck, HealthCheckService } from '@nestjs/terminus'
 *
 * @Controller('health')
 * export class HealthController {
 *   constructor(
 *     @Inject(HealthCheckService) private readonly health: HealthCheckService,
 *     @Inject(PoolHealthIndicator) private readonly pools: PoolHealthIndicator,
 *   ) {}
 *
 *   @Get()
 *   @HealthCheck()
 *   check() {
 *     return this.health.check([() => this.pools.isHealthy('countries', { maxQueued: 10_000 })])
 *   }
 * }
 * // GET /health: {"status":"ok","info":{"countries":{"status":"up","threads":2,"inFlight":0,"queued":0}}, …}
 * ```
 */
export class PoolHealthIndicator {
  /** @hidden Nest calls it. */
  constructor(private readonly registry: PoolRegistry) {}

  /**
   * Up, if the pool's threads are there (they are started, if they weren't) and no more than `maxQueued` items wait.
   * Down otherwise: it is closed, its worker module fails to load, it is slow to start, too much waits for it.
   *
   * @param name the pool's.
   * @returns a Promise of what terminus takes, by the pool's name.
   * @throws ParallelError `INVALID_ARGUMENT` for a name that no pool has, and for bad options.
   */
  async isHealthy<const Name extends string>(
    name: Name,
    options: PoolHealthOptions = {},
  ): Promise<PoolHealth<Name>> {
    checkNames(caller, options, ['timeout', 'maxQueued'])
    const timeout = checkTime(caller, 'timeout', options.timeout ?? 1000)
    const maxQueued = checkNumber(caller, 'maxQueued', options.maxQueued ?? Number.POSITIVE_INFINITY, 0)
    const pool = this.registry.get(name)
    const trouble = await troubleOf(pool, timeout, maxQueued)
    const { threads, inFlight, queued } = pool.stats
    const counts = { threads: threads.length, inFlight, queued }
    const health =
      trouble === undefined ? { status: 'up', ...counts } : { status: 'down', message: trouble, ...counts }
    return { [name]: health } as PoolHealth<Name>
  }
}

async function troubleOf(pool: Pool, timeout: number, maxQueued: number): Promise<string | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`its threads were not ready within ${timeout} ms`), timeout)
  })
  const ready = pool.ready().then(
    () => undefined,
    (error) => `${error instanceof Error ? error.message : error}`,
  )
  const trouble = await Promise.race([ready, late])
  clearTimeout(timer)
  if (trouble !== undefined) return trouble
  const { queued } = pool.stats
  return queued > maxQueued ? `${queued} items wait, more than ${maxQueued}` : undefined
}
