/**
 * How busy a thread is, where the platform doesn't measure it.
 * @module
 */

export class Workload {
  /** Milliseconds that it has said it worked. */
  worked = 0
  private readonly startedAt: number
  private lastHeard: number

  /**
   * @param now the milliseconds since some moment.
   * @param busy whether it has something in hand.
   */
  constructor(
    private readonly now: () => number,
    private busy: boolean,
  ) {
    this.startedAt = this.lastHeard = now()
  }

  /** It has said something. */
  heard(): void {
    this.lastHeard = this.now()
  }

  /** Says whether it has something in hand. */
  setBusy(busy: boolean): void {
    if (busy && !this.busy) this.heard()
    this.busy = busy
  }

  /** The share of its time, from 0 to 1. While it is busy and says nothing it is taken to work. */
  get share(): number {
    const now = this.now()
    const silent = this.busy ? now - this.lastHeard : 0
    return Math.min(1, (this.worked + silent) / (now - this.startedAt)) || 0
  }
}
