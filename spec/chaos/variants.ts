import type { ThreadPoolOptions } from 'rxjs-parallel'
import { msgpack } from 'rxjs-parallel/msgpack'

/** A kind of pool that every shape is run on. */
export interface Variant {
  readonly name: string
  readonly options: ThreadPoolOptions
}

/** Enough for what the worker loads, and soon used up. */
const memoryLimit = 32

export const variants: readonly Variant[] = [
  { name: 'one thread', options: { size: 1, memoryLimit } },
  { name: 'two threads', options: { size: 2, memoryLimit } },
  { name: 'two threads, msgpack', options: { size: 2, memoryLimit, codec: msgpack() } },
  { name: 'three threads', options: { size: 3, memoryLimit } },
  { name: 'five items at once in a thread', options: { size: 2, concurrency: 5, memoryLimit } },
  {
    name: 'threads that come and go',
    options: { size: { min: 0, max: 3 }, idleTimeout: 1, memoryLimit },
  },
]
