/**
 * About how many bytes the values of a stream take, told from some of them.
 * @module
 */
import { byteSize } from './byteSize.js'

/** Every so manyth value is looked at, on the average, while they are alike. */
const strideMost = 16
/** After so many alike in a row, not every one is looked at any more. */
const alikeLeast = 8
/** Values that pass at most before one is looked at. */
const passMost = 23
/** What `byteSize` says of any. */
const numberSize = 8
/** Values over which the mean is taken. */
const memory = 256

export class SizeEstimate {
  /** Bytes a value; 0 as long as none has been seen. */
  perValue = 0
  /** Values that pass before the next is looked at. */
  untilLook = 0
  /** Of so many values one is looked at, on the average: for so many the next one that is stands. */
  private stride = 1
  /** Values looked at in a row of about the same size. */
  private alike = 0
  /** Values that the looks so far stand for. */
  private seen = 0
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
    this.seen = Math.min(this.seen + this.stride, memory)
    this.alike++
    // Most streams are of one size.
    if (bytes !== this.perValue || bytes !== this.last) this.learn(bytes)
    this.stride = this.alike < alikeLeast ? 1 : Math.min(this.stride * 2, strideMost)
    this.untilLook = this.stride === 1 ? 0 : this.pass()
  }

  private learn(bytes: number): void {
    const { last, lastButOne } = this
    this.mean += ((bytes - this.mean) * this.stride) / this.seen
    // A rare large value counts by its share; a row of them at once.
    this.perValue = Math.max(this.mean, Math.min(bytes, last, lastButOne))
    if (bytes > last * 2 || last > bytes * 2) this.alike = 0
    this.lastButOne = last
    this.last = bytes
  }

  /**
   * How many values pass, at random: each value is looked at with the same chance, whatever came before it. Else those
   * that always come behind some others might never be seen.
   */
  private pass(): number {
    this.random = (Math.imul(this.random, 1664525) + 1013904223) | 0
    const table = (passes[this.stride] ??= passesOf(this.stride))
    return table[this.random >>> 24]!
  }
}

/** By stride, made when it is first needed: a logarithm for each look would cost more than all else here. */
const passes: Uint8Array[] = []

/** How many values pass before one of so many is looked at: of 256 equally likely cases each. */
function passesOf(stride: number): Uint8Array {
  const perValue = Math.log(1 - 1 / stride)
  return Uint8Array.from({ length: 256 }, (_, i) =>
    Math.min(passMost, Math.floor(Math.log((i + 0.5) / 256) / perValue)),
  )
}
