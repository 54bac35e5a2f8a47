/**
 * A condition as its users see it.
 * @module
 */
import type { sharedKind } from '../wire/sharing.js'
import type { Held } from './held.js'
import type { BlockOptions, WaitOptions } from './waiting.js'

/**
 * Lets threads wait until something under a mutex is so. See `condition`.
 *
 * @example
 * ```ts
 * const lock = mutex()
 * const changed: Condition = condition(lock)
 * let isDone = false
 * const waiting = lock.run(async (held) => {
 *   await changed.waitFor(held, () => isDone) // releases the mutex while it waits
 *   console.log('it is done')
 * })
 * await lock.run(() => {
 *   isDone = true
 *   changed.notifyAll()
 * })
 * await waiting // → it is done
 * ```
 */
export interface Condition {
  /**
   * Releases the mutex, waits to be notified, and acquires the mutex again. No notification between the release and the
   * wait is lost.
   * @param held what the mutex's `acquire` returned. It is held again when the Promise settles, in whatever way.
   * @returns whether it was notified; false after `timeout`.
   */
  wait(held: Held, options?: WaitOptions): Promise<boolean>
  /**
   * As {@link wait}, blocking this thread: in threads only, where memory is shared.
   * @throws ParallelError `BLOCKING` in a main thread, a process or a page that isn't cross-origin isolated.
   */
  waitSync(held: Held, options?: BlockOptions): boolean
  /**
   * Waits until the predicate holds, which is called under the mutex: at once, and after each notification.
   * @returns what the predicate returned last: false after `timeout`.
   */
  waitFor(held: Held, predicate: () => boolean, options?: WaitOptions): Promise<boolean>
  /** As {@link waitFor}, blocking. */
  waitForSync(held: Held, predicate: () => boolean, options?: BlockOptions): boolean
  /** Wakes so many (default: 1) of those who wait, those who have waited longest. Does nothing where nobody waits. */
  notify(count?: number): void
  /** Wakes all who wait. */
  notifyAll(): void
}

/** What its descriptor says. */
export interface ConditionDescriptor {
  readonly [sharedKind]: 'condition'
  readonly id: number
  readonly lockId: number
  readonly words: Int32Array | undefined
}
