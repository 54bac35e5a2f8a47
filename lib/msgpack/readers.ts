/**
 * Functions that make an object of a row.
 * @module
 */
import type { Row } from './rows.js'
import { isRow } from './rows.js'

/** Makes what a row stands for. */
export type Revive = (row: Row) => unknown
export type Reader = (row: Row) => unknown

/** A reader for objects with these keys: compiled, unless the page's security policy is against it. */
export function newReader(keys: readonly string[], revive: Revive): Reader {
  const part = (value: unknown) => (isRow(value) ? revive(value) : value)
  const properties = keys.map((key, i) => `${JSON.stringify(key)}: part(row[${i}])`)
  try {
    return new Function('part', `return (row) => ({ ${properties.join(', ')} })`)(part)
  } catch {
    return (row) => {
      const object: Record<string, unknown> = {}
      for (let i = 0; i < keys.length; i++) object[keys[i]!] = part(row[i])
      return object
    }
  }
}
