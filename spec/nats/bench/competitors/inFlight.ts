/** Keeps a bounded number of items on their way, sent so many at a time, until all results have come. */
import type { Job } from '../../../bench/competitors/competitor.js'

export interface Window {
  /** Items on their way at most. */
  readonly most: number
  /** Items that are sent together. */
  readonly together: number
}

export class InFlight {
  private readonly iterator: Iterator<unknown>
  private underWay = 0
  private isAtEnd = false
  private resolve: () => void = () => {}
  private reject: (error: unknown) => void = () => {}

  constructor(
    private readonly job: Pick<Job, 'items' | 'take'>,
    private readonly window: Window,
    private readonly send: (items: unknown[]) => Promise<unknown>,
  ) {
    this.iterator = job.items[Symbol.iterator]()
  }

  run(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
      this.fill()
    })
  }

  result(result: unknown): void {
    this.job.take(result)
    this.underWay--
    this.fill()
  }

  results(results: readonly unknown[]): void {
    for (const result of results) this.job.take(result)
    this.underWay -= results.length
    this.fill()
  }

  private fill(): void {
    const { most, together } = this.window
    while (!this.isAtEnd && this.underWay + together <= most) {
      const items = this.next(together)
      if (items.length === 0) break
      this.underWay += items.length
      this.send(items).catch(this.reject)
    }
    if (this.isAtEnd && this.underWay === 0) this.resolve()
  }

  private next(count: number): unknown[] {
    const items: unknown[] = []
    while (items.length < count) {
      const { done, value } = this.iterator.next()
      if (done) {
        this.isAtEnd = true
        break
      }
      items.push(value)
    }
    return items
  }
}
