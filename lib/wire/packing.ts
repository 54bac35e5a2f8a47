/**
 * A batch of numbers travels as a Float64Array: structured clone copies that in one piece, where it looks at each
 * element of an array, which is what moving numbers costs most. Both sides read it as they would read an array.
 * @module
 */
import type { Values } from './messages.js'

/** Below so many a plain array costs less. */
const packedLeast = 16

/** The same values, packed where all of them are numbers. */
export function pack(values: Values): Values {
  const { length } = values
  if (values instanceof Float64Array) return length < packedLeast ? Array.from(values) : values
  if (length < packedLeast || typeof values[length - 1] !== 'number') return values
  const packed = new Float64Array(length)
  for (let i = 0; i < length; i++) {
    const value = values[i]
    if (typeof value !== 'number') return values
    packed[i] = value
  }
  return packed
}
