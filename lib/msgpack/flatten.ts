/**
 * Turns a value into a row if that keeps all that structured clone would keep of it. Each property is read once, in
 * the order in which structured clone reads them.
 * @module
 */

import { Seen } from '../wire/seen.js'
import type { Row } from './rows.js'
import { isRow, mark } from './rows.js'
import type { Shapes, Site } from './shapes.js'
import { newSite, noShape } from './shapes.js'
import { isUtf8 } from './wellFormed.js'

/** A value that has to go as it is. */
export const unfaithful = Symbol('unfaithful')
type Unfaithful = typeof unfaithful

/** Far from where anything overflows the stack. */
const depthMost = 100

/** Structured clone takes less time for each element of an array; it is objects that cost it much. */
const lengthMost = 32

const { getPrototypeOf, hasOwn, values: valuesOf } = Object
const plain = Object.prototype
const arrays = Array.prototype
const dates = Date.prototype
const { getTime } = dates
const { toString: tagOf } = plain

export class Flattener {
  private readonly seen = new Seen()
  private readonly root = newSite()
  /** For what lies in objects without a shape. */
  private readonly anywhere = newSite()

  constructor(private readonly shapes: Shapes) {}

  /** The object's row. */
  flatten(value: object): Row | Unfaithful {
    this.seen.clear()
    try {
      return this.object(value, this.root, 0)
    } catch {
      // A getter throws: structured clone shall throw it.
      return unfaithful
    }
  }

  /** Forgets the last value. */
  release(): void {
    this.seen.release()
  }

  private part(value: unknown, site: Site, depth: number): unknown {
    switch (typeof value) {
      case 'number':
        return value !== 0 || 1 / value > 0 ? value : [mark.minusZero]
      case 'string':
        return isUtf8(value) ? value : unfaithful
      case 'boolean':
      case 'undefined':
      case 'bigint':
        return value
      case 'object':
        return value === null ? null : this.object(value, site, depth)
      default:
        return unfaithful
    }
  }

  private object(value: object, site: Site, depth: number): Row | Unfaithful {
    if (depth > depthMost || !this.seen.add(value)) return unfaithful
    const prototype: unknown = getPrototypeOf(value)
    if (prototype === plain) return this.record(value as Record<string, unknown>, site, depth + 1)
    if (prototype === arrays && Array.isArray(value)) return this.array(value, site, depth + 1)
    if (prototype === dates) return [getTime.call(value as Date), mark.date]
    return unfaithful
  }

  private array(array: readonly unknown[], site: Site, depth: number): Row | Unfaithful {
    const { length } = array
    // Properties beside the elements, as a match's index, are cloned, too. Nothing tells of them that costs less.
    if (length > lengthMost || valuesOf(array).length !== length) return unfaithful
    const row: Row = new Array(length + 1)
    let kind: number = mark.primitives
    for (let i = 0; i < length; i++) {
      const part = this.part(array[i], site, depth)
      if (part === unfaithful || (part === undefined && !hasOwn(array, i))) return unfaithful
      if (isRow(part)) kind = mark.array
      row[i] = part
    }
    row[length] = kind
    return row
  }

  /** Takes the keys for those of the shape that was here last, until one differs. */
  private record(record: Record<string, unknown>, site: Site, depth: number): Row | Unfaithful {
    const guess = site.shape
    const { keys, sites } = guess
    const row: Row = new Array(keys.length + 1)
    let other: string[] | undefined
    let count = 0
    for (const key in record) {
      if (other) other.push(key)
      else if (key !== keys[count]) other = [...keys.slice(0, count), key]
      const part = this.part(record[key], other ? this.anywhere : sites[count]!, depth)
      if (part === unfaithful) return unfaithful
      row[count++] = part
    }
    if (!other && count < keys.length) other = keys.slice(0, count)
    if (mayBeOther(other ?? keys) && tagOf.call(record) !== '[object Object]') return unfaithful
    if (!other && guess !== noShape) {
      row[count] = guess.id
      return row
    }
    return this.otherRecord(row, other ?? [], site)
  }

  private otherRecord(row: Row, keys: string[], site: Site): Row | Unfaithful {
    // To set it means something else.
    if (keys.includes('__proto__')) return unfaithful
    row.length = keys.length
    const shape = this.shapes.find(keys)
    if (shape) {
      site.shape = shape
      row.push(shape.id)
      return row
    }
    if (!keys.every(isUtf8)) return unfaithful
    const entries: Row = keys.flatMap((key, i) => [key, row[i]])
    entries.push(mark.entries)
    return entries
  }
}

/** Objects of another kind may hide behind these keys: a call's `arguments`, or what was given a plain prototype. */
function mayBeOther(keys: readonly string[]): boolean {
  return keys.length === 0 || keys[0] === '0'
}
