/**
 * A pool in virtual time: the library's own scheduling, with threads and messages that cost what they are said to.
 * @module
 */
import type { OperatorFunction } from 'rxjs'
import { Subject } from 'rxjs'
import { pull } from '../../lib/operators/pull.js'
import { BackendPool } from '../../lib/pool/backendPool.js'
import { LazyBackend } from '../../lib/pool/lazyBackend.js'
import { Scheduler } from '../../lib/pool/scheduler.js'
import type { PoolEvent, TaskRef } from '../../lib/pool/seam.js'
import { seededRandom } from '../../samples/seededRandom.js'
import type { Costs } from './costs.js'
import { MainThread } from './mainThread.js'
import { SimulatedLink } from './simulatedLink.js'
import { VirtualClock } from './virtualClock.js'

export interface SimulationOptions {
  readonly threads: number
  readonly costs: Costs
  /** Items that wait at once in a thread. Default: 1. */
  readonly concurrency?: number
  /** Whether threads share memory with the pool, as processes don't. Default: true. */
  readonly sharesMemory?: boolean
  /** How many times as long the thread of a place takes for all that it does. Default: 1, each. */
  readonly slowness?: (place: number) => number
  /** The share of items, each time that one runs, of which their thread dies. Default: 0. */
  readonly crashRate?: number
  /** Default: 1. */
  readonly seed?: number
}

/** Items are numbers from 0 on, and so are their results. */
export type Work = TaskRef<[number], number>

export interface Run {
  /** Results that are waited for. */
  readonly count: number
  /** Milliseconds that an item takes in its thread. */
  readonly itemCost: (item: number) => number
  readonly through: (work: Work) => OperatorFunction<number, number>
}

/** What came of a run. */
export interface Outcome {
  /** In the order in which they came. */
  readonly results: readonly number[]
  /** Milliseconds, from the subscription to the last result. */
  readonly took: number
  /** The share of that time that the main thread worked. */
  readonly mainLoad: number
  /** Results that had come and waited for those before them, at most. */
  readonly held: number
  /** Items that each thread has done, those that died included. */
  readonly done: readonly number[]
  /** Milliseconds that items have taken each thread. */
  readonly worked: readonly number[]
  /** To the threads. */
  readonly messages: number
  readonly crashes: number
}

/** What a pool does all the time, once threads are filled and batches have grown. */
export interface SteadyState {
  /** The share of its time that the main thread works. */
  readonly mainLoad: number
  /** The share of their time that the threads work at items. */
  readonly threadLoad: number
  /** Results that had come and waited for those before them, at most. */
  readonly held: number
}

type Tasks = { default: { work: (item: number) => number } }

export class Simulation {
  readonly clock = new VirtualClock()
  private readonly main = new MainThread(this.clock)
  private readonly links: SimulatedLink[] = []
  private readonly events = new Subject<PoolEvent>()
  private readonly scheduler: Scheduler
  private readonly work: Work
  private itemCost: (item: number) => number = () => 0
  private watch: Watch | undefined
  private crashes = 0

  constructor(private readonly options: SimulationOptions) {
    const { threads, concurrency = 1 } = options
    this.scheduler = new Scheduler(
      {
        name: 'simulated',
        min: threads,
        max: threads,
        concurrency,
        idleTimeout: undefined,
        time: this.main.time,
      },
      this.startLink(),
      (event) => this.events.next(event),
    )
    const { scheduler } = this
    const backend = new LazyBackend(
      'simulated',
      { min: threads, max: threads },
      async () => scheduler,
      scheduler,
    )
    this.work = new BackendPool<Tasks>(backend, this.events).tasks.work as Work
    this.events.subscribe(({ type }) => {
      if (type === 'crashed') this.crashes++
    })
  }

  private startLink() {
    const { threads, costs, concurrency = 1, sharesMemory = true, slowness = () => 1 } = this.options
    const { crashRate = 0, seed = 1 } = this.options
    const random = seededRandom(seed)
    return (events: ConstructorParameters<typeof SimulatedLink>[1]) => {
      const made = this.links.length
      const link = new SimulatedLink(
        {
          threadId: `simulated-${made + 1}`,
          clock: this.clock,
          main: this.main,
          costs,
          concurrency,
          sharesMemory,
          slowness: made < threads ? slowness(made) : 1,
          itemCost: (item) => this.itemCost(item),
          crashes: () => crashRate > 0 && random() < crashRate,
          came: (results) => this.watch?.came(results),
        },
        events,
      )
      this.links.push(link)
      return link
    }
  }

  /**
   * Runs items through a pipeline, with all threads there from the beginning.
   * @throws Error when it comes to a standstill, and what the pipeline emits.
   */
  run({ count, itemCost, through }: Run): Outcome {
    this.begin(itemCost)
    const watch = new Watch(this.main)
    this.watch = watch
    const { messages, crashes } = this
    const done = this.links.map((link) => link.done)
    const worked = this.links.map((link) => link.worked)
    let over = false
    pull(numbersTo(count))
      .pipe(through(this.work))
      .subscribe({ next: (result) => watch.take(result), complete: () => (over = true) })
    while (!over)
      if (!this.clock.step())
        throw new Error(`the simulation came to a standstill: ${watch.results.length} of ${count} results`)
    return {
      ...watch.outcome(),
      done: this.links.map((link, at) => link.done - (done[at] ?? 0)),
      worked: this.links.map((link, at) => link.worked - (worked[at] ?? 0)),
      messages: this.messages - messages,
      crashes: this.crashes - crashes,
    }
  }

  /**
   * Runs items without end, and looks at what happens between two moments: milliseconds after the first. The simulation
   * is of no use afterwards.
   */
  steadyState(
    { itemCost, through }: Omit<Run, 'count'>,
    [from, to]: readonly [from: number, to: number],
  ): SteadyState {
    this.begin(itemCost)
    const watch = new Watch(this.main)
    this.watch = watch
    const began = this.clock.now()
    pull(numbersTo(Number.POSITIVE_INFINITY))
      .pipe(through(this.work))
      .subscribe((result) => watch.take(result))
    const before = this.lookAt(began + from)
    const after = this.lookAt(began + to)
    const time = to - from
    return {
      mainLoad: (after.busy - before.busy) / time,
      threadLoad: (after.worked - before.worked) / time / this.links.length,
      held: watch.outcome().held,
    }
  }

  /** What has been done till then. */
  private lookAt(moment: number): { busy: number; worked: number } {
    let reached = false
    this.clock.at(moment, () => {
      reached = true
    })
    while (!reached) this.clock.step()
    const worked = this.links.reduce((sum, link) => sum + link.workedUntil(moment), 0)
    return { busy: this.main.busyUntil(moment), worked }
  }

  private begin(itemCost: Run['itemCost']): void {
    this.scheduler.startLeast()
    this.clock.run()
    this.itemCost = itemCost
  }

  private get messages(): number {
    return this.links.reduce((sum, { messages }) => sum + messages, 0)
  }
}

/** Looks at what comes of a run. */
class Watch {
  readonly results: number[] = []
  private readonly began: number
  private readonly busyBefore: number
  private resultsCome = 0
  private held = 0

  constructor(private readonly main: MainThread) {
    this.began = main.now
    this.busyBefore = main.busy
  }

  take(result: number): void {
    this.results.push(result)
  }

  came(results: number): void {
    this.resultsCome += results
    this.held = Math.max(this.held, this.resultsCome - this.results.length)
  }

  outcome(): Pick<Outcome, 'results' | 'took' | 'mainLoad' | 'held'> {
    const { results, held, main } = this
    const took = main.now - this.began
    return { results, held, took, mainLoad: (main.busy - this.busyBefore) / took }
  }
}

function* numbersTo(count: number): Iterable<number> {
  for (let number = 0; number < count; number++) yield number
}
