/**
 * How many items one message should carry: as many as take about ten milliseconds, so that its cost is lost in the
 * work and the load can still be spread evenly.
 * @module
 */
import { itemWindow } from '../wire/messages.js'
import { SizeEstimate } from './sizeEstimate.js'

/**
 * Milliseconds that a batch should take. Long against a message (10 µs; 100 where those who run it have to be woken and
 * all processors are busy), short against a pause that anybody notices.
 */
const target = 10
/** At most so many items: past that a message's cost is lost in any case, and only waiting grows. */
const largest = 2048
/** Grows by at most this factor a measurement: the first items may not be like the others. */
const growth = 4

export class BatchSize {
  /** What a result takes. */
  readonly results = new SizeEstimate()
  /** The size for the next batch. */
  current: number
  /** Milliseconds an item takes, smoothed; undefined until measured. */
  perItem: number | undefined
  /** Whether the number is the user's. */
  readonly isFixed: boolean
  private items = 0
  private values = 0

  /** @param size `'auto'`, or a number of items that stays. */
  constructor(size: 'auto' | number = 'auto') {
    this.isFixed = size !== 'auto'
    this.current = size === 'auto' ? 1 : size
  }

  /** Takes notice of `count` items that took `busy` milliseconds. */
  measured(count: number, busy: number): void {
    if (count === 0) return
    const time = busy / count
    // Slower at once, faster by and by: a batch that takes too long hurts more than a message too many.
    this.perItem =
      this.perItem === undefined
        ? time
        : time > this.perItem
          ? (this.perItem + time) / 2
          : this.perItem * 0.75 + time * 0.25
    if (this.isFixed) return
    const wanted = Math.max(1, Math.min(largest, Math.floor(target / Math.max(this.perItem, 1e-6))))
    this.current = Math.min(wanted, this.current * growth)
  }

  /** Takes notice of results: `values` of them, of `ended` items that will have no more. */
  resulted(values: ArrayLike<unknown>, ended: number): void {
    this.results.noteAll(values)
    this.values += values.length
    this.items += ended
  }

  /** Bytes of all results of an item that may be under way at once. */
  get resultBytes(): number {
    return this.results.perValue * Math.max(1, Math.min(itemWindow, this.values / Math.max(1, this.items)))
  }
}
