/**
 * A list of values that is filled one by one and handed over whole. While all of them are numbers it holds them as they
 * will travel (see packing.ts), in memory that isn't the garbage collector's: an array that grows is copied some ten
 * times before it has two thousand elements.
 * @module
 */
import type { Values } from './messages.js'

/** So many values show whether the rest will be numbers, too; for fewer an array costs less. */
const sample = 64

export class ValueList<T> {
  length = 0
  private values: T[] = []
  /** What holds them instead of `values`. */
  private numbers: Float64Array | undefined

  /** @param capacity how many values it will hold. */
  constructor(private readonly capacity: number) {}

  push(value: T): void {
    const { numbers, length } = this
    if (numbers === undefined) {
      this.values.push(value)
      if (length + 1 === sample && sample < this.capacity) this.pack()
    } else if (typeof value === 'number' && length < numbers.length) numbers[length] = value
    else this.unpack(numbers).push(value)
    this.length++
  }

  /** The values; nothing is added afterwards. */
  end(): Values & ArrayLike<T> {
    const numbers = this.numbers as (Float64Array & ArrayLike<T>) | undefined
    if (numbers === undefined) return this.values
    // What is posted is posted with all of its memory.
    return this.length === numbers.length ? numbers : (numbers.slice(0, this.length) as typeof numbers)
  }

  private pack(): void {
    if (!this.values.every((value) => typeof value === 'number')) return
    this.numbers = new Float64Array(this.capacity)
    this.numbers.set(this.values as number[])
    this.values = []
  }

  private unpack(numbers: Float64Array): T[] {
    this.values = Array.from(numbers.subarray(0, this.length)) as T[]
    this.numbers = undefined
    return this.values
  }
}
