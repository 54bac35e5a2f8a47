/**
 * Items that wait for a thread, and the bounds within which they may.
 * @module
 */
import { OverflowError } from '../errors.js'
import { byteSize } from './byteSize.js'
import type { Slice } from './chunkQueue.js'
import { ChunkQueue, valuesOf } from './chunkQueue.js'

/** What to do when more items wait than may. */
export type Overflow = 'error' | 'dropOldest' | 'dropNewest'

/** Items, and bytes of them, that may wait, and what to do with more. */
export interface Bounds {
  readonly bufferSize: number
  readonly bufferBytes: number
  readonly overflow: Overflow
}

export class Backlog<T> {
  /** Whether items have to be admitted. */
  readonly isBounded: boolean
  private readonly queue = new ChunkQueue<T>()
  private readonly countsBytes: boolean
  private bytes = 0

  constructor(private readonly bounds: Bounds) {
    this.countsBytes = bounds.bufferBytes !== Number.POSITIVE_INFINITY
    this.isBounded = this.countsBytes || bounds.bufferSize !== Number.POSITIVE_INFINITY
  }

  /** Items that wait. */
  get size(): number {
    return this.queue.size
  }

  /** Whether the next item has to run by itself. */
  get nextIsAlone(): boolean {
    return this.queue.nextIsAlone
  }

  /**
   * Whether an item may wait; asked before each is pushed. One may always.
   * @param dropped told the number of each item that is dropped for it.
   * @returns `'refused'` where it is to be dropped itself, an error where the stream is to fail.
   */
  admit(value: T, dropped: (item: number) => void): 'admitted' | 'refused' | OverflowError {
    const { overflow, bufferSize, bufferBytes } = this.bounds
    const bytes = this.countsBytes ? byteSize(value) : 0
    while (this.size > 0 && (this.size >= bufferSize || this.bytes + bytes > bufferBytes)) {
      if (overflow === 'dropNewest') return 'refused'
      if (overflow === 'error') return overflowError(bufferSize, bufferBytes)
      const slice = this.take(1)
      if (slice) dropped(slice.chunk.start + slice.first)
    }
    this.bytes += bytes
    return 'admitted'
  }

  /** Adds an item; see {@link ChunkQueue.push}. */
  push(value: T, chunkSize: number): void {
    this.queue.push(value, chunkSize)
  }

  take(size: number): Slice<T> | undefined {
    const slice = this.queue.take(size)
    if (slice && this.countsBytes) for (const value of valuesOf(slice)) this.bytes -= byteSize(value)
    return slice
  }

  /** Puts items back that were taken, in front of all others. They need no room. */
  putBack(slice: Slice<T>): void {
    this.queue.putBack(slice)
    if (this.countsBytes) for (const value of valuesOf(slice)) this.bytes += byteSize(value)
  }

  clear(): void {
    this.queue.clear()
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
