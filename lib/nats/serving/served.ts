/**
 * What a process serves: its pool, or functions of its own as a pool of one thread, this one.
 * @module
 */

import { Subject } from 'rxjs'
import { BackendPool } from '../../pool/backendPool.js'
import { badArgument } from '../../pool/checks.js'
import { LazyBackend } from '../../pool/lazyBackend.js'
import type { Pool, PoolEvent } from '../../pool/seam.js'
import { backend } from '../../pool/seam.js'
import { describe } from '../../wire/describe.js'
import type { ExposedFunctions } from '../../worker/exposed.js'

export interface Served {
  readonly pool: Pool<unknown>
  /** Whether it was made here, and so is to be ended here. */
  readonly isOwn: boolean
}

/** @param given a pool, an object of functions, or a module whose default export is one. */
export function servedOf(caller: string, name: string, given: unknown, concurrency: number): Served {
  if (isObject(given) && backend in given) return { pool: given as unknown as Pool<unknown>, isOwn: false }
  return { pool: localPool(name, exposedOf(caller, given), concurrency), isOwn: true }
}

function localPool(name: string, exposed: ExposedFunctions, concurrency: number): Pool<unknown> {
  const events = new Subject<PoolEvent>()
  const load = async () => {
    const { localEngine } = await import('./localEngine.js')
    return localEngine(name, exposed, concurrency, (event) => events.next(event))
  }
  return new BackendPool(new LazyBackend(name, { min: 1, max: 1 }, load), events)
}

function exposedOf(caller: string, given: unknown): ExposedFunctions {
  const exposed = isObject(given) && isObject(given.default) ? given.default : given
  if (!isObject(exposed))
    throw badArgument(
      caller,
      `expected a pool, or what a worker module exposes, an object of functions, got ${describe(given)}`,
    )
  for (const [name, value] of Object.entries(exposed))
    if (typeof value !== 'function')
      throw badArgument(caller, `${name} is ${describe(value)}; everything that is served must be a function`)
  return exposed as ExposedFunctions
}

function isObject(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === 'object' && value !== null
}
