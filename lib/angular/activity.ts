import type { Application, Enter } from './application.js'

/** What one subscriber has a pool do: the application is unstable as long as it waits for results. */
export class Activity {
  private depth = 0
  private end: (() => void) | undefined

  /**
   * @param enter the subscriber's zone.
   * @param isBusy whether there are results to wait for; asked whenever that may have changed.
   */
  constructor(
    private readonly application: Application,
    private readonly enter: Enter,
    private readonly isBusy: () => boolean,
  ) {}

  /** Runs what reaches the subscriber, or the source that it reads. */
  inside<R>(run: () => R): R {
    // What answers at once, a pool in this thread, was never seen to be busy.
    this.end ??= this.application.begin()
    return this.follow(() => this.enter(run))
  }

  /** Runs what the pool does. */
  outside<R>(run: () => R): R {
    return this.follow(() => this.application.outside(run))
  }

  /** Afterwards, since results are to be seen before the application is stable. */
  private follow<R>(run: () => R): R {
    this.depth++
    try {
      return run()
    } finally {
      if (--this.depth === 0) this.update()
    }
  }

  private update(): void {
    if (this.isBusy()) this.end ??= this.application.begin()
    else {
      this.end?.()
      this.end = undefined
    }
  }
}
