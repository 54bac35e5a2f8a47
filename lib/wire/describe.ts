/**
 * Words for values, for error messages.
 * @module
 */

/** `a function`, `a Promise`, `null`: how a sentence names a value. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'string')
    return value.length > 60 ? `a string of ${value.length} characters` : `'${value}'`
  if (typeof value !== 'object') return `a ${typeof value}`
  const own: unknown = Object.getPrototypeOf(value)?.constructor?.name
  const name = typeof own === 'string' && own ? own : Object.prototype.toString.call(value).slice(8, -1)
  return `${/^[AEIOU]/.test(name) ? 'an' : 'a'} ${name}`
}

/** What was thrown, as part of a sentence. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : describe(thrown)
}
