/**
 * Checks of what users pass in: each failure names the function, the option, what was given and what would do.
 * @module
 */
import { ParallelError } from '../errors.js'
import { describe } from '../wire/describe.js'

/** An error for a bad argument of `caller`. */
export function badArgument(caller: string, message: string): ParallelError {
  return new ParallelError('INVALID_ARGUMENT', `${caller}: ${message}`)
}

/** A number of at least `min`, whole unless `fraction`; Infinity is one. */
export function checkNumber(caller: string, name: string, value: unknown, min: number): number {
  const fits =
    typeof value === 'number' &&
    value >= min &&
    (Number.isInteger(value) || value === Number.POSITIVE_INFINITY)
  if (!fits)
    throw badArgument(caller, `${name} must be a whole number of at least ${min}, got ${show(value)}`)
  return value
}

/** The longest time that a timer can wait. */
const longestTimer = 2 ** 31 - 1

/** A number of milliseconds, above 0. */
export function checkTime(caller: string, name: string, value: unknown): number {
  if (typeof value === 'number' && value > 0 && value <= longestTimer) return value
  throw badArgument(
    caller,
    `${name} must be a number of milliseconds above 0, up to ${longestTimer}, got ${show(value)}`,
  )
}

/** One of some words. */
export function checkWord<W extends string>(
  caller: string,
  name: string,
  value: unknown,
  words: readonly W[],
): W {
  const found = words.find((word) => word === value)
  if (found === undefined)
    throw badArgument(
      caller,
      `${name} must be one of ${words.map((word) => `'${word}'`).join(', ')}, got ${show(value)}`,
    )
  return found
}

/** A function, or nothing. */
export function checkFunction<F>(caller: string, name: string, value: F): F {
  if (value !== undefined && typeof value !== 'function')
    throw badArgument(caller, `${name} must be a function, got ${show(value)}`)
  return value
}

/** An options object that has no name which is none of ours: a misspelt option is silently ignored otherwise. */
export function checkNames(caller: string, options: unknown, names: readonly string[]): void {
  if (typeof options !== 'object' || options === null)
    throw badArgument(caller, `options must be an object, got ${show(options)}`)
  const unknown = Object.keys(options).find((name) => !names.includes(name))
  if (unknown !== undefined)
    throw badArgument(caller, `there is no option '${unknown}'; there are ${names.join(', ')}`)
}

function show(value: unknown): string {
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : describe(value)
}
