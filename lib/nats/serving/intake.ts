/**
 * Batches on their way in: which may begin, and how many more there is room for.
 * @module
 */
import type { Job } from './job.js'

export class Intake {
  /** In the order in which they came. */
  private readonly waiting: { readonly job: Job; readonly begin: () => void }[] = []
  private readonly begun = new Set<Job>()
  /** Of those begun, which only wait for room downstream: they make way for those that others wait for. */
  private readonly paused = new Set<Job>()
  /** Begun or not. */
  private readonly careful = new Set<Job>()

  /** @param credit batches that may be here at once, now. */
  constructor(private readonly credit: () => number) {}

  /** How many more may come. */
  get room(): number {
    if (this.careful.size > 0) return 0
    return Math.max(0, this.credit() - this.waiting.length - this.active)
  }

  get isEmpty(): boolean {
    return this.waiting.length + this.begun.size === 0
  }

  /** `begin` is called when the batch may be run: a careful one by itself. */
  add(job: Job, begin: () => void): void {
    this.waiting.push({ job, begin })
    if (job.batch.careful) this.careful.add(job)
    this.admit()
  }

  /** It is over. */
  remove(job: Job): void {
    const at = this.waiting.findIndex((each) => each.job === job)
    if (at >= 0) this.waiting.splice(at, 1)
    this.begun.delete(job)
    this.paused.delete(job)
    this.careful.delete(job)
    this.admit()
  }

  /** It may wait for room downstream now, or go on. */
  lookAt(job: Job): void {
    if (this.begun.has(job) && job.isPaused) this.paused.add(job)
    else this.paused.delete(job)
  }

  /** Lets begin what may. */
  admit(): void {
    for (let next = this.waiting[0]; next && this.mayBegin(next.job); next = this.waiting[0]) {
      this.waiting.shift()
      this.begun.add(next.job)
      next.begin()
    }
  }

  private get active(): number {
    return this.begun.size - this.paused.size
  }

  private mayBegin({ batch }: Job): boolean {
    if (batch.careful) return this.active === 0
    for (const each of this.careful) if (this.begun.has(each) && !this.paused.has(each)) return false
    return true
  }
}
