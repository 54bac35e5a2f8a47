/**
 * Reads values from a tape.
 * @module
 */
import type { Message } from './message.js'
import { numberBits, special, tag, tagMask } from './words.js'

/** Reads an object of one shape. */
type ShapeReader = () => unknown

/** Larger memory isn't kept for the next batch. */
const keptMost = 1 << 20

export class Reader {
  private readonly shapes: ShapeReader[] = []
  private words = new Int32Array(1024)
  private doubles = new Float64Array(256)
  private texts: readonly (string | null)[] = []
  private besideTexts: readonly string[] = []
  private longStrings: readonly string[] = []
  private bigints: readonly bigint[] = []
  private nextWord = 0
  private nextDouble = 0
  private nextText = 0
  private nextBeside = 0
  private nextLongString = 0
  private nextBigint = 0
  /** The chunk that strings are taken from. */
  private text = ''
  private textAt = 0

  /** @param texts what the message has null for. */
  read(message: Message, texts: readonly string[], longStrings: readonly string[]): unknown[] {
    this.load(message)
    this.besideTexts = texts
    this.longStrings = longStrings
    const values: unknown[] = new Array(message[0])
    for (let i = 0; i < values.length; i++) values[i] = this.part()
    this.release()
    return values
  }

  private load([, words, doubles, texts, bigints, first, shapes]: Message): void {
    for (let i = 0; i < shapes.length; i++) this.shapes[first + i] ??= shapeReader(shapes[i]!, this.part)
    // Copied to where they can be read: in the message they begin anywhere.
    if (words.length > this.words.byteLength) this.words = new Int32Array(words.length)
    if (doubles.length > this.doubles.byteLength) this.doubles = new Float64Array(doubles.length)
    new Uint8Array(this.words.buffer).set(words)
    new Uint8Array(this.doubles.buffer).set(doubles)
    this.texts = texts
    this.bigints = bigints
    this.nextWord = this.nextDouble = this.nextBigint = this.nextLongString = 0
    this.nextText = this.nextBeside = this.textAt = 0
  }

  private release(): void {
    if (this.words.length > keptMost) this.words = new Int32Array(1024)
    if (this.doubles.length > keptMost) this.doubles = new Float64Array(256)
    this.texts = this.besideTexts = this.longStrings = this.bigints = []
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
      this.text = this.texts[this.nextText++] ?? this.besideTexts[this.nextBeside++]!
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

/** Compiled, unless the page's security policy is against it. */
function shapeReader(keys: readonly string[], part: () => unknown): ShapeReader {
  const properties = keys.map((key) => `${JSON.stringify(key)}: part()`)
  try {
    return new Function('part', `return () => ({ ${properties.join(', ')} })`)(part)
  } catch {
    return () => {
      const object: Record<string, unknown> = {}
      for (let i = 0; i < keys.length; i++) object[keys[i]!] = part()
      return object
    }
  }
}
