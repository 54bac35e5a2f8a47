/**
 * Checks of what users pass in: each failure names the function, the option, what was given and what would do.
 * @module
 */
import { ParallelError } from '../errors.js'
import type { CodecKind } from '../wire/codec.js'
import { describe } from '../wire/describe.js'

/** An error for a bad argument of `caller`. */
export function badArgument(caller: string, message: string): ParallelError {
  return new ParallelError('INVALID_ARGUMENT', `${caller}: ${message}`)
}

/** A whole number of at least `min`; Infinity is one. */
export function checkNumber(caller: string, name: string, value: unknown, min: number): number {
  const fits =
    typeof value === 'number' &&
    value >= min &&
    (Number.isInteger(value) || value === Number.POSITIVE_INFINITY)
  if (!fits)
    throw badArgument(caller, `${name} must be a whole number of at least ${min}, got ${show(value)}`)
  return value
}

/** A whole number of at least `min` that things are counted out by: not Infinity. */
export function checkCount(caller: string, name: string, value: unknown, min: number): number {
  if (checkNumber(caller, name, value, min) !== Number.POSITIVE_INFINITY) return value as number
  throw badArgument(caller, `${name} must be a finite whole number of at least ${min}, got Infinity`)
}

/** True or false. */
export function checkFlag(caller: string, name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value
  throw badArgument(caller, `${name} must be true or false, got ${show(value)}`)
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

export function checkString(caller: string, name: string, value: unknown): string {
  if (typeof value === 'string') return value
  throw badArgument(caller, `${name} must be a string, got ${describe(value)}`)
}

/** An object. */
export function checkObject(caller: string, name: string, value: unknown): object {
  if (typeof value === 'object' && value !== null) return value
  throw badArgument(caller, `${name} must be an object, got ${show(value)}`)
}

/** What a pool is to share with its threads. */
export function checkShared(caller: string, shared: unknown): Readonly<Record<string, unknown>> {
  if (typeof shared === 'object' && shared !== null && !Array.isArray(shared)) return { ...shared }
  throw badArgument(caller, `shared must be an object of what to share, got ${show(shared)}`)
}

/** How values travel. */
export function checkCodec(caller: string, codec: CodecKind): CodecKind {
  const { name, module, encoder, decoder } = (codec ?? {}) as Partial<CodecKind>
  if (
    typeof name === 'string' &&
    typeof module === 'string' &&
    typeof encoder === 'function' &&
    typeof decoder === 'function'
  )
    return codec
  const hint = typeof codec === 'function' ? ': call it' : ''
  throw badArgument(
    caller,
    `codec must be what msgpack() of rxjs-parallel/msgpack returns, got ${show(codec)}${hint}`,
  )
}

/** An options object that has no name which is none of ours: a misspelt option is silently ignored otherwise. */
export function checkNames(
  caller: string,
  options: unknown,
  names: readonly string[],
  within?: string,
): void {
  const given = Object.keys(checkObject(caller, within ?? 'options', options))
  const unknown = given.find((name) => !names.includes(name))
  if (unknown === undefined) return
  const place = within === undefined ? '' : `${within}.`
  throw badArgument(caller, `there is no option '${place}${unknown}'; there are ${names.join(', ')}`)
}

function show(value: unknown): string {
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : describe(value)
}
