/**
 * Packs batches for one thread.
 * @module
 */
import type { Encoder, Packed } from '../wire/codec.js'
import { pack } from './bytes.js'
import type { Payload } from './envelope.js'
import { Flattener, unfaithful } from './flatten.js'
import type { Row } from './rows.js'
import { Shapes } from './shapes.js'

/** Below so many values, what a packed message costs by itself is more than packing saves. */
const packedLeast = 32

/** Where nothing of a batch could be packed, so many go unseen before the next is tried. */
const passedMost = 15

export class MsgpackEncoder implements Encoder {
  private readonly shapes = new Shapes()
  private readonly flattener = new Flattener(this.shapes)
  /** The other side knows so many shapes. */
  private told = 0
  /** So many batches are not tried. */
  private passes = 0

  encode(values: readonly unknown[]): Packed {
    if (values.length < packedLeast || isPolluted() || this.passes-- > 0) return asTheyAre(values)
    const rows: Row[] = []
    const rest: unknown[] = []
    for (let i = 0; i < values.length; i++) {
      const value = values[i]
      const row = typeof value === 'object' && value !== null ? this.flattener.flatten(value) : unfaithful
      if (row === unfaithful) rest.push(i, value)
      else rows.push(row)
    }
    this.flattener.release()
    this.passes = rows.length > 0 ? 0 : passedMost
    const bytes = rows.length > 0 ? packOrNot(rows) : undefined
    return bytes ? this.packed(bytes, rest) : asTheyAre(values)
  }

  private packed(bytes: ArrayBuffer, rest: unknown[]): Packed {
    const { all } = this.shapes
    const { length } = all
    const shapes = all.slice(this.told).map(({ keys }) => keys)
    const payload: Payload =
      rest.length === 0 && shapes.length === 0 ? bytes : { bytes, first: this.told, shapes, rest }
    const sent = () => {
      this.told = Math.max(this.told, length)
    }
    return { payload, transfer: [bytes], sent }
  }
}

function asTheyAre(values: readonly unknown[]): Packed {
  return { payload: values, transfer: [], sent: () => {} }
}

/** Nothing for what is larger than a buffer can be. */
function packOrNot(rows: readonly Row[]): ArrayBuffer | undefined {
  try {
    return pack(rows)
  } catch {
    return undefined
  }
}

/** Whether all objects have properties that aren't theirs: structured clone doesn't clone them. */
function isPolluted(): boolean {
  for (const _ in Object.prototype) return true
  return false
}
