/**
 * What failed items are replaced by, while it runs.
 * @module
 */

/** Receives what a failed item is replaced by. */
export interface Replacement {
  next(value: unknown): void
  error(error: unknown): void
  complete(): void
}

/** Replaces a failed item. Returns how to stop it. */
export type Replace = (error: unknown, value: unknown, by: Replacement) => () => void

export class Replacements {
  private stops: Set<() => void> | undefined
  private stopped = false

  constructor(private readonly replace: Replace) {}

  /** Starts one. `by` is told one end, and nothing any more once all are stopped. */
  start(error: unknown, value: unknown, by: Replacement): void {
    let ended = false
    let stop: (() => void) | undefined
    const end = (tell: () => void) => {
      ended = true
      if (stop) this.stops?.delete(stop)
      if (!this.stopped) tell()
    }
    stop = this.replace(error, value, {
      next: (replacement) => {
        if (!this.stopped) by.next(replacement)
      },
      error: (thrown) => end(() => by.error(thrown)),
      complete: () => end(() => by.complete()),
    })
    this.stops ??= new Set()
    if (this.stopped) stop()
    else if (!ended) this.stops.add(stop)
  }

  stopAll(): void {
    this.stopped = true
    for (const stop of this.stops ?? []) stop()
  }
}
