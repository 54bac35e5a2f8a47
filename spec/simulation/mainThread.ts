/**
 * The thread that feeds all others: it does one thing at a time, and what comes meanwhile waits.
 * @module
 */
import type { Time } from '../../lib/wire/time.js'
import type { VirtualClock } from './virtualClock.js'

interface Job {
  readonly cost: number
  readonly run: () => void
}

export class MainThread {
  /** Milliseconds that it has worked. */
  busy = 0
  private freeAt = 0
  private readonly jobs: Job[] = []
  private working = false

  constructor(private readonly clock: VirtualClock) {}

  /** What runs in it goes by this: while it is busy, nothing is called. */
  readonly time: Time = {
    now: () => this.now,
    after: (delay, run) => {
      let wanted = true
      const stop = this.clock.at(this.now + delay, () => this.do(0, () => wanted && run()))
      return () => {
        wanted = false
        stop()
      }
    },
    soon: (run) => this.clock.soon(run),
    endOfTurn: (run) => this.clock.endOfTurn(() => this.do(0, run)),
  }

  /** How far it has come: beyond the clock, where what was begun at its time takes longer. */
  get now(): number {
    return Math.max(this.clock.now(), this.freeAt)
  }

  /** Milliseconds that it has worked until then: some of what it has begun may be still to come. */
  busyUntil(moment: number): number {
    return this.busy - Math.max(0, this.freeAt - moment)
  }

  /** What it does now takes so much longer. Returns when that is done. */
  spend(cost: number): number {
    this.busy += cost
    this.freeAt = this.now + cost
    return this.freeAt
  }

  /** Works for so long, after all that waits for it already, and then calls back. */
  do(cost: number, run: () => void): void {
    this.jobs.push({ cost, run })
    if (this.working) return
    this.working = true
    this.clock.at(this.freeAt, () => this.next())
  }

  private next(): void {
    const job = this.jobs.shift()!
    this.clock.at(this.spend(job.cost), () => {
      job.run()
      if (this.jobs.length === 0) this.working = false
      else this.clock.at(this.freeAt, () => this.next())
    })
  }
}
