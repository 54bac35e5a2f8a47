/**
 * Sees to it that no item outstays its time where its thread can't: while it keeps the thread from all else. Of what
 * waits in a thread, the thread itself takes care.
 * @module
 */
import { gracePeriod } from '../wire/gracePeriod.js'

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

export class ItemClock {
  private timer: ReturnType<typeof setInterval> | undefined
  private interval = Number.POSITIVE_INFINITY
  private progress: string | undefined
  /** When it was first seen to be so far. */
  private since = 0
  private pingedAt: number | undefined

  constructor(private readonly thread: Clocked) {}

  /** Looks often enough for this timeout from now on. */
  start(timeout: number): void {
    const interval = Math.min(longest, Math.max(shortest, timeout / 10))
    if (this.timer && interval >= this.interval) return
    clearInterval(this.timer)
    this.interval = interval
    this.timer = setInterval(() => this.look(performance.now()), interval)
  }

  stop(): void {
    clearInterval(this.timer)
    this.timer = this.progress = this.pingedAt = undefined
    this.interval = Number.POSITIVE_INFINITY
  }

  /** The thread gets to its messages, and so to its own timers. */
  answered(): void {
    this.pingedAt = undefined
    this.since = performance.now()
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
    if (this.thread.isBusy()) return this.thread.overdue(batch.timeout)
    if (this.pingedAt === undefined) {
      this.pingedAt = now
      this.thread.ping()
    } else if (now - this.pingedAt > gracePeriod) this.thread.overdue(batch.timeout)
  }
}
