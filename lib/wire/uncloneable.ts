/**
 * Finds the part of a value that structured clone refuses, so that an error can name it.
 * @module
 */
import { CloneError } from '../errors.js'
import { describe } from './describe.js'

/** The place of the first part that can't be cloned, and what stands there; nothing where all can. */
export interface Uncloneable {
  readonly path: string
  readonly what: string
}

/** Looks through `value`, which stands at `path`. Parts in `transferred` are left out: they move, they aren't cloned. */
export function findUncloneable(
  value: unknown,
  path: string,
  transferred?: ReadonlySet<unknown>,
): Uncloneable | undefined {
  const found = findIn(value, path, transferred, new Set())
  if (found || transferred?.size || isCloneable(value)) return found
  // Nothing that can be told by looking at it: a proxy, or what an array has beside its elements.
  return findByTrial(value as object, path, new Set())
}

/** The deepest part that structured clone refuses though it takes all its parts. */
function findByTrial(value: object, path: string, seen: Set<unknown>): Uncloneable {
  seen.add(value)
  for (const [part, place] of partsOf(value, path))
    if (!isCloneable(part) && !seen.has(part)) return findByTrial(part as object, place, seen)
  return { path, what: `${describe(value)} that can't be cloned` }
}

function findIn(
  value: unknown,
  path: string,
  transferred: ReadonlySet<unknown> | undefined,
  seen: Set<unknown>,
): Uncloneable | undefined {
  if (typeof value === 'function' || typeof value === 'symbol') return { path, what: describe(value) }
  if (typeof value !== 'object' || value === null || seen.has(value) || transferred?.has(value))
    return undefined
  seen.add(value)
  if (isDetached(value)) return { path, what: 'an ArrayBuffer that was transferred before' }
  try {
    for (const [part, place] of partsOf(value, path)) {
      const found = findIn(part, place, transferred, seen)
      if (found) return found
    }
  } catch (thrown) {
    const reason = thrown instanceof Error ? `: ${thrown.message}` : ''
    return { path, what: `${describe(value)} with a getter that throws${reason}` }
  }
  return hasOwnRules(value) && !isCloneable(value) ? { path, what: describe(value) } : undefined
}

/** The error for a value that can't go to a thread or come back from one; `thing` is its place for the reader. */
export function cloneError(
  value: unknown,
  thing: string,
  way: 'to' | 'from',
  cause: unknown,
  transferred?: ReadonlySet<unknown>,
): CloneError {
  const found = findUncloneable(value, thing, transferred)
  const { path, what } = found ?? { path: thing, what: 'something' }
  const reason = found || !(cause instanceof Error) ? '' : ` (${cause.message})`
  return new CloneError(`${path} is ${what} and can't be sent ${way} a thread${reason}`, path, { cause })
}

/** The error for a part of `thing` that is to be moved a second time. */
export function transferredBefore(thing: string): CloneError {
  const what = `${thing} has a part that was transferred before, and can't be used or sent again`
  return new CloneError(what, thing)
}

function* partsOf(value: object, path: string): Generator<[unknown, string]> {
  if (value instanceof Map) {
    for (const [key, each] of value) {
      yield [key, `${path}.keys()`]
      yield [each, `${path}.get(${wordsOf(key)})`]
    }
  } else if (value instanceof Set) for (const each of value) yield [each, `${path}.values()`]
  else if (ArrayBuffer.isView(value)) yield [value.buffer, `${path}.buffer`]
  else if (Array.isArray(value)) for (let i = 0; i < value.length; i++) yield [value[i], `${path}[${i}]`]
  else if (!hasOwnRules(value))
    for (const key of Object.keys(value)) yield [(value as Record<string, unknown>)[key], member(path, key)]
}

function wordsOf(key: unknown): string {
  if (typeof key === 'string') return JSON.stringify(key)
  return typeof key === 'object' && key !== null ? describe(key) : String(key)
}

function member(path: string, key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`
}

/** Platform objects clone, or don't, by rules of their own; all others are cloned property by property. */
function hasOwnRules(value: object): boolean {
  const tag = Object.prototype.toString.call(value)
  return (
    tag !== '[object Object]' && tag !== '[object Array]' && tag !== '[object Map]' && tag !== '[object Set]'
  )
}

/** Whether it is a buffer that was moved elsewhere: sending it would lose the whole message without a word. */
export function isDetached(value: object): boolean {
  if (!(value instanceof ArrayBuffer) || value.byteLength > 0) return false
  if ('detached' in value) return value.detached === true
  // Before Node 21 only trying tells a detached buffer from an empty one.
  return !isCloneable(value)
}

/** Whether structured clone takes `value` as it is, with nothing transferred. */
export function isCloneable(value: unknown): boolean {
  if (
    value === null ||
    (typeof value !== 'object' && typeof value !== 'function' && typeof value !== 'symbol')
  )
    return true
  try {
    structuredClone(value)
    return true
  } catch {
    return false
  }
}
