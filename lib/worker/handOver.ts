/**
 * Gives a task's result to the next task in the same thread, as it would arrive by way of the main thread: a copy, so
 * that neither sees what the other changes.
 * @module
 */
import { Seen } from '../wire/seen.js'
import { cloneError, isDetached, transferredBefore } from '../wire/uncloneable.js'

const { getPrototypeOf, keys: keysOf } = Object
const plain = Object.prototype
const arrays = Array.prototype
const { toString: tagOf } = plain

/** Deeper values are left to structured clone. */
const depthMost = 20

/** A value that isn't a tree of plain objects, arrays and primitives. */
const notPlain = Symbol('not plain')
const seen = new Seen()

/**
 * Returns what structured clone would make of it. `moved` are parts to be moved.
 * @throws CloneError for what can't be cloned; `place` names the value there.
 */
export function handOver(value: unknown, moved: readonly Transferable[], place = 'result'): unknown {
  if (moved.length > 0) return cloneOf(value, moved, place)
  if (typeof value !== 'object' || value === null)
    return typeof value === 'function' || typeof value === 'symbol' ? cloneOf(value, moved, place) : value
  let copy: unknown = notPlain
  try {
    copy = copyOf(value, 0)
  } catch {
    // A getter throws: it shall throw again below, where an error can say so.
  }
  seen.release()
  return copy === notPlain ? cloneOf(value, moved, place) : copy
}

function cloneOf(value: unknown, moved: readonly Transferable[], place: string): unknown {
  if (moved.some((part) => isDetached(part))) throw transferredBefore(place)
  try {
    return structuredClone(value, { transfer: [...moved] })
  } catch (cause) {
    throw cloneError(value, place, 'from', cause, new Set<unknown>(moved))
  }
}

/** Half the time of structured clone, which writes and reads each value. */
function copyOf(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null)
    return typeof value === 'function' || typeof value === 'symbol' ? notPlain : value
  if (depth > depthMost || !seen.add(value)) return notPlain
  const prototype: unknown = getPrototypeOf(value)
  if (prototype === plain) return recordOf(value as Record<string, unknown>, depth + 1)
  return prototype === arrays && Array.isArray(value) ? arrayOf(value, depth + 1) : notPlain
}

function recordOf(record: Record<string, unknown>, depth: number): unknown {
  // Objects of another kind may have a plain prototype: a call's `arguments`.
  if (tagOf.call(record) !== '[object Object]') return notPlain
  const copy: Record<string, unknown> = {}
  for (const key of keysOf(record)) {
    const part = copyOf(record[key], depth)
    // To set `__proto__` means something else.
    if (part === notPlain || key === '__proto__') return notPlain
    copy[key] = part
  }
  return copy
}

function arrayOf(array: readonly unknown[], depth: number): unknown {
  const { length } = array
  // Holes, and properties beside the elements.
  if (keysOf(array).length !== length) return notPlain
  const copy: unknown[] = []
  for (let i = 0; i < length; i++) {
    const part = copyOf(array[i], depth)
    if (part === notPlain) return notPlain
    copy.push(part)
  }
  return copy
}
