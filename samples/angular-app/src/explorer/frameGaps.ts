/** How many gaps are kept for whoever shows them. */
export const keptGaps = 90

/** Gaps between frames, in milliseconds: what a user feels. */
export class FrameGaps {
  /** The last ones. */
  readonly recent: number[] = []
  private last: number | undefined
  private longest = 0
  private finish: ((longest: number) => void) | undefined

  constructor(private readonly kept = keptGaps) {}

  /** A frame begins at that time. */
  frame(time: number): void {
    if (this.last !== undefined) this.record(time - this.last)
    this.last = time
  }

  /** Frames were not to be expected for a while: a hidden page has none. */
  pause(): void {
    this.last = undefined
  }

  /** Frames a second, of late. */
  get rate(): number {
    const sum = this.recent.reduce((total, gap) => total + gap, 0)
    return sum > 0 ? (1000 * this.recent.length) / sum : 0
  }

  /** From now on the longest gap is looked for. */
  begin(): void {
    this.longest = 0
    this.finish = undefined
  }

  /** The longest gap since `begin`, that before the next frame included: what ends now may have delayed it. */
  end(): Promise<number> {
    return new Promise((resolve) => {
      this.finish = resolve
    })
  }

  private record(gap: number): void {
    this.recent.push(gap)
    if (this.recent.length > this.kept) this.recent.shift()
    this.longest = Math.max(this.longest, gap)
    this.finish?.(this.longest)
    this.finish = undefined
  }
}
