/**
 * About how many bytes the values of a stream take, told from some of them.
 * @module
 */
import { byteSize } from './byteSize.js'

/** Every so manyth value is looked at while they are alike. */
const strideMost = 16
/** What `byteSize` says of any. */
const numberSize = 8
/** Values over which the mean is taken. */
const memory = 256

export class SizeEstimate {
  /** Bytes a value; 0 as long as none has been seen. */
  perValue = 0
  /** Values that pass before the next is looked at. */
  untilLook = 0
  private stride = 1
  /** Values that the next look stands for. */
  private standsFor = 1
  private looks = 0
  private random = 1
  private mean = 0
  private last = 0
  private lastButOne = 0

  /** To be called with each value. */
  note(value: unknown): void {
    if (this.untilLook > 0) this.untilLook--
    else this.look(value)
  }

  /** The same for several. */
  noteAll(values: ArrayLike<unknown>): void {
    let at = this.untilLook
    for (; at < values.length; at += this.untilLook + 1) this.look(values[at])
    this.untilLook = at - values.length
  }

  private look(value: unknown): void {
    const bytes = typeof value === 'number' ? numberSize : byteSize(value)
    // Most streams are of one size.
    if (bytes !== this.perValue || bytes !== this.last) this.learn(bytes)
    this.looks++
    // In no rhythm, which the values might have as well: half a stride more or less, at random.
    this.random = (Math.imul(this.random, 1664525) + 1013904223) | 0
    this.untilLook = (this.stride >> 1) + ((this.random >>> 16) & (this.stride - 1))
    this.standsFor = this.untilLook + 1
    this.stride = Math.min(this.stride * 2, strideMost)
  }

  private learn(bytes: number): void {
    const { last, lastButOne } = this
    this.mean += (bytes - this.mean) * Math.max(1 / (this.looks + 1), this.standsFor / memory)
    // A rare large value counts by its share; a row of them at once.
    this.perValue = Math.max(this.mean, Math.min(bytes, last, lastButOne))
    if (bytes > last * 2 || last > bytes * 2) this.stride = 1
    this.lastButOne = last
    this.last = bytes
  }
}
