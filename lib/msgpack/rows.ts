/**
 * The form in which values are given to msgpackr: arrays of primitives and of such arrays, so that nothing is left
 * to its rules for objects.
 * @module
 */

/** An array or an object: its elements or properties' values, and at the end a {@link mark} or its shape's number. */
export type Row = unknown[]

/** What a row stands for that isn't of a shape. */
export const mark = {
  /** An array of nothing but primitives. */
  primitives: -1,
  array: -2,
  /** An object of no shape: its keys and values in turn. */
  entries: -3,
  date: -4,
  minusZero: -5,
} as const

/** Whether it is a row, and no primitive. */
export function isRow(part: unknown): part is Row {
  return typeof part === 'object' && part !== null
}
