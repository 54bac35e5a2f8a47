/**
 * A result that isn't there at once and yet needs no Promise, which would be settled in real time only.
 * @module
 */

/** Where a {@link Later} keeps how it is waited for. */
export const whenSettled: unique symbol = Symbol('whenSettled')

export interface Later extends PromiseLike<unknown> {
  /** Calls one of them back, once. Returns how to give it up. */
  [whenSettled](succeed: (value: unknown) => void, fail: (thrown: unknown) => void): () => void
}

export function isLater(result: PromiseLike<unknown>): result is Later {
  return whenSettled in result
}

/** @param settle as of {@link Later}. */
export function later(settle: Later[typeof whenSettled]): Later {
  return {
    [whenSettled]: settle,
    // biome-ignore lint/suspicious/noThenProperty: it is a Promise to those who don't know of the other way
    then: (...handlers) => new Promise((resolve, reject) => settle(resolve, reject)).then(...handlers),
  }
}

/**
 * Calls one of them back, once, when a result is there or won't come; `fail` also for what `succeed` throws. Returns how
 * to stop: what can't be given up is left to wait for.
 */
export function whenSettledOf(
  result: PromiseLike<unknown>,
  succeed: (value: unknown) => void,
  fail: (thrown: unknown) => void,
): () => PromiseLike<unknown> | undefined {
  if (isLater(result)) {
    const giveUp = result[whenSettled]((value) => {
      try {
        succeed(value)
      } catch (thrown) {
        fail(thrown)
      }
    }, fail)
    return () => {
      giveUp()
      return undefined
    }
  }
  // Not by its own `then`, which may throw, or return nothing. The second handler also for what a hostile value throws
  // when it is looked at.
  const settled = Promise.resolve(result).then(succeed).then(undefined, fail)
  return () => settled
}
