import { DemandSignal } from '../../lib/flow/demand.js'
import type { Receiver } from '../../lib/flow/outlet.js'

export type Notification<R> = { next: R } | { error: unknown } | 'complete'

/** A receiver that keeps what it is told, and reacts to values where a test wants it to. */
export class Recorder<R> implements Receiver<R> {
  readonly notifications: Notification<R>[] = []
  closed = false
  react: (value: R) => void = () => {}

  next(value: R): void {
    this.notifications.push({ next: value })
    this.react(value)
  }

  error(error: unknown): void {
    this.notifications.push({ error })
    this.closed = true
  }

  complete(): void {
    this.notifications.push('complete')
    this.closed = true
  }

  get values(): R[] {
    return this.notifications.flatMap((each) => (isNext(each) ? [each.next] : []))
  }

  /** What came that was no value. */
  get ends(): Notification<R>[] {
    return this.notifications.filter((each) => !isNext(each))
  }
}

/** A demand with as much room as a test gives it; who takes a value has to say so. */
export class Room {
  readonly demand = new DemandSignal(() => this.left > 0)

  constructor(public left = 0) {}

  /** Lets so many more through. */
  open(count = Number.POSITIVE_INFINITY): void {
    this.left += count
    this.demand.update()
  }

  shut(): void {
    this.left = 0
  }

  take(): void {
    if (this.left <= 0) throw new Error('a value came for which there was no room')
    this.left--
    this.demand.received++
  }
}

function isNext<R>(notification: Notification<R>): notification is { next: R } {
  return typeof notification === 'object' && 'next' in notification
}
