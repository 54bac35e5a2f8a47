/**
 * Items that wait for a thread, and the bounds within which they may.
 * @module
 */
import { OverflowError } from '../errors.js'
import { byteSize } from './byteSize.js'
import type { Slice } from './chunkQueue.js'
import { ChunkQueue } from './chunkQueue.js'

/**
 * What to do when more items wait than may.
 * @inline
 */
export type Overflow = 'error' | 'dropOldest' | 'dropNewest'

/** Items, and bytes of them, that may wait, and what to do with more. */
export interface Bounds {
  readonly bufferSize: number
  readonly bufferBytes: number
  readonly overflow: Overflow
}

export class Backlog<T> {
  /** Whether items have to be {@link admit admitted}. */
  readonly isBounded: boolean
  /** Bytes of all that waits, each item as it was when it came; counted only where they are bounded. */
  bytes = 0
  private readonly queue = new ChunkQueue<T>()
  /** By the item's number in the stream. */
  private readonly sizes: Map<number, number> | undefined

  constructor(private readonly bounds: Bounds) {
    this.sizes = bounds.bufferBytes === Number.POSITIVE_INFINITY ? undefined : new Map()
    this.isBounded = this.sizes !== undefined || bounds.bufferSize !== Number.POSITIVE_INFINITY
  }

  /** Items that wait. */
  get size(): number {
    return this.queue.size
  }

  /** Whether the next item has to run by itself. */
  get nextIsAlone(): boolean {
    return this.queue.nextIsAlone
  }

  /** The number in the stream of the next item; undefined where none waits. */
  get front(): number | undefined {
    return this.queue.front
  }

  /** Adds an item where nothing is bounded; see {@link ChunkQueue.push}. */
  push(value: T, chunkSize: number): void {
    this.queue.push(value, chunkSize)
  }

  /**
   * Adds an item if it may wait. One may always.
   * @param dropped told the number of each item that is dropped for it.
   * @returns `'refused'` where it is dropped itself, an error where the stream is to fail.
   */
  admit(
    value: T,
    chunkSize: number,
    dropped: (item: number) => void,
  ): 'admitted' | 'refused' | OverflowError {
    const { overflow, bufferSize, bufferBytes } = this.bounds
    const bytes = this.sizes ? byteSize(value) : 0
    while (this.size > 0 && (this.size >= bufferSize || this.bytes + bytes > bufferBytes)) {
      if (overflow === 'dropNewest') return 'refused'
      if (overflow === 'error') return overflowError(bufferSize, bufferBytes)
      const slice = this.take(1)
      if (slice) dropped(slice.chunk.start + slice.first)
    }
    this.count(this.queue.push(value, chunkSize), bytes)
    return 'admitted'
  }

  take(size: number): Slice<T> | undefined {
    const slice = this.queue.take(size)
    if (slice && this.sizes) this.uncount(slice, this.sizes)
    return slice
  }

  /** Puts items back that were taken, in front of all others. They need no room. */
  putBack(slice: Slice<T>): void {
    this.queue.putBack(slice)
    if (!this.sizes) return
    const { chunk, first, count } = slice
    for (let i = first; i < first + count; i++) this.count(chunk.start + i, byteSize(chunk.values[i]))
  }

  clear(): void {
    this.queue.clear()
    this.sizes?.clear()
    this.bytes = 0
  }

  private count(item: number, bytes: number): void {
    this.sizes?.set(item, bytes)
    this.bytes += bytes
  }

  private uncount({ chunk, first, count }: Slice<T>, sizes: Map<number, number>): void {
    for (let item = chunk.start + first; item < chunk.start + first + count; item++) {
      this.bytes -= sizes.get(item)!
      sizes.delete(item)
    }
  }
}

function overflowError(size: number, bytes: number): OverflowError {
  const most = [size, bytes].flatMap((bound, i) =>
    Number.isFinite(bound) ? [`${bound} ${i === 0 ? 'items' : 'bytes'}`] : [],
  )
  return new OverflowError(
    `more than ${most.join(' or ')} wait for a thread; raise buffer.${Number.isFinite(size) ? 'size' : 'bytes'}, ` +
      'drop some (buffer.overflow), or read the source with pull()',
  )
}
