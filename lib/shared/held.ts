/**
 * What somebody has acquired.
 * @module
 */

import { ParallelError } from '../errors.js'

/**
 * A mutex, or one of a semaphore's permits, that was acquired. `using` and `await using` release it.
 *
 * @example
 * ```ts
 * const lock = mutex()
 * const held: Held = await lock.acquire()
 * console.log(held.abandoned, lock.tryAcquire()) // → false undefined
 * held.release()
 * console.log(lock.tryAcquire() !== undefined) // → true
 * ```
 */
export interface Held {
  /**
   * Whether the one who held it before was ended in the midst of it, so that what the lock protects may be half done.
   * The next holder is told, and only that one, as by `EOWNERDEAD` of POSIX's robust mutexes.
   */
  readonly abandoned: boolean
  /** Gives it back, to the one who has waited longest. Does nothing the second time. */
  release(): void
  /** {@link release}, for `using`. */
  [Symbol.dispose](): void
  /** {@link release}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

/** What every Held does alike: such as can be left out of a bundle. */
export const Release: abstract new () => Held = /* @__PURE__ */ (() => {
  // Browsers may have neither, and what compiles `using` brings these.
  const dispose: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for('Symbol.dispose')
  const asyncDispose: typeof Symbol.asyncDispose = Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')

  abstract class Release implements Held {
    abstract readonly abandoned: boolean
    abstract release(): void

    [dispose](): void {
      this.release()
    }

    async [asyncDispose](): Promise<void> {
      this.release()
    }
  }
  return Release
})()

/** The error where a condition is given what isn't held of its mutex. */
export function notHeld(caller: string): ParallelError {
  return new ParallelError(
    'NOT_HELD',
    `${caller}: give it what acquire() of the condition's mutex returned, and what isn't released yet`,
  )
}
