/**
 * The way out of one of our operators: emits values as long as whoever is downstream has room, keeps the rest, and
 * ends after the last of them.
 * @module
 */
import type { Demand } from './demand.js'
import { offerDemand, Reader } from './demand.js'

/** Where notifications go. */
export interface Receiver<R> {
  next(value: R): void
  error(error: unknown): void
  complete(): void
  /** Whether nobody listens any more. */
  readonly closed: boolean
}

interface Held<R> {
  readonly values: ArrayLike<R>
  at: number
  readonly taken: ((count: number) => void) | undefined
}

export class Outlet<R> {
  /** Values that wait for room. */
  held = 0
  private readonly queue: Held<R>[] = []
  private emitting = false
  private closed = false
  private end: (() => void) | undefined
  private readonly stopListening: (() => void) | undefined
  private readonly reader: Reader

  /**
   * @param below the demand of whoever is downstream, where it has offered one.
   * @param drained called after values that had been held were emitted.
   */
  constructor(
    private readonly receiver: Receiver<R>,
    private readonly below: Demand | undefined,
    private readonly drained: () => void,
  ) {
    const resume = () => {
      this.drain()
      this.drained()
    }
    this.reader = new Reader(below, resume)
    this.stopListening = below?.onOpen(resume)
  }

  /** Whether a value would go out at once. */
  get hasRoom(): boolean {
    return this.held === 0 && this.reader.mayRead
  }

  /** Emits values in order; `taken` is told how many of them have gone out. */
  emit(values: ArrayLike<R>, taken?: (count: number) => void): void {
    if (values.length === 0 || this.end || this.closed) return
    this.queue.push({ values, at: 0, taken })
    this.held += values.length
    this.drain()
  }

  /** Completes after the last value. */
  complete(): void {
    this.endWith(() => this.receiver.complete())
  }

  /** Fails after the last value, and takes no more. */
  error(error: unknown): void {
    this.endWith(() => this.receiver.error(error))
  }

  /** Fails at once; what is held is dropped. */
  abort(error: unknown): void {
    if (this.closed) return
    this.close()
    offerDemand(this.below, () => this.receiver.error(error), this.reader)
  }

  /** Drops what is held and emits nothing more. */
  close(): void {
    this.closed = true
    this.queue.length = 0
    this.held = 0
    this.end = undefined
    this.reader.end()
    this.stopListening?.()
  }

  private endWith(end: () => void): void {
    if (this.closed) return
    this.end ??= end
    this.drain()
  }

  private drain(): void {
    // A receiver may bring about more values while it takes one: they wait for their turn.
    if (this.emitting) return
    this.emitting = true
    try {
      offerDemand(this.below, () => this.emitHeld(), this.reader)
    } finally {
      this.emitting = false
    }
  }

  private emitHeld(): void {
    let head = this.queue[0]
    while (head !== undefined) {
      this.emitSome(head)
      if (head.at < head.values.length || this.queue[0] !== head) return
      this.queue.shift()
      head = this.queue[0]
    }
    const { end } = this
    if (!end) return
    this.close()
    end()
  }

  private emitSome(head: Held<R>): void {
    const start = head.at
    if (this.below === undefined) this.emitAll(head)
    else this.emitWhileWanted(head)
    const count = head.at - start
    // Closed in the middle: `held` was set to nothing then.
    if (this.queue[0] !== head) return
    this.held -= count
    if (count > 0) head.taken?.(count)
  }

  private emitAll(head: Held<R>): void {
    const { receiver } = this
    const { values } = head
    while (head.at < values.length && !receiver.closed && !this.closed) receiver.next(values[head.at++]!)
  }

  private emitWhileWanted(head: Held<R>): void {
    const { receiver, reader } = this
    const { values } = head
    const mayEmit = () => head.at < values.length && !receiver.closed && !this.closed
    while (mayEmit() && reader.mayRead) {
      const { limit } = reader
      do reader.emit(receiver, values[head.at++]!)
      while (reader.mayGoOn(limit) && mayEmit())
    }
  }
}
