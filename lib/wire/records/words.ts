/**
 * The words of a tape: the three low bits say what follows, the others are a number that belongs to it.
 * @module
 */
export const tag = {
  /** The number is the value. */
  integer: 0,
  /** The next of the doubles. */
  double: 1,
  /** A string of so many characters, from the chunks of text. */
  text: 2,
  /** An object of that shape: its properties' values follow. */
  shape: 3,
  /** So many elements follow. */
  array: 4,
  /** So many of the doubles. */
  numbers: 5,
  /** An object of so many properties: their values follow, and then their keys. */
  object: 6,
  /** One of {@link special}. */
  special: 7,
} as const

export const special = {
  null: 0,
  undefined: 1,
  true: 2,
  false: 3,
  /** A number follows: its time. */
  date: 4,
  /** The next of the long strings. */
  longString: 5,
  /** The next of the bigints. */
  bigint: 6,
} as const

export const numberBits = 3
export const tagMask = 7

export function wordOf(kind: number, number: number): number {
  return (number << numberBits) | kind
}

export const nullWord = wordOf(tag.special, special.null)
export const undefinedWord = wordOf(tag.special, special.undefined)
export const trueWord = wordOf(tag.special, special.true)
export const falseWord = wordOf(tag.special, special.false)
export const dateWord = wordOf(tag.special, special.date)
export const longStringWord = wordOf(tag.special, special.longString)
export const bigintWord = wordOf(tag.special, special.bigint)
