/**
 * Bytes copied to where they can be read as numbers: in a message they begin anywhere.
 * @module
 */

/** Larger memory isn't kept for the next message. */
const keptMost = 1 << 20

export class Aligned<A extends Int32Array | Float64Array> {
  private memory = new ArrayBuffer(8192)

  constructor(
    private readonly view: {
      readonly BYTES_PER_ELEMENT: number
      new (memory: ArrayBuffer, offset: number, length: number): A
    },
  ) {}

  /** Good till the next copy. */
  copy(bytes: Uint8Array): A {
    const { length } = bytes
    const memory = length > this.memory.byteLength ? new ArrayBuffer(length) : this.memory
    new Uint8Array(memory).set(bytes)
    if (length <= keptMost) this.memory = memory
    return new this.view(memory, 0, length / this.view.BYTES_PER_ELEMENT)
  }
}
