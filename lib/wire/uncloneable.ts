/**
 * Finds the part of a value that structured clone refuses, so that an error can name it.
 * @module
 */
import { CloneError } from '../errors.js'
import { describe } from './describe.js'
import { isShareable } from './sharing.js'

/** How values travel: what it takes, and what the sentence about a refused one calls the other side. */
export interface Transport {
  readonly to: string
  /** Whether parts can be moved; otherwise they are copied as all else is. */
  readonly moves: boolean
  /** Throws for what can't travel. */
  clone(value: unknown): unknown
}

/** Between threads. */
export const byMessage: Transport = {
  to: 'a thread',
  moves: true,
  clone: (value) => structuredClone(value),
}

/** How values leave the thread that this code runs in, where nothing else is said. */
let home = byMessage

/** Says how values leave this thread: for one that is a process of its own. */
export function leaveBy(transport: Transport): void {
  home = transport
}

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
  by = home,
): Uncloneable | undefined {
  const moved = by.moves ? transferred : undefined
  const found = findIn(value, path, moved, new Set(), 0, by) ?? findByTrial(value, path, moved, by)
  return found === 'too deep' ? { path, what: `${describe(value)} that is nested too deep` } : found
}

/** Deeper parts are looked at as a whole: the stack has an end, and Node ends where a regular expression meets it. */
const depthMost = 500

/** For what can't be told by looking at it: a proxy, or what an array has beside its elements. */
function findByTrial(
  value: unknown,
  path: string,
  transferred: ReadonlySet<unknown> | undefined,
  by: Transport,
): Uncloneable | 'too deep' | undefined {
  if (transferred?.size || isCloneable(value, by)) return undefined
  return refusedPart(value as object, path, new Set(), by)
}

/** The deepest part that structured clone refuses though it takes all its parts. */
function refusedPart(
  value: object,
  path: string,
  seen: Set<unknown>,
  by: Transport,
): Uncloneable | 'too deep' {
  seen.add(value)
  if (seen.size > depthMost) return 'too deep'
  for (const [part, place] of partsOf(value, path))
    if (!isCloneable(part, by) && !seen.has(part)) return refusedPart(part as object, place, seen, by)
  return { path, what: `${describe(value)} that can't be cloned` }
}

function findIn(
  value: unknown,
  path: string,
  transferred: ReadonlySet<unknown> | undefined,
  seen: Set<unknown>,
  depth: number,
  by: Transport,
): Uncloneable | 'too deep' | undefined {
  if (typeof value === 'function' || typeof value === 'symbol') return { path, what: describe(value) }
  if (typeof value !== 'object' || value === null || seen.has(value) || transferred?.has(value))
    return undefined
  seen.add(value)
  if (isShareable(value))
    return { path, what: `${describe(value)}, which threads get by their pool's 'shared' only,` }
  // What has parts to be moved can't be tried.
  if (depth > depthMost) return transferred?.size || isCloneable(value, by) ? undefined : 'too deep'
  if (isDetached(value)) return { path, what: 'an ArrayBuffer that was transferred before' }
  try {
    for (const [part, place] of partsOf(value, path)) {
      const found = findIn(part, place, transferred, seen, depth + 1, by)
      if (found) return found
    }
  } catch (thrown) {
    const reason = thrown instanceof Error ? `: ${thrown.message}` : ''
    return { path, what: `${describe(value)} with a getter that throws${reason}` }
  }
  return hasOwnRules(value) && !isCloneable(value, by) ? { path, what: describe(value) } : undefined
}

/** The error for a value that can't go to a thread or come back from one; `thing` is its place for the reader. */
export function cloneError(
  value: unknown,
  thing: string,
  way: 'to' | 'from',
  cause: unknown,
  transferred?: ReadonlySet<unknown>,
  by = home,
): CloneError {
  const found = findUncloneable(value, thing, transferred, by)
  const { path, what } = found ?? { path: thing, what: 'something' }
  const reason = found || !(cause instanceof Error) ? '' : ` (${cause.message})`
  return new CloneError(`${path} is ${what} and can't be sent ${way} ${by.to}${reason}`, path, { cause })
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
  return !isCloneable(value, byMessage)
}

/** Whether structured clone, or what stands for it, takes `value` as it is, with nothing transferred. */
export function isCloneable(value: unknown, by = home): boolean {
  if (
    value === null ||
    (typeof value !== 'object' && typeof value !== 'function' && typeof value !== 'symbol')
  )
    return true
  try {
    by.clone(value)
    return true
  } catch {
    return false
  }
}
