/** Nothing has happened for too long. */
class Hang extends Error {}

/** Tells what hangs from what is slow: as long as anything happens, whatever is waited for may still come. */
export class Watchdog {
  private lastProgress = performance.now()
  /** The longest time, in milliseconds, in which nothing happened. */
  longest = 0

  /** @param patience milliseconds without any progress. */
  constructor(private readonly patience: number) {}

  progress(): void {
    const now = performance.now()
    this.longest = Math.max(this.longest, now - this.lastProgress)
    this.lastProgress = now
  }

  /** Waits for a promise; rejects with a {@link Hang} that says what was waited for. */
  async waitFor<T>(what: string, promise: Promise<T>): Promise<T> {
    this.progress()
    let timer: NodeJS.Timeout | undefined
    const hang = new Promise<never>((_, reject) => {
      timer = setInterval(() => {
        const silence = performance.now() - this.lastProgress
        if (silence > this.patience) reject(new Hang(`${what}: nothing for ${Math.round(silence)} ms`))
      }, this.patience / 10)
    })
    try {
      return await Promise.race([promise, hang])
    } finally {
      clearInterval(timer)
      this.progress()
    }
  }

  /** Waits until something holds. */
  async until(what: string, holds: () => boolean): Promise<void> {
    let isOver = false
    const look = async () => {
      while (!isOver && !holds()) await new Promise((resolve) => setTimeout(resolve, 1))
    }
    try {
      await this.waitFor(what, look())
    } finally {
      isOver = true
    }
  }
}
