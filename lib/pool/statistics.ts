/**
 * A pool's counts. Told of items by the batch, so that they cost nothing an item.
 * @module
 */
import type { Time } from '../wire/time.js'

/** Two buckets an octave from a microsecond on, up to about an hour. */
const buckets = 64
const perOctave = 2

/** Seconds over which a rate is taken. */
const rateWindow = 5

export class Statistics {
  done = 0
  failed = 0
  private readonly times = new Float64Array(buckets)
  private readonly recent: { at: number; ended: number }[] = []

  constructor(private readonly time: Time) {}

  /** `ended` items, `failed` of them with an error, took `busy` milliseconds together. */
  record(ended: number, failed: number, busy: number): void {
    if (ended === 0) return
    this.done += ended - failed
    this.failed += failed
    const bucket = Math.round(Math.log2((Math.max(busy, 0) / ended) * 1000) * perOctave)
    this.times[Math.max(0, Math.min(buckets - 1, bucket))]! += ended
    this.count(Math.floor(this.time.now() / 1000), ended)
  }

  /** Milliseconds that so large a share of all items took at most. */
  quantile(share: number): number {
    const total = this.times.reduce((sum, count) => sum + count, 0)
    if (total === 0) return 0
    let seen = 0
    const bucket = this.times.findIndex((count) => (seen += count) >= share * total)
    return 2 ** (bucket / perOctave) / 1000
  }

  /** Items a second, over the last few. */
  get perSecond(): number {
    const now = this.time.now() / 1000
    const recent = this.recent.filter(({ at }) => now - at <= rateWindow)
    const first = recent[0]
    if (!first) return 0
    const ended = recent.reduce((sum, second) => sum + second.ended, 0)
    return ended / Math.max(now - first.at, 0.1)
  }

  private count(at: number, ended: number): void {
    const last = this.recent[this.recent.length - 1]
    if (last?.at === at) {
      last.ended += ended
      return
    }
    this.recent.push({ at, ended })
    if (this.recent.length > rateWindow + 1) this.recent.shift()
  }
}
