/** What messages cost: all in milliseconds. */

export interface MessageCost {
  /** For a message there and one back, whatever is in them. */
  readonly perMessage: number
  /** For an item that goes and its result that comes. */
  readonly perItem: number
}

export interface Costs {
  /** Of the main thread: all that it does for the items, from the source's next value to the result's subscriber. */
  readonly main: MessageCost
  /** Of the thread that runs the items, beside what they take themselves. */
  readonly thread: MessageCost
  /** From one thread to the other. */
  readonly latency: number
  /** From a thread's start until it can work. */
  readonly start: number
}

/** One way: half of it. */
export function costOf({ perMessage, perItem }: MessageCost, items: number): number {
  return (perMessage + perItem * items) / 2
}
