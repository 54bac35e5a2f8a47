/**
 * A thread of a simulated pool: the code that runs in real ones, in virtual time, behind messages that take their time.
 * @module
 */
import type { Link, LinkEvents } from '../../lib/pool/link.js'
import { InlineThread } from '../../lib/testing/inlineThread.js'
import type { FromThread, Manifest, ToThread } from '../../lib/wire/messages.js'
import type { ExposedFunctions } from '../../lib/worker/exposed.js'
import type { Costs } from './costs.js'
import { costOf } from './costs.js'
import type { MainThread } from './mainThread.js'
import type { VirtualClock } from './virtualClock.js'

export interface SimulatedLinkOptions {
  readonly threadId: string
  readonly clock: VirtualClock
  readonly main: MainThread
  readonly costs: Costs
  readonly concurrency: number
  readonly sharesMemory: boolean
  /** All that it does takes so many times as long. */
  readonly slowness: number
  /** Milliseconds that an item takes. */
  readonly itemCost: (item: number) => number
  /** Whether the thread dies when it has done an item: asked once for each. */
  readonly crashes: () => boolean
  /** Told of results that have come, when the main thread has dealt with them. */
  readonly came: (results: number) => void
}

export class SimulatedLink implements Link {
  readonly threadId: string
  readonly started: PromiseLike<Manifest>
  readonly cells: Int32Array | undefined
  /** Messages posted to it, and results that have come from it. */
  messages = 0
  done = 0
  /** Milliseconds that items have taken here. */
  worked = 0
  private worksUntil = 0
  private readonly thread: InlineThread

  constructor(
    private readonly options: SimulatedLinkOptions,
    private readonly events: LinkEvents,
  ) {
    const { threadId, clock, costs, concurrency, sharesMemory, slowness, itemCost } = options
    this.threadId = threadId
    this.thread = new InlineThread(
      {
        threadId,
        exposed: this.exposed(),
        concurrency,
        shared: {},
        model: {
          cost: (item: number) => {
            const cost = itemCost(item) * slowness
            this.worked += cost
            this.worksUntil = clock.now() + cost
            return cost
          },
        },
        time: clock,
        sharesMemory,
      },
      {
        message: (message) => this.answer(message),
        died: (death) => this.arrive(0, () => events.died(death)),
      },
    )
    this.cells = this.thread.cells
    this.started = this.startedAfter(costs.start)
  }

  post(message: ToThread): void {
    const { clock, main, costs, slowness } = this.options
    this.messages++
    const count = message.type === 'batch' ? message.values.length : 0
    const sent = main.spend(costOf(costs.main, count))
    const receiving = costOf(costs.thread, count) * slowness
    // As an event loop does: one message after the other, none in the midst of something else.
    const read = () => this.thread.compute(receiving, () => this.thread.post(message))
    clock.at(sent + costs.latency, () => this.thread.time.endOfTurn(read))
  }

  /** Milliseconds that items have taken here until then: that is now, in the midst of one perhaps. */
  workedUntil(moment: number): number {
    return this.worked - Math.max(0, this.worksUntil - moment)
  }

  keepAlive(): void {}

  utilization(): number {
    return this.thread.utilization()
  }

  terminate(): Promise<void> {
    return this.thread.terminate()
  }

  private answer(message: FromThread): void {
    const { costs, slowness } = this.options
    const count = message.type === 'results' ? message.values.length : 0
    this.thread.compute(costOf(costs.thread, count) * slowness, () =>
      this.arrive(costOf(costs.main, count), () => {
        this.done += count
        this.events.message(message)
        this.options.came(count)
      }),
    )
  }

  /** On the main thread, when that has taken it in. */
  private arrive(receiving: number, run: () => void): void {
    const { clock, main, costs } = this.options
    clock.after(costs.latency, () => main.do(receiving, run))
  }

  private exposed(): ExposedFunctions {
    return {
      work: (item: unknown) => {
        if (this.options.crashes()) this.thread.crash()
        return item
      },
    }
  }

  /** By the clock: a Promise would wait for this program's own. */
  private startedAfter(start: number): PromiseLike<Manifest> {
    const { clock, main } = this.options
    const since = clock.now()
    const whenStarted = (run: () => void) => clock.at(since + start, () => main.do(0, run))
    return {
      // biome-ignore lint/suspicious/noThenProperty: what waits for it knows it as a Promise
      then: (found) =>
        new Promise((resolve, reject) => {
          whenStarted(() => {
            try {
              resolve(found ? found(this.thread.manifest) : (this.thread.manifest as never))
            } catch (thrown) {
              reject(thrown)
            }
          })
        }),
    }
  }
}
