/**
 * About how much memory a value takes: to bound what waits, not to account for it.
 * @module
 */

/** A reference, a number, a property: what any part takes at least. */
const word = 8
/** About so many parts of a value are looked at, and so many of one collection: the others are taken to be like them. */
const partsMost = 256
const membersMost = 32
/** So many levels further down one member each stands for its like. */
const deeper = 4
/** Spreads looks evenly but in no rhythm, which the members might have as well. */
const goldenRatio = 0.618

/**
 * Bytes of a value and all that it holds, a whole number of at least 8. Never throws: what can't be looked at counts
 * for little.
 */
export function byteSize(value: unknown): number {
  if (typeof value !== 'object' || value === null) return ownSize(value)
  const bytes = Math.ceil(sizeOf(value, partsMost, new Set()))
  return Number.isSafeInteger(bytes) ? bytes : word
}

function ownSize(value: unknown): number {
  return typeof value === 'string' ? word + value.length * 2 : word
}

/** @param budget how many parts may be looked at. */
function sizeOf(value: unknown, budget: number, seen: Set<object>): number {
  if (typeof value !== 'object' || value === null || seen.has(value)) return ownSize(value)
  seen.add(value)
  try {
    return word + contentSize(value, budget - 1, seen)
  } catch {
    // A getter, or a proxy's trap.
    return word
  }
}

function contentSize(value: object, budget: number, seen: Set<object>): number {
  if (value instanceof ArrayBuffer) return value.byteLength
  if (ArrayBuffer.isView(value)) return isShared(value.buffer) ? 0 : value.byteLength
  if (budget < -deeper) return 0
  if (Array.isArray(value)) return sumOf(value, undefined, value.length, budget, seen)
  if (value instanceof Map) return sumOf(first(value).flat(), undefined, value.size * 2, budget, seen)
  if (value instanceof Set) return sumOf(first(value), undefined, value.size, budget, seen)
  const keys = Object.keys(value)
  return sumOf(value as Record<string, unknown>, keys, keys.length, budget, seen)
}

/** What `count` members take, as some of them show: those under `keys`, or an array's. */
function sumOf(
  members: Readonly<Record<string, unknown>> | readonly unknown[],
  keys: readonly string[] | undefined,
  count: number,
  budget: number,
  seen: Set<object>,
): number {
  const known = keys ?? (members as readonly unknown[])
  const looks = Math.min(known.length, membersMost, Math.max(1, Math.ceil(budget)))
  if (looks === 0) return 0
  const each = budget / looks
  let bytes = 0
  for (let n = 0; n < looks; n++) {
    const at = Math.floor(((n + ((n * goldenRatio) % 1)) * known.length) / looks)
    const key = keys ? keys[at]! : at
    bytes += sizeOf((members as Record<PropertyKey, unknown>)[key], each, seen)
  }
  return (bytes * count) / looks
}

function first<T>(values: Iterable<T>): T[] {
  const found: T[] = []
  for (const value of values) if (found.push(value) >= membersMost) break
  return found
}

function isShared(buffer: ArrayBufferLike): boolean {
  return typeof SharedArrayBuffer === 'function' && buffer instanceof SharedArrayBuffer
}
