/**
 * Snapshots that nobody can change: a change that others don't see is an error, and not lost in silence.
 * @module
 */
import { ParallelError } from '../errors.js'
import { describe } from '../wire/describe.js'
import { cloneError } from '../wire/uncloneable.js'

/** A copy of a value, frozen. Throws a CloneError, or a ParallelError for what can't be frozen. */
export function frozenCopy(value: unknown, name: string): unknown {
  let copy: unknown
  try {
    copy = structuredClone(value)
  } catch (cause) {
    throw cloneError(value, name, 'to', cause)
  }
  return frozen(copy, name)
}

/** The same value, all parts of which are frozen. It is made of clones, and of what was frozen here. */
export function frozen<T>(value: T, name: string): T {
  freeze(value, name, new Set())
  return value
}

function freeze(value: unknown, name: string, seen: Set<unknown>): void {
  if (typeof value !== 'object' || value === null || seen.has(value) || isSharedMemory(value)) return
  // With all that is in it, as no clone is.
  if (Object.isFrozen(value)) return
  seen.add(value)
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer)
    throw new ParallelError(
      'INVALID_ARGUMENT',
      `${name} has ${describe(value)} in it, which can't be frozen; share a SharedArrayBuffer or a plain array`,
    )
  if (value instanceof Map) {
    refuse(value, name, ['set', 'delete', 'clear'])
    for (const part of [...value.keys(), ...value.values()]) freeze(part, name, seen)
  } else if (value instanceof Set) {
    refuse(value, name, ['add', 'delete', 'clear'])
    for (const part of value) freeze(part, name, seen)
  } else if (value instanceof Date) {
    refuse(
      value,
      name,
      Object.getOwnPropertyNames(Date.prototype).filter((method) => method.startsWith('set')),
    )
  }
  for (const part of Object.values(value)) freeze(part, name, seen)
  Object.freeze(value)
}

/** What freezing doesn't reach: it is inside. Structured clone takes no notice of these methods. */
function refuse(value: object, name: string, methods: readonly string[]): void {
  for (const method of methods)
    Object.defineProperty(value, method, {
      value: () => {
        throw new TypeError(`Cannot ${method} in a snapshot of ${name}: it is frozen; use update()`)
      },
    })
}

function isSharedMemory(value: object): boolean {
  if (typeof SharedArrayBuffer !== 'function') return false
  return (ArrayBuffer.isView(value) ? value.buffer : value) instanceof SharedArrayBuffer
}
