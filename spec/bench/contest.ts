/** Who gets most items done in a second. */
import { setTimeout } from 'node:timers/promises'
import type { Bench, Result } from './bench.js'
import type { Competitor, Contestant } from './competitors/competitor.js'
import type { Load, LoadSource } from './load.js'
import { inRounds } from './rounds.js'

/** Many times what a competitor's turn takes. */
const DEADLINE_MS = 60_000

export interface Contest {
  readonly workload: string
  readonly title: string
  readonly source: LoadSource
  readonly competitors: readonly Competitor[]
  /** How long a competitor's turn should take. Default: 0.7. */
  readonly seconds?: number
  /** What all are compared with, where that isn't ours. */
  readonly base?: string
}

/** All have their threads from beginning to end; they are warmed up, then take turns, and each result is checked. */
export async function contest(bench: Bench, of: Contest): Promise<Result> {
  return withRunners(bench, of, async (runners) => {
    const { rate: entries } = await inRounds(bench, ['rate'], runners)
    const { workload, title, base } = of
    return { workload, title, unit: 'items/s', entries, ...(base === undefined ? {} : { base }) }
  })
}

/** Warms all competitors up, and stops their threads in the end. */
export async function withRunners<R>(
  bench: Bench,
  { workload, source, competitors, seconds = 0.7 }: Omit<Contest, 'title'>,
  use: (runners: readonly Runner[]) => Promise<R>,
): Promise<R> {
  const runners: Runner[] = []
  try {
    for (const competitor of competitors) {
      const runner = new Runner(workload, competitor, await competitor.open(), source)
      runners.push(runner)
      await runner.prepare(bench.quick ? 0.02 : seconds)
    }
    return await use(runners)
  } finally {
    for (const { contestant } of runners) await contestant.close()
  }
}

/** One competitor at one workload. */
class Runner {
  private setting: number
  private count: number

  constructor(
    private readonly workload: string,
    private readonly competitor: Competitor,
    readonly contestant: Contestant,
    private readonly source: LoadSource,
  ) {
    this.setting = competitor.settings[0]!
    this.count = source.step ?? 1
  }

  get name(): string {
    return this.competitor.name
  }

  get role(): Competitor['role'] {
    return this.competitor.role
  }

  /** Warms it up, takes its best setting, and finds how many items keep it busy for so long. */
  async prepare(seconds: number): Promise<void> {
    let best = 0
    for (const setting of this.competitor.settings) {
      const rate = await this.rateAfterWarmUp(setting, seconds)
      if (rate <= best) continue
      best = rate
      this.setting = setting
    }
    this.count = this.inSteps(best * seconds)
  }

  /** One turn. */
  readonly measure = async (): Promise<{ rate: number }> => ({ rate: await this.ready()() })

  /** Makes the items of a turn. Returns how to send them: once, if they are buffers. */
  ready(): () => Promise<number> {
    return this.readyFor(this.count, this.setting)
  }

  /** Ever more items, until it is busy for a good part of the time. */
  private async rateAfterWarmUp(setting: number, seconds: number): Promise<number> {
    for (let count = this.inSteps(16); ; ) {
      const rate = await this.readyFor(count, setting)()
      const took = count / rate
      if (took > seconds / 3 || count >= this.source.most) return rate
      const growth = Math.min(8, Math.max(2, seconds / 2 / took))
      count = this.inSteps(count * growth)
    }
  }

  private inSteps(count: number): number {
    const { step = 1, most } = this.source
    return Math.max(1, Math.round(Math.min(count, most) / step)) * step
  }

  private readyFor(count: number, setting: number): () => Promise<number> {
    const load = this.source.load(count)
    return () => this.rateOf(load, setting)
  }

  /** Items a second. Throws when a result is missing or wrong. */
  private async rateOf(load: Load, setting: number): Promise<number> {
    const { task, moves = false } = this.source
    const { items, digest, count } = load
    let taken = 0
    let sum = 0
    const take = (result: unknown) => {
      taken++
      sum += digest(result)
    }
    const start = performance.now()
    const job = { task, items, take, moves, setting }
    const told = await this.beforeDeadline<unknown>(this.contestant.run(job))
    const ms = typeof told === 'number' ? told : performance.now() - start
    const wanted = this.competitor.role === 'limit' ? load.echoSum : load.sum
    if (taken !== count || sum !== wanted)
      throw new Error(
        `${this.workload}, ${this.name}: ${count} results should add up to ${wanted}, got ${taken} and ${sum}`,
      )
    return (count / ms) * 1000
  }

  /** A competitor that hangs is named. */
  private async beforeDeadline<R>(run: Promise<R>): Promise<R> {
    const stop = new AbortController()
    const late = setTimeout(DEADLINE_MS, undefined, { signal: stop.signal }).then(() => {
      throw new Error(`${this.workload}, ${this.name}: not done after ${DEADLINE_MS / 1000} s`)
    })
    // Stopped in time, it is rejected as well.
    late.catch(() => {})
    try {
      return await Promise.race([run, late])
    } finally {
      stop.abort()
    }
  }
}
