/**
 * Batches and results of one primitive as text. A message that holds any object costs half as much again as one that
 * holds none, and a single run is little else than two messages.
 * @module
 */

/** Longer strings aren't worth being put together. */
const longest = 256

/** A primitive as text, or undefined for what has no such form. */
function textOf(value: unknown): string | undefined {
  switch (typeof value) {
    case 'number':
      return Object.is(value, -0) ? undefined : `n${value}`
    case 'string':
      return value.length <= longest ? `s${value}` : undefined
    case 'boolean':
      return value ? 't' : 'f'
    case 'undefined':
      return 'u'
    default:
      return value === null ? 'z' : undefined
  }
}

function primitiveIn(text: string, at: number): unknown {
  switch (text[at]) {
    case 'n':
      return Number(text.slice(at + 1))
    case 's':
      return text.slice(at + 1)
    case 't':
      return true
    case 'f':
      return false
    case 'u':
      return undefined
    default:
      return null
  }
}

/** Three whole numbers and a value, or undefined where the value has no form as text. */
export function toText(a: number, b: number, c: number, value: unknown): string | undefined {
  const text = textOf(value)
  return text === undefined ? undefined : `${a} ${b} ${c} ${text}`
}

/** What {@link toText} was given. */
export function fromText(text: string): [a: number, b: number, c: number, value: unknown] {
  const first = text.indexOf(' ')
  const second = text.indexOf(' ', first + 1)
  const third = text.indexOf(' ', second + 1)
  const numberIn = (start: number, end: number) => Number(text.slice(start, end))
  return [
    numberIn(0, first),
    numberIn(first + 1, second),
    numberIn(second + 1, third),
    primitiveIn(text, third + 1),
  ]
}
