import type { Fault } from './faults.js'
import type { Random } from './random.js'

/**
 * Which items fail and how, in memory that a pool's threads share: so they know what to do from an item's number
 * alone, whatever the item is, and it is known here what they have done, though they die of it.
 */
export class FaultPlan {
  private readonly kindAt: Uint8Array
  private readonly stepAt: Uint8Array
  private readonly struck: Uint8Array

  /** @param most items that there can be. */
  constructor(
    private readonly faults: readonly Fault[],
    most: number,
  ) {
    const bytes = () => new Uint8Array(new SharedArrayBuffer(most))
    this.kindAt = bytes()
    this.stepAt = bytes()
    this.struck = bytes()
  }

  /** What threads are started with. */
  get workerData(): unknown {
    const { kindAt, stepAt, struck } = this
    return { kinds: ['', ...this.faults.map(({ name }) => name)], kindAt, stepAt, struck }
  }

  /** Has one of about `rate` items from `first` on fail, in one of these ways, at one of so many steps. */
  scatter(
    random: Random,
    rate: number,
    [first, end]: readonly [first: number, end: number],
    among: readonly Fault[],
    steps: number,
  ): void {
    for (let n = first; n < end; n++) {
      if (!random.oneOf(rate)) continue
      this.kindAt[n] = this.faults.indexOf(random.weighted(among)) + 1
      this.stepAt[n] = random.between(0, steps - 1)
    }
  }

  /** How the item is to fail, if it is. */
  of(n: number): Fault | undefined {
    return this.faults[this.kindAt[n]! - 1]
  }

  /** How often it has. */
  timesStruck(n: number): number {
    return Atomics.load(this.struck, n)
  }

  /** An item that can't be sent fails here. */
  strikeHere(n: number): void {
    Atomics.add(this.struck, n, 1)
  }
}
