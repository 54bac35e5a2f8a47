import { cloneError } from '../wire/uncloneable.js'
import { checkEnvironment } from './environment.js'

/**
 * Checks that a value can be sent to a thread, or come back from one, and shows what it is when it arrives: what
 * structured clone keeps of it. Instances of classes arrive as plain objects, for one.
 *
 * @param value any value.
 * @returns the copy that would arrive.
 * @throws CloneError for a value that can't be sent; its `path` and its message say which part of it that is.
 * @throws Error where the test's environment has no structuredClone.
 *
 * @example
 * ```ts
 * console.log(cloneCheck({ tags: new Set(['new']) })) // → { tags: Set(1) { 'new' } }
 *
 * try {
 *   cloneCheck({ price: 3, onDone() {} })
 * } catch (error) {
 *   console.log(`${error}`)
 * }
 * // → CloneError: value.onDone is a function and can't be sent to a thread
 * ```
 */
export function cloneCheck<T>(value: T): T {
  checkEnvironment('cloneCheck')
  try {
    return structuredClone(value)
  } catch (cause) {
    throw cloneError(value, 'value', 'to', cause)
  }
}
