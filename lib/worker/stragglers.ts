/**
 * Items that go on though they were told to stop: each holds one of the thread's places, and past a grace period the
 * pool has to end the thread.
 * @module
 */
import { gracePeriod } from '../wire/gracePeriod.js'
import { endOfTurn } from './endOfTurn.js'
import type { ItemRun } from './itemRun.js'
import type { Post } from './results.js'

export class Stragglers {
  private readonly timers = new Map<ItemRun, ReturnType<typeof setTimeout>>()
  /** How many the pool knows of. */
  private told = 0
  private telling = false

  constructor(private readonly post: Post) {}

  /** Takes notice of a run that was told to stop. */
  watch(run: ItemRun): void {
    if (run.hasLeft) return
    this.timers.set(
      run,
      setTimeout(() => this.post({ type: 'stragglers', count: this.timers.size, stuck: true }), gracePeriod),
    )
    this.tellSoon()
  }

  /** Takes notice of a run that has stopped. */
  left(run: ItemRun): void {
    clearTimeout(this.timers.get(run))
    if (this.timers.delete(run)) this.tellSoon()
  }

  /** Most stop at once when their signal tells them to: of these nobody needs to know. */
  private tellSoon(): void {
    if (this.telling) return
    this.telling = true
    endOfTurn(() => {
      this.telling = false
      const count = this.timers.size
      if (count === this.told) return
      this.told = count
      this.post({ type: 'stragglers', count, stuck: false })
    })
  }
}
