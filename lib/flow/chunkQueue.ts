/**
 * Values that wait to be run, kept in chunks so that a batch is handed over whole instead of value by value.
 * @module
 */
import type { Values } from '../wire/messages.js'
import { ValueList } from '../wire/valueList.js'

/** A run of neighbouring items of a stream, in the order in which they came in. */
export interface Chunk<T> {
  /** The number in the stream of its first item, from 0. */
  readonly start: number
  readonly values: ValuesOf<T>
}

/** Values of that type, as they are sent. */
export type ValuesOf<T> = Values & ArrayLike<T>

/** Some items of a chunk: what a thread is given at once. */
export interface Slice<T> {
  readonly chunk: Chunk<T>
  /** Where in the chunk it begins. */
  readonly first: number
  readonly count: number
  /** Whether it has to run by itself: it may be what brought a thread down. */
  readonly alone?: boolean
}

/** A slice's items: the chunk's own where the slice is all of it. */
export function valuesOf<T>({ chunk, first, count }: Slice<T>): ValuesOf<T> {
  return first === 0 && count === chunk.values.length
    ? chunk.values
    : (chunk.values.slice(first, first + count) as ValuesOf<T>)
}

function positionOf({ chunk, first }: Slice<unknown>): number {
  return chunk.start + first
}

export class ChunkQueue<T> {
  /** Items that wait. */
  size = 0
  private slices: Slice<T>[] = []
  private head = 0
  private filling: ValueList<T> | undefined
  private next = 0

  /** Adds a value; a chunk is closed when it holds `chunkSize` of them. Returns the value's number in the stream. */
  push(value: T, chunkSize: number): number {
    this.filling ??= new ValueList(chunkSize)
    const { filling } = this
    filling.push(value)
    this.size++
    this.next++
    if (filling.length >= chunkSize) this.close()
    return this.next - 1
  }

  /** The number in the stream of the next item; undefined where none waits. */
  get front(): number | undefined {
    const slice = this.slices[this.head]
    if (slice) return positionOf(slice)
    return this.filling && this.next - this.filling.length
  }

  /** Puts items back that were taken, in front of all others. */
  putBack(slice: Slice<T>): void {
    this.size += slice.count
    if (this.head > 0) this.slices[--this.head] = slice
    else this.slices.unshift(slice)
  }

  /** Whether the next item has to run by itself. */
  get nextIsAlone(): boolean {
    return this.slices[this.head]?.alone === true
  }

  /** The next items that are neighbours, at most `size` of them. */
  take(size: number): Slice<T> | undefined {
    if (this.head === this.slices.length) this.close()
    const slice = this.slices[this.head]
    if (!slice || size < 1) return undefined
    if (slice.count <= size) {
      this.size -= slice.count
      this.removeHead()
      return slice.alone || slice.count === size ? slice : this.extend(slice, size)
    }
    this.size -= size
    const { chunk, first, count } = slice
    this.slices[this.head] = { chunk, first: first + size, count: count - size }
    return { chunk, first, count: size }
  }

  /** Adds what follows directly: chunks were cut when they came in, for a batch size that may have grown since. */
  private extend(slice: Slice<T>, size: number): Slice<T> {
    const start = positionOf(slice)
    let list: ValueList<T> | undefined
    for (let { count } = slice; ; ) {
      const next = this.slices[this.head]
      if (!next || next.alone || positionOf(next) !== start + count || count + next.count > size) break
      if (!list) {
        list = new ValueList(size)
        append(list, slice)
      }
      append(list, next)
      count += next.count
      this.size -= next.count
      this.removeHead()
    }
    return list ? { chunk: { start, values: list.end() }, first: 0, count: list.length } : slice
  }

  clear(): void {
    this.slices = []
    this.head = this.size = 0
    this.filling = undefined
  }

  private close(): void {
    const { filling } = this
    if (!filling) return
    this.filling = undefined
    const values = filling.end()
    this.slices.push({ chunk: { start: this.next - values.length, values }, first: 0, count: values.length })
  }

  /** Not by shift(), which moves all that follow. */
  private removeHead(): void {
    this.slices[this.head++] = undefined as never
    if (this.head < 64 || this.head * 2 < this.slices.length) return
    this.slices = this.slices.slice(this.head)
    this.head = 0
  }
}

function append<T>(list: ValueList<T>, slice: Slice<T>): void {
  const { values } = slice.chunk
  for (let i = slice.first; i < slice.first + slice.count; i++) list.push(values[i]!)
}
