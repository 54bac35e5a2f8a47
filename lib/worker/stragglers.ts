/**
 * Items that go on though they were told to stop: each holds one of the thread's places, and past a grace period the
 * pool has to end the thread.
 * @module
 */
import { gracePeriod } from '../wire/gracePeriod.js'
import type { Time } from '../wire/time.js'
import type { ItemRun } from './itemRun.js'
import type { Post } from './results.js'

export class Stragglers {
  /** How to give up waiting for each. */
  private readonly waiting = new Map<ItemRun, () => void>()
  /** How many the pool knows of. */
  private told = 0
  private telling = false

  constructor(
    private readonly post: Post,
    private readonly time: Time,
  ) {}

  /** Takes notice of a run that was told to stop. */
  watch(run: ItemRun): void {
    if (run.hasLeft) return
    const isStuck = () => this.post({ type: 'stragglers', count: this.waiting.size, stuck: true })
    this.waiting.set(run, this.time.after(gracePeriod, isStuck))
    this.tellSoon()
  }

  /** Takes notice of a run that has stopped. */
  left(run: ItemRun): void {
    this.waiting.get(run)?.()
    if (this.waiting.delete(run)) this.tellSoon()
  }

  /** Most stop at once when their signal tells them to: of these nobody needs to know. */
  private tellSoon(): void {
    if (this.telling) return
    this.telling = true
    this.time.endOfTurn(() => {
      this.telling = false
      const count = this.waiting.size
      if (count === this.told) return
      this.told = count
      this.post({ type: 'stragglers', count, stuck: false })
    })
  }
}
