/**
 * How far ahead of its threads a flow may be, in items and in bytes.
 * @module
 */
import type { BatchSize } from './batchSize.js'
import { SizeEstimate } from './sizeEstimate.js'
import type { Attachment } from './work.js'

/**
 * About so many bytes may be under way to threads and back; as many again may wait for results that come before them.
 * An item in each thread, and one in front of it, always may.
 */
const bytesAhead = 16 * 2 ** 20
/** Where bytes are what is bounded, so many batches a thread: one that it runs, and one that is there when it has. */
const batchesAhead = 2
/** So many results may wait for those that come before them: one slow item must not hold up the other threads soon. */
const resultsAhead = 8192
/** And so many batches a thread, where that is more: all others end theirs while one is at work. */
const batchesOfResults = 2

/** How many values of that size may be somewhere ahead of who takes them, of at most so many; one always may. */
export function valuesAhead(most: number, { perValue }: SizeEstimate): number {
  return Math.max(1, Math.min(most, Math.floor(bytesAhead / perValue)))
}

export class Window {
  /** What the items take that come in. */
  readonly items = new SizeEstimate()
  attachment: Attachment | undefined

  /** @param leastRoom items that may always be under way, where they aren't too large. */
  constructor(
    public batchSize: BatchSize,
    private readonly leastRoom: number,
  ) {}

  /** Items that go together in a message at most. */
  get batch(): number {
    const { current, isFixed } = this.batchSize
    if (isFixed) return current
    return Math.min(current, Math.max(1, Math.floor(this.itemsAhead / (batchesAhead * this.threads))))
  }

  /** The most threads that may run it. */
  get threads(): number {
    return this.attachment?.threads ?? 1
  }

  /** Items that may wait or be in flight. */
  get room(): number {
    const most = Math.min(this.itemsAhead, Math.max(this.capacityFor(this.batchSize.current), this.leastRoom))
    return Math.max(most, this.capacityFor(1))
  }

  /** Results that may wait for those before them. */
  get resultRoom(): number {
    const batches = batchesOfResults * this.threads * this.batchSize.current
    return valuesAhead(Math.max(resultsAhead, batches), this.batchSize.results)
  }

  private get itemsAhead(): number {
    return Math.floor(bytesAhead / Math.max(this.items.perValue, this.batchSize.resultBytes))
  }

  private capacityFor(batch: number): number {
    return this.attachment?.capacityFor(batch) ?? 1
  }
}
