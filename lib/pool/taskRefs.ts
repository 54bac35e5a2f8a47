/**
 * References to what a pool's threads expose. The names are known only to the threads, so any name gives one.
 * @module
 */
import type { AnyRef, PoolBackend } from './seam.js'
import { backend } from './seam.js'

/** An object that gives a reference for each name, the same one each time. */
export function taskRefs(pool: PoolBackend): Readonly<Record<string, AnyRef>> {
  return new Proxy(Object.create(null) as Record<string, AnyRef>, {
    get: (known, name) => {
      // Not a promise, whatever asks: an async function may return an object that holds this one.
      if (typeof name === 'symbol' || name === 'then') return undefined
      known[name] ??= Object.freeze({ name, [backend]: pool })
      return known[name]
    },
  })
}

/** Whether a value is a reference of some pool. */
export function isRef(value: unknown): value is AnyRef {
  return typeof value === 'object' && value !== null && backend in value && 'name' in value
}
