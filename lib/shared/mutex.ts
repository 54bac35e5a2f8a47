/**
 * One at a time.
 * @module
 */
import { LocalLock } from './localLock.js'
import type { Lock } from './lock.js'
import { nextId } from './member.js'
import { Permits, permitWords } from './permits.js'

/**
 * Lets one in at a time. See {@link mutex}.
 *
 * @example
 * ```ts
 * async function alone<R>(lock: Mutex, run: () => Promise<R>): Promise<R> {
 *   using held = await lock.acquire() // released at the end of the block
 *   return await run()
 * }
 * console.log(await alone(mutex(), async () => 'nobody else is here')) // → nobody else is here
 * ```
 */
export interface Mutex extends Lock {
  /** @internal Tells it from a semaphore: a condition needs one. */
  readonly count: number
}

/**
 * Makes a lock that one holds at a time: one task of one thread, or the main thread.
 *
 * - Those who wait have it in the order in which they came. While the first of them is still waking up others that come
 *   just then may have their turn before it, 255 times at most; once it is awake it is the next.
 * - It is not re-entrant: who holds it and acquires it again waits for itself. The blocking forms say so, by an error.
 * - A thread that ends, in whatever way, releases what it held, and the next holder is told: see `Held.abandoned`.
 * - A wait keeps no process alive, unless it has a `timeout`.
 *
 * @example
 * ```ts
 * // log.worker.ts
 * import { writeSync } from 'node:fs'
 * import type { Mutex } from 'rxjs-parallel'
 * import { expose, task, type TaskContext } from 'rxjs-parallel/worker'
 *
 * export default expose({
 *   write: task((line: string, { shared }: TaskContext<{ lock: Mutex }>) => {
 *     using held = shared.lock.acquireSync()
 *     for (const letter of line) writeSync(1, letter) // no other thread's letters come between
 *     return held.abandoned
 *   }),
 * })
 * ```
 * ```ts
 * const logWorker = new URL('./log.worker.js', import.meta.url)
 * const log = threadPool<typeof import('./log.worker.js')>(logWorker, { shared: { lock: mutex() } })
 * console.log(await log.run(log.tasks.write, 'a line')) // → false
 * ```
 */
export function mutex(): Mutex {
  return new LocalLock('mutex', nextId(), new Permits(permitWords(1), 1))
}
