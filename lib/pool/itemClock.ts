/**
 * Sees to it that no item outstays its time where its thread can't: while it keeps the thread from all else. Of what
 * waits in a thread, the thread itself takes care.
 * @module
 */
import { gracePeriod } from '../wire/gracePeriod.js'
import type { Time } from '../wire/time.js'

/** The batch that is being run. */
export interface TimedBatch {
  /** Changes whenever the thread gets on. */
  readonly progress: string
  /** Milliseconds. */
  readonly timeout: number
}

/** The thread that is looked at. */
export interface Clocked {
  /** The batch that is being run, if the time of its items is limited. */
  current(): TimedBatch | undefined
  /** Whether it is known to be in the middle of a call. */
  isBusy(): boolean
  /** Asks for a sign of life: see {@link ItemClock.answered}. */
  ping(): void
  /** An item has outstayed its time, and nothing but the thread's end will end it. */
  overdue(timeout: number): void
}

/** Milliseconds between two looks: a share of the shortest time to be kept, within these bounds. */
const shortest = 5
const longest = 100
/** Milliseconds beyond its time for an item that looks at `context.cancelled` now and then, to find it set and return. */
const toNotice = 100

export class ItemClock {
  /** Gives up the next look. */
  private stopTimer: (() => void) | undefined
  private interval = Number.POSITIVE_INFINITY
  private progress: string | undefined
  /** When it was first seen to be so far. */
  private since = 0
  private pingedAt: number | undefined

  constructor(
    private readonly thread: Clocked,
    private readonly time: Time,
  ) {}

  /** Looks often enough for this timeout from now on. */
  start(timeout: number): void {
    const interval = Math.min(longest, Math.max(shortest, timeout / 10))
    if (this.stopTimer && interval >= this.interval) return
    this.stopTimer?.()
    this.interval = interval
    this.lookLater()
  }

  stop(): void {
    this.stopTimer?.()
    this.stopTimer = this.progress = this.pingedAt = undefined
    this.interval = Number.POSITIVE_INFINITY
  }

  /** The thread gets to its messages, and so to its own timers. */
  answered(): void {
    this.pingedAt = undefined
    this.since = this.time.now()
  }

  private lookLater(): void {
    this.stopTimer = this.time.after(this.interval, () => {
      this.lookLater()
      this.look(this.time.now())
    })
  }

  private look(now: number): void {
    const batch = this.thread.current()
    if (!batch || batch.progress !== this.progress) {
      this.progress = batch?.progress
      this.since = now
      this.pingedAt = undefined
      return
    }
    if (now - this.since < batch.timeout) return
    if (this.thread.isBusy()) {
      if (now - this.since > batch.timeout + toNotice) this.thread.overdue(batch.timeout)
      return
    }
    if (this.pingedAt === undefined) {
      this.pingedAt = now
      this.thread.ping()
    } else if (now - this.pingedAt > gracePeriod) this.thread.overdue(batch.timeout)
  }
}
