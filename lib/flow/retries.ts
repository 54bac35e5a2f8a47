/**
 * Which failed items run again, and when.
 * @module
 */

export interface RetryPolicy {
  /** How often an item is run again, at most. */
  readonly count: number
  /**
   * Calls `again` when the item's next turn has come, or `fail` when it has to fail after all. `attempt` is 1 for the
   * first new try. Returns how to stop it. Undefined: at once.
   */
  readonly wait:
    | ((error: unknown, attempt: number, again: () => void, fail: (error: unknown) => void) => () => void)
    | undefined
}

export class Retries {
  /** New tries so far, by the item's number in the stream. */
  private readonly attempts = new Map<number, number>()
  private readonly stops = new Set<() => void>()
  private stopped = false

  constructor(private readonly options: RetryPolicy) {}

  /** False when the item has had all its tries: then nothing is called. */
  start(position: number, error: unknown, again: () => void, fail: (error: unknown) => void): boolean {
    const attempt = (this.attempts.get(position) ?? 0) + 1
    if (attempt > this.options.count) {
      this.attempts.delete(position)
      return false
    }
    this.attempts.set(position, attempt)
    if (this.options.wait) this.wait(this.options.wait, error, attempt, again, fail)
    else again()
    return true
  }

  /** The item has ended: its tries need no counting any more. */
  ended(position: number): void {
    if (this.attempts.size > 0) this.attempts.delete(position)
  }

  stopAll(): void {
    this.stopped = true
    for (const stop of this.stops) stop()
  }

  private wait(
    wait: NonNullable<RetryPolicy['wait']>,
    error: unknown,
    attempt: number,
    again: () => void,
    fail: (error: unknown) => void,
  ): void {
    let over = false
    let stop: (() => void) | undefined
    const once = (act: () => void) => {
      if (over || this.stopped) return
      over = true
      if (stop) this.stops.delete(stop)
      act()
    }
    stop = wait(
      error,
      attempt,
      () => once(again),
      (thrown) => once(() => fail(thrown)),
    )
    if (!over) this.stops.add(stop)
  }
}
