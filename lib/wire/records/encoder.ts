/**
 * Writes batches of records for one thread.
 * @module
 */
import type { Encoder, Packed } from '../codec.js'
import type { RecordBatch } from './batch.js'
import { Shapes } from './shapes.js'
import { Tape } from './tape.js'
import { Writer } from './writer.js'

/** Below so many values, what a written batch costs by itself is more than writing it saves. */
const writtenLeast = 16

/** Where writing a batch gained nothing, so many go unseen before the next is tried. */
const passedMost = 15

/**
 * Gives a batch the form in which it is posted, in memory of its own: words and doubles are the tape's, and used again.
 * May throw for what is larger than a message can be.
 */
export type Seal = (batch: RecordBatch) => Omit<Packed, 'sent'>

export class RecordEncoder implements Encoder {
  private readonly shapes: Shapes
  private readonly tape = new Tape()
  private readonly writer: Writer
  /** The other side knows so many shapes. */
  private told = 0
  /** So many batches are not tried. */
  private passes = 0
  private isWriting = false

  /** @param isKey which keys can be told beforehand. */
  constructor(
    private readonly seal: Seal,
    isKey: (key: string) => boolean = () => true,
  ) {
    this.shapes = new Shapes(isKey)
    this.writer = new Writer(this.shapes, this.tape)
  }

  encode(values: readonly unknown[]): Packed | undefined {
    // A getter in a value may have other values sent.
    if (values.length < writtenLeast || this.isWriting || isPolluted() || this.passes-- > 0) return undefined
    this.isWriting = true
    try {
      return this.write(values)
    } finally {
      this.tape.clear()
      this.isWriting = false
    }
  }

  private write(values: readonly unknown[]): Packed | undefined {
    const rest: unknown[] = []
    let count = 0
    for (let i = 0; i < values.length; i++) {
      const value = values[i]
      if (typeof value === 'object' && value !== null && this.writer.write(value)) count++
      else rest.push(i, value)
    }
    // Objects that are used as maps, each with keys of its own, cost more than structured clone takes for them.
    const isWorthIt = this.writer.shapeless < count
    this.writer.release()
    this.passes = isWorthIt ? 0 : passedMost
    return count > 0 ? this.sealed(count, rest) : undefined
  }

  private sealed(count: number, rest: readonly unknown[]): Packed | undefined {
    const { told } = this
    const { all } = this.shapes
    const known = all.length
    const shapes = told < known ? all.slice(told).map(({ keys }) => keys) : []
    try {
      const { payload, transfer } = this.seal({ ...this.tape.written, count, first: told, shapes, rest })
      const sent = () => {
        this.told = Math.max(this.told, known)
      }
      return { payload, transfer, sent }
    } catch {
      return undefined
    }
  }
}

/** Whether all objects have properties that aren't theirs: structured clone doesn't clone them. */
function isPolluted(): boolean {
  for (const _ in Object.prototype) return true
  return false
}
