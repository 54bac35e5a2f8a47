/**
 * Writes a value to a tape if that keeps all that structured clone would keep of it. Each property is read once, in
 * the order in which structured clone reads them.
 * @module
 */
import { isProxy } from '../node/objects.js'
import { Seen } from '../seen.js'
import type { Shapes, Site } from './shapes.js'
import { newSite, noShape } from './shapes.js'
import type { Tape } from './tape.js'
import { dateWord, falseWord, nullWord, tag, trueWord, undefinedWord, wordOf } from './words.js'

/** Far from where anything overflows the stack. */
const depthMost = 100
/** What a word has room for, and no more than what can be written soon. */
const lengthMost = 1 << 24
/** From so many on, numbers go as doubles in one piece. */
const numbersLeast = 8

const { getPrototypeOf, hasOwn, values: valuesOf } = Object
const plain = Object.prototype
const arrays = Array.prototype
const dates = Date.prototype
const { getTime } = dates
const { toString: tagOf } = plain

export class Writer {
  /** So many objects were written with their keys. */
  shapeless = 0
  private readonly seen = new Seen()
  private readonly root = newSite()
  /** For what lies in objects without a shape. */
  private readonly anywhere = newSite()

  constructor(
    private readonly shapes: Shapes,
    private readonly tape: Tape,
  ) {}

  /** False, with nothing written, for a value that has to go as it is. */
  write(value: object): boolean {
    const start = this.tape.position
    this.seen.clear()
    let written = false
    try {
      written = this.object(value, this.root, 0)
    } catch {
      // A getter throws: structured clone shall throw it.
    }
    if (!written) this.tape.rewind(start)
    return written
  }

  /** Forgets the last value, and what was counted. */
  release(): void {
    this.seen.release()
    this.shapeless = 0
  }

  private part(value: unknown, site: Site, depth: number): boolean {
    const { tape } = this
    switch (typeof value) {
      case 'number':
        tape.number(value)
        return true
      case 'string':
        tape.string(value)
        return true
      case 'boolean':
        tape.word(value ? trueWord : falseWord)
        return true
      case 'undefined':
        tape.word(undefinedWord)
        return true
      case 'bigint':
        tape.bigint(value)
        return true
      case 'object':
        if (value !== null) return this.object(value, site, depth)
        tape.word(nullWord)
        return true
      default:
        return false
    }
  }

  private object(value: object, site: Site, depth: number): boolean {
    if (depth > depthMost || !this.seen.add(value) || isProxy(value)) return false
    const prototype: unknown = getPrototypeOf(value)
    if (prototype === plain) return this.record(value as Record<string, unknown>, site, depth + 1)
    if (prototype === arrays && Array.isArray(value)) return this.array(value, site, depth + 1)
    if (prototype !== dates) return false
    const time = getTime.call(value as Date)
    this.tape.word(dateWord)
    this.tape.number(time)
    return true
  }

  private array(array: readonly unknown[], site: Site, depth: number): boolean {
    const { length } = array
    // Properties beside the elements, as a match's index, are cloned, too. Nothing tells of them that costs less.
    if (length > lengthMost || valuesOf(array).length !== length) return false
    if (length >= numbersLeast && areNumbers(array)) {
      this.tape.numbers(array)
      return true
    }
    this.tape.word(wordOf(tag.array, length))
    for (let i = 0; i < length; i++) {
      const value = array[i]
      if (!this.part(value, site, depth) || (value === undefined && !hasOwn(array, i))) return false
    }
    return true
  }

  /** Takes the keys for those of the shape that was here last, until one differs. */
  private record(record: Record<string, unknown>, site: Site, depth: number): boolean {
    const guess = site.shape
    const { keys, sites } = guess
    const head = this.tape.word(wordOf(tag.shape, guess.id))
    let other: string[] | undefined
    let count = 0
    for (const key in record) {
      if (other) other.push(key)
      else if (key !== keys[count]) other = [...keys.slice(0, count), key]
      if (!this.part(record[key], other ? this.anywhere : sites[count]!, depth)) return false
      count++
    }
    if (!other && count < keys.length) other = keys.slice(0, count)
    if (mayBeOther(other ?? keys) && tagOf.call(record) !== '[object Object]') return false
    return (!other && guess !== noShape) || this.otherRecord(head, other ?? [], site)
  }

  private otherRecord(head: number, keys: string[], site: Site): boolean {
    // To set it means something else.
    if (keys.includes('__proto__')) return false
    const shape = this.shapes.find(keys)
    this.tape.change(head, shape ? wordOf(tag.shape, shape.id) : wordOf(tag.object, keys.length))
    if (shape) {
      site.shape = shape
      return true
    }
    for (const key of keys) this.tape.string(key)
    this.shapeless++
    return true
  }
}

/** A hole is none. */
function areNumbers(array: readonly unknown[]): array is readonly number[] {
  for (let i = 0; i < array.length; i++) if (typeof array[i] !== 'number') return false
  return true
}

/** Objects of another kind may hide behind these keys: a call's `arguments`, or what was given a plain prototype. */
function mayBeOther(keys: readonly string[]): boolean {
  return keys.length === 0 || keys[0] === '0'
}
