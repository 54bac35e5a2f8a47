/**
 * Packs batches for one thread.
 * @module
 */
import type { Encoder, Packed } from '../wire/codec.js'
import type { Payload } from './envelope.js'
import { isPackable, pack } from './message.js'
import { Shapes } from './shapes.js'
import { Tape } from './tape.js'
import { Writer } from './writer.js'

/** Below so many values, what a packed message costs by itself is more than packing saves. */
const packedLeast = 16

/** Where nothing of a batch could be packed, so many go unseen before the next is tried. */
const passedMost = 15

export class MsgpackEncoder implements Encoder {
  private readonly shapes = new Shapes()
  private readonly tape = new Tape()
  private readonly writer = new Writer(this.shapes, this.tape)
  /** The other side knows so many shapes. */
  private told = 0
  /** So many batches are not tried. */
  private passes = 0

  encode(values: readonly unknown[]): Packed {
    if (values.length < packedLeast || isPolluted() || this.passes-- > 0) return asTheyAre(values)
    const rest: unknown[] = []
    let count = 0
    for (let i = 0; i < values.length; i++) {
      const value = values[i]
      if (typeof value === 'object' && value !== null && this.writer.write(value)) count++
      else rest.push(i, value)
    }
    this.writer.release()
    this.passes = count > 0 ? 0 : passedMost
    return (count > 0 && this.packed(count, rest)) || asTheyAre(values)
  }

  /** Nothing for what is larger than a message can be. */
  private packed(count: number, rest: readonly unknown[]): Packed | undefined {
    const { all } = this.shapes
    const { told } = this
    const known = all.length
    const { words, doubles, texts, bigints, longStrings } = this.tape.written
    const shapes = all.slice(told).map(({ keys }) => keys)
    const inside = texts.map((text) => (isPackable(text) ? text : null))
    const beside = texts.filter((_, i) => inside[i] === null)
    try {
      const message = pack([count, words, doubles, inside, bigints, told, shapes])
      const sent = () => {
        this.told = Math.max(this.told, known)
      }
      const isAll = beside.length + longStrings.length + rest.length === 0
      const payload: Payload = isAll ? message : { message, texts: beside, longStrings, rest }
      return { payload, transfer: [message], sent }
    } catch {
      return undefined
    } finally {
      this.tape.clear()
    }
  }
}

function asTheyAre(values: readonly unknown[]): Packed {
  return { payload: values, transfer: [], sent: () => {} }
}

/** Whether all objects have properties that aren't theirs: structured clone doesn't clone them. */
function isPolluted(): boolean {
  for (const _ in Object.prototype) return true
  return false
}
