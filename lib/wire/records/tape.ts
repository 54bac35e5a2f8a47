/**
 * Memory in which a batch is written: words, doubles, and text.
 * @module
 */
import type { RecordBatch } from './batch.js'
import { bigintWord, longStringWord, numberBits, tag, wordOf } from './words.js'

/** Longer strings stand by themselves. */
const textMost = 255
/** Little, since a string that is kept on the other side may keep all of its chunk. */
const chunkMost = 512
/** Larger memory isn't kept for the next batch. */
const keptMost = 1 << 20

/** How far a tape is written. */
export type Position = readonly [
  words: number,
  doubles: number,
  texts: number,
  text: string,
  longStrings: number,
  bigints: number,
]

export type Written = Pick<RecordBatch, 'words' | 'doubles' | 'texts' | 'longStrings' | 'bigints'>

export class Tape {
  private words = new Int32Array(1024)
  private doubles = new Float64Array(256)
  private wordCount = 0
  private doubleCount = 0
  private texts: string[] = []
  /** The chunk that strings are added to. */
  private text = ''
  private longStrings: string[] = []
  private bigints: bigint[] = []

  get position(): Position {
    const { wordCount, doubleCount, texts, text, longStrings, bigints } = this
    return [wordCount, doubleCount, texts.length, text, longStrings.length, bigints.length]
  }

  /** Forgets all that was written after it was there. */
  rewind([words, doubles, texts, text, longStrings, bigints]: Position): void {
    this.wordCount = words
    this.doubleCount = doubles
    this.texts.length = texts
    this.text = text
    this.longStrings.length = longStrings
    this.bigints.length = bigints
  }

  /** Writes a word and returns its place. */
  word(word: number): number {
    if (this.wordCount === this.words.length) {
      const words = new Int32Array(2 * this.wordCount)
      words.set(this.words)
      this.words = words
    }
    this.words[this.wordCount] = word
    return this.wordCount++
  }

  /** Writes another word at that place. */
  change(place: number, word: number): void {
    this.words[place] = word
  }

  number(value: number): void {
    if ((value << numberBits) >> numberBits === value && (value !== 0 || 1 / value > 0)) {
      this.word(value << numberBits)
      return
    }
    this.word(tag.double)
    this.reserveDoubles(1)
    this.doubles[this.doubleCount++] = value
  }

  numbers(values: readonly number[]): void {
    const { length } = values
    this.word(wordOf(tag.numbers, length))
    this.reserveDoubles(length)
    this.doubles.set(values, this.doubleCount)
    this.doubleCount += length
  }

  string(value: string): void {
    const { length } = value
    if (length > textMost) {
      this.word(longStringWord)
      this.longStrings.push(value)
      return
    }
    this.word(wordOf(tag.text, length))
    if (this.text.length + length > chunkMost) {
      this.texts.push(this.text)
      this.text = value
    } else this.text += value
  }

  bigint(value: bigint): void {
    this.word(bigintWord)
    this.bigints.push(value)
  }

  /** All that was written, to be used before anything else is done with the tape. */
  get written(): Written {
    const { words, wordCount, doubles, doubleCount, text, texts, longStrings, bigints } = this
    return {
      words: words.subarray(0, wordCount),
      doubles: doubles.subarray(0, doubleCount),
      texts: text ? [...texts, text] : texts,
      longStrings,
      bigints,
    }
  }

  /** For the next batch. */
  clear(): void {
    if (this.words.length > keptMost) this.words = new Int32Array(1024)
    if (this.doubles.length > keptMost) this.doubles = new Float64Array(256)
    this.wordCount = this.doubleCount = 0
    this.texts = []
    this.text = ''
    this.longStrings = []
    this.bigints = []
  }

  private reserveDoubles(count: number): void {
    const least = this.doubleCount + count
    if (least <= this.doubles.length) return
    const doubles = new Float64Array(2 * least)
    doubles.set(this.doubles)
    this.doubles = doubles
  }
}
