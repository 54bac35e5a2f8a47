/**
 * Reads values from a tape.
 * @module
 */
import { makerOf } from '../node/objects.js'
import type { RecordBatch } from './batch.js'
import { numberBits, special, tag, tagMask } from './words.js'

/** Holds on to no batch. */
const nothing: RecordBatch = {
  count: 0,
  words: new Int32Array(0),
  doubles: new Float64Array(0),
  texts: [],
  longStrings: [],
  bigints: [],
  first: 0,
  shapes: [],
  rest: [],
}

export class Reader {
  /** Read an object of one shape each. */
  private readonly shapes: (() => unknown)[] = []
  private words = nothing.words
  private doubles = nothing.doubles
  private texts: readonly string[] = []
  private longStrings: readonly string[] = []
  private bigints: readonly bigint[] = []
  private nextWord = 0
  private nextDouble = 0
  private nextText = 0
  private nextLongString = 0
  private nextBigint = 0
  /** The chunk that strings are taken from. */
  private text = ''
  private textAt = 0

  read(batch: RecordBatch): unknown[] {
    this.load(batch)
    const values: unknown[] = new Array(batch.count)
    for (let i = 0; i < values.length; i++) values[i] = this.part()
    this.load(nothing)
    return values
  }

  private load({ words, doubles, texts, longStrings, bigints, first, shapes }: RecordBatch): void {
    for (let i = 0; i < shapes.length; i++) this.shapes[first + i] ??= makerOf(shapes[i]!, this.part)
    this.words = words
    this.doubles = doubles
    this.texts = texts
    this.longStrings = longStrings
    this.bigints = bigints
    this.nextWord = this.nextDouble = this.nextBigint = this.nextLongString = 0
    this.nextText = this.textAt = 0
    this.text = ''
  }

  private readonly part = (): unknown => {
    const word = this.words[this.nextWord++]!
    const number = word >> numberBits
    switch (word & tagMask) {
      case tag.integer:
        return number
      case tag.double:
        return this.doubles[this.nextDouble++]
      case tag.text:
        return this.string(number)
      case tag.shape:
        return this.shapes[number]!()
      case tag.array:
        return this.array(number)
      case tag.numbers:
        return this.numbers(number)
      case tag.object:
        return this.object(number)
      default:
        return this.special(number)
    }
  }

  private special(which: number): unknown {
    switch (which) {
      case special.null:
        return null
      case special.true:
        return true
      case special.false:
        return false
      case special.date:
        return new Date(this.part() as number)
      case special.longString:
        return this.longStrings[this.nextLongString++]
      case special.bigint:
        return this.bigints[this.nextBigint++]
      default:
        return undefined
    }
  }

  private string(length: number): string {
    // A string is never split: where it isn't in this chunk, the next begins.
    if (this.textAt + length > this.text.length) {
      this.text = this.texts[this.nextText++]!
      this.textAt = 0
    }
    return this.text.slice(this.textAt, (this.textAt += length))
  }

  private array(length: number): unknown[] {
    const array: unknown[] = new Array(length)
    for (let i = 0; i < length; i++) array[i] = this.part()
    return array
  }

  private numbers(length: number): number[] {
    const numbers: number[] = new Array(length)
    for (let i = 0; i < length; i++) numbers[i] = this.doubles[this.nextDouble++]!
    return numbers
  }

  private object(count: number): unknown {
    const values = this.array(count)
    const object: Record<string, unknown> = {}
    for (let i = 0; i < count; i++) object[this.part() as string] = values[i]
    return object
  }
}
