import type { Competitor, Job, TaskName } from './competitor.js'
import { THREADS } from './competitor.js'

/** A pool whose every call is one item. */
export interface CallPool {
  call(task: TaskName, item: unknown): Promise<unknown>
  /** The same for a buffer, moved there and, where the pool can, back. */
  move(task: TaskName, buffer: ArrayBuffer): Promise<unknown>
  close(): Promise<unknown>
}

/**
 * A pool fed item by item with a bounded number in flight: by as many loops, each of which waits for its result
 * before it takes the next item. Nothing that an expert could write costs less.
 */
export function itemByItem(name: string, open: () => Promise<CallPool> | CallPool): Competitor {
  return {
    name,
    role: 'pool',
    settings: [4 * THREADS, 64 * THREADS],
    open: async () => {
      const pool = await open()
      return {
        run: (job) => feed(pool, job),
        one: (task, item) => pool.call(task, item),
        close: async () => {
          await pool.close()
        },
      }
    },
  }
}

async function feed(pool: CallPool, { task, items, take, moves, setting }: Job): Promise<void> {
  const iterator = items[Symbol.iterator]()
  const loop = async () => {
    for (let next = iterator.next(); !next.done; next = iterator.next())
      take(await (moves ? pool.move(task, next.value as ArrayBuffer) : pool.call(task, next.value)))
  }
  await Promise.all(Array.from({ length: setting }, loop))
}
