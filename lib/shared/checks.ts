/**
 * Checks of what users pass in: each failure names the function, what was given and what would do.
 * @module
 */
import { ParallelError } from '../errors.js'
import { describe } from '../wire/describe.js'
import type { BlockOptions, WaitOptions } from './waiting.js'

/** An error for a bad argument of `caller`. */
export function badArgument(caller: string, message: string): ParallelError {
  return new ParallelError('INVALID_ARGUMENT', `${caller}: ${message}`)
}

/** The longest time that a timer can wait. */
const longestTimer = 2 ** 31 - 1

/** How long a Promise is to wait. Returns its timeout, where there is one; throws the signal's reason if it is aborted. */
export function checkWait(caller: string, options: WaitOptions): number | undefined {
  checkNames(caller, options, ['timeout', 'signal'])
  const { timeout, signal } = options
  if (signal !== undefined && typeof signal?.throwIfAborted !== 'function')
    throw badArgument(caller, `signal must be an AbortSignal, got ${show(signal)}`)
  signal?.throwIfAborted()
  return checkTimeout(caller, timeout)
}

/** How long a thread is to be blocked. Returns its timeout, where there is one. */
export function checkBlock(caller: string, options: BlockOptions): number | undefined {
  checkNames(caller, options, ['timeout'])
  return checkTimeout(caller, options.timeout)
}

function checkNames(caller: string, options: object, names: readonly string[]): void {
  if (typeof options !== 'object' || options === null)
    throw badArgument(caller, `options must be an object, got ${show(options)}`)
  const unknown = Object.keys(options).find((name) => !names.includes(name))
  if (unknown !== undefined)
    throw badArgument(caller, `there is no option '${unknown}'; there are ${names.join(', ')}`)
}

function checkTimeout(caller: string, timeout: unknown): number | undefined {
  if (timeout === undefined || timeout === Number.POSITIVE_INFINITY) return undefined
  if (typeof timeout === 'number' && timeout >= 0 && timeout <= longestTimer) return timeout
  throw badArgument(
    caller,
    `timeout must be a number of milliseconds from 0 to ${longestTimer}, got ${show(timeout)}`,
  )
}

/** A function. */
export function checkFunction(caller: string, name: string, value: unknown): void {
  if (typeof value !== 'function') throw badArgument(caller, `${name} must be a function, got ${show(value)}`)
}

/** A whole number from `min` to `max`; Infinity, if that is `max`. */
export function checkCount(caller: string, value: unknown, min: number, max: number): void {
  const isWhole = Number.isInteger(value) || value === Number.POSITIVE_INFINITY
  if (isWhole && (value as number) >= min && (value as number) <= max) return
  throw badArgument(caller, `count must be a whole number from ${min} to ${max}, got ${show(value)}`)
}

function show(value: unknown): string {
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : describe(value)
}
