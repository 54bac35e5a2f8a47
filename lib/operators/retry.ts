import type { ObservableInput } from 'rxjs'
import { from, take, timer } from 'rxjs'
import type { RetryPolicy } from '../flow/retries.js'
import { badArgument, checkNames, checkNumber, checkTime } from '../pool/checks.js'
import { describe } from '../wire/describe.js'

/**
 * How failed items are run again, as in the configuration of RxJS's `retry`.
 *
 * @example
 * ```ts
 * const delay = (_error: unknown, retryCount: number) => {
 *   console.log(`try again, ${retryCount}`)
 *   return timer(10 * 2 ** retryCount)
 * }
 * const retry: RetryOptions = { count: 2, delay }
 * of('oops')
 *   .pipe(parallelMap((text: string) => JSON.parse(text), { retry }))
 *   .subscribe({ error: ({ name }) => console.log(name) })
 * // → try again, 1, try again, 2, SyntaxError
 * ```
 */
export interface RetryOptions {
  /** New tries at most, for each item. */
  readonly count: number
  /**
   * Milliseconds before each; or what is given the error and the number of the try, from 1 on: the item runs again when
   * it emits, and fails with its error, or with the last one, where it doesn't. Default: none.
   */
  readonly delay?: number | ((error: unknown, retryCount: number) => ObservableInput<unknown>)
}

/** The option, checked. Throws ParallelError `INVALID_ARGUMENT`. */
export function retryOf(caller: string, retry: number | RetryOptions): RetryPolicy {
  if (typeof retry === 'number') return { count: checkNumber(caller, 'retry', retry, 0), wait: undefined }
  if (typeof retry !== 'object' || retry === null)
    throw badArgument(caller, `retry must be a number or { count, delay }, got ${describe(retry)}`)
  checkNames(caller, retry, ['count', 'delay'], 'retry')
  const count = checkNumber(caller, 'retry.count', retry.count, 0)
  const { delay } = retry
  if (delay === undefined || delay === 0) return { count, wait: undefined }
  if (typeof delay === 'function') return { count, wait: whenEmitted(delay) }
  const milliseconds = checkTime(caller, 'retry.delay (or a function)', delay)
  return { count, wait: whenEmitted(() => timer(milliseconds)) }
}

function whenEmitted(delay: Exclude<RetryOptions['delay'], number | undefined>): RetryPolicy['wait'] {
  return (error, attempt, again, fail) => {
    try {
      const subscription = from(delay(error, attempt))
        .pipe(take(1))
        .subscribe({
          next: again,
          error: fail,
          // After a value it says nothing more: then the item runs again already.
          complete: () => fail(error),
        })
      return () => subscription.unsubscribe()
    } catch (thrown) {
      fail(thrown)
      return () => {}
    }
  }
}
