/**
 * A round of giving out work, repeated as long as there is a reason to: where work ends or more is pushed while it is
 * given out (a pool in this thread), another round follows, instead of one inside the other.
 * @module
 */
import type { Time } from '../wire/time.js'

export class Rounds {
  private running = false
  private again = false
  private queued = false

  constructor(
    private readonly time: Pick<Time, 'soon'>,
    private readonly round: () => void,
  ) {}

  /** A round, at once, or after the one that is under way. */
  run(): void {
    this.again = true
    if (this.running) return
    this.running = true
    try {
      while (this.again) {
        this.again = false
        this.round()
      }
    } finally {
      this.running = false
    }
  }

  /** One round for all that ask for it till what runs now is through. */
  soon(): void {
    if (this.queued) return
    this.queued = true
    this.time.soon(() => {
      this.queued = false
      this.run()
    })
  }

  /** What was gone past in this round may have a turn now. */
  repeat(): void {
    this.again = true
  }
}
