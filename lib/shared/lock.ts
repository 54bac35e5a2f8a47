/**
 * A mutex or a semaphore as its users see it.
 * @module
 */
import type { sharedKind } from '../wire/sharing.js'
import type { Held } from './held.js'
import type { BlockOptions, WaitOptions } from './waiting.js'

/**
 * What a mutex and a semaphore do: both let in so many at once.
 *
 * @example
 * ```ts
 * const whenFree = (lock: Lock) => lock.run(() => 'free', { timeout: 10 }).catch(({ code }) => code)
 * const lock = mutex()
 * console.log(await whenFree(lock)) // → free
 * await lock.acquire()
 * console.log(await whenFree(lock)) // → TIMEOUT
 * ```
 */
export interface Lock {
  /**
   * Waits for its turn, and has it. Where nobody else has it that takes well under a microsecond.
   * @throws ParallelError `TIMEOUT` after `timeout`; the signal's reason when it is aborted.
   */
  acquire(options?: WaitOptions): Promise<Held>
  /**
   * Blocks this thread until it has its turn: in threads only, where memory is shared.
   * @throws ParallelError `TIMEOUT` after `timeout`; `BLOCKING` in a main thread, a process or a page that isn't
   *   cross-origin isolated; `DEADLOCK` where this thread itself has all that there is.
   */
  acquireSync(options?: BlockOptions): Held
  /** Acquires it if that needs no wait. Not in processes: `acquire({ timeout: 0 })` is for them. */
  tryAcquire(): Held | undefined
  /**
   * Acquires it, calls the function, releases it when what that returned has settled, and gives that on.
   * @param use given what was acquired, for `abandoned`, and for a condition to wait.
   */
  run<R>(use: (held: Held) => R | PromiseLike<R>, options?: WaitOptions): Promise<R>
  /** As {@link Lock.run}, blocking: see {@link acquireSync}. */
  runSync<R>(use: (held: Held) => R, options?: BlockOptions): R
}

/** What its descriptor says. */
export interface LockDescriptor {
  readonly [sharedKind]: 'mutex' | 'semaphore'
  readonly id: number
  readonly count: number
  /** None where memory can't be shared: then it is used by messages. */
  readonly words: Int32Array | undefined
}
