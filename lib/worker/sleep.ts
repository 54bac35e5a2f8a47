/**
 * How long a thread stood still together with its page, which a browser doesn't tell it: even in the middle of a loop.
 * Its pool knows, and is asked before an item is taken for late.
 * @module
 */
export class Sleep {
  /** Milliseconds so far, as far as it was told. */
  total = 0
  private waiting: (() => void)[] = []

  constructor(private readonly ask: () => void) {}

  /** Finds out, and then calls back. */
  learn(then: () => void): void {
    if (this.waiting.push(then) === 1) this.ask()
  }

  /** The answer; or comes unasked, whenever the page has woken up. */
  told(total: number): void {
    this.total = total
    const asked = this.waiting
    this.waiting = []
    for (const then of asked) then()
  }
}
