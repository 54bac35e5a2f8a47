/**
 * About how much memory a value takes: to bound what waits, not to account for it.
 * @module
 */

/** A reference, a number, a property: what any part takes at least. */
const word = 8
/** Parts that are looked at: a larger value is counted as far as that. */
const partsMost = 10_000

/** Bytes of a value and all that it holds. */
export function byteSize(value: unknown): number {
  const seen = new Set<object>()
  const parts = [value]
  let bytes = 0
  for (let part = parts.pop(), n = 0; n < partsMost; part = parts.pop(), n++) {
    bytes += typeof part === 'string' ? word + part.length * 2 : word
    if (typeof part === 'object' && part !== null && !seen.has(part)) {
      seen.add(part)
      bytes += bufferSize(part)
      parts.push(...partsOf(part))
    }
    if (parts.length === 0) break
  }
  return bytes
}

function bufferSize(part: object): number {
  if (part instanceof ArrayBuffer) return part.byteLength
  return ArrayBuffer.isView(part) ? part.byteLength : 0
}

function partsOf(part: object): Iterable<unknown> {
  if (part instanceof ArrayBuffer || ArrayBuffer.isView(part)) return []
  if (part instanceof Map) return [...part.keys(), ...part.values()]
  return part instanceof Set || Array.isArray(part) ? part : Object.values(part)
}
