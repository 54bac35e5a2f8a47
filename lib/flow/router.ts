/**
 * Decides which branch of a fan-out gets a value, and when the source has to wait.
 * @module
 */
import { ChunkQueue } from './chunkQueue.js'
import { DemandSignal } from './demand.js'

/** A branch's way in. */
export interface Inlet<T> {
  /** `'waiting'` until somebody subscribes; `'closed'` when it has ended or nobody listens any more. */
  readonly state: 'waiting' | 'open' | 'closed'
  readonly hasRoom: boolean
  /** Values that it hasn't dealt with. */
  readonly load: number
  /** Whether it is held up only because another branch's value has to come first downstream. */
  readonly waitsForOthers: boolean
  push(value: T): void
}

/**
 * Which branch: whoever has room, each in turn, all, or one for each key.
 * @inline
 */
export type Route<T> = 'balance' | 'roundRobin' | 'broadcast' | ((value: T) => unknown)

export class Router<T> {
  /** Says to the source whether there is room for another value. */
  readonly demand = new DemandSignal(() => this.hasRoom)
  /** With `'balance'`, values that no branch has room for: the first to have some takes them. */
  private readonly queue = new ChunkQueue<T>()
  private readonly keys = new Map<unknown, number>()
  private turn = 0

  constructor(
    private readonly inlets: readonly Inlet<T>[],
    private readonly route: Route<T>,
  ) {}

  /** Whether all that came in has been given to a branch. */
  get isEmpty(): boolean {
    return this.queue.size === 0
  }

  /** Routes a value. Throws what a route function throws. */
  push(value: T): void {
    this.demand.received++
    switch (this.route) {
      case 'balance':
        return this.balance(value)
      case 'roundRobin':
        return this.inTurn()?.push(value)
      case 'broadcast':
        for (const inlet of this.live) inlet.push(value)
        return
      default:
        return this.branchOf(this.route(value))?.push(value)
    }
  }

  /** To be called when a branch may have got room, or has ended. */
  changed(): void {
    while (this.queue.size > 0) {
      const inlet = this.leastBusy()
      if (!inlet) break
      const { chunk, first } = this.queue.take(1)!
      inlet.push(chunk.values[first]!)
    }
    this.demand.update()
  }

  private get live(): Inlet<T>[] {
    return this.inlets.filter((inlet) => inlet.state !== 'closed')
  }

  private get hasRoom(): boolean {
    const { live } = this
    if (this.route === 'balance') return this.queue.size === 0 && live.some(isReady)
    // One that nobody has subscribed yet keeps what comes: it would wait for ever.
    const full = live.filter((inlet) => inlet.state === 'open' && !inlet.hasRoom)
    if (full.length === 0) return live.length > 0
    // A merge downstream waits for a branch that has nothing left to do: only the source can bring it its next value.
    return (
      full.every((inlet) => inlet.waitsForOthers) && live.some((inlet) => isReady(inlet) && inlet.load === 0)
    )
  }

  private balance(value: T): void {
    const inlet = this.queue.size === 0 ? this.leastBusy() : undefined
    if (inlet) inlet.push(value)
    else this.queue.push(value, 64)
  }

  /** Of those with room, the one with the least in hand; of equals each in turn. */
  private leastBusy(): Inlet<T> | undefined {
    const { inlets } = this
    let best: Inlet<T> | undefined
    let bestAt = 0
    for (let i = 0; i < inlets.length; i++) {
      const at = (this.turn + i) % inlets.length
      const inlet = inlets[at]!
      if (!isReady(inlet) || (best && inlet.load >= best.load)) continue
      best = inlet
      bestAt = at
    }
    if (best) this.turn = bestAt + 1
    return best
  }

  private inTurn(): Inlet<T> | undefined {
    const inlet = this.inlets[this.nextLive]!
    return inlet.state === 'closed' ? undefined : inlet
  }

  /** The place of the branch whose turn it is, of those that are left; any, if none is. */
  private get nextLive(): number {
    const { inlets } = this
    for (let i = 0; i < inlets.length; i++) {
      const at = this.turn++ % inlets.length
      if (inlets[at]!.state !== 'closed') return at
    }
    return 0
  }

  /** New keys go to the branches in turn, so that few keys are spread as evenly as many. */
  private branchOf(key: unknown): Inlet<T> | undefined {
    let at = this.keys.get(key)
    if (at === undefined) {
      at = this.nextLive
      this.keys.set(key, at)
    }
    const inlet = this.inlets[at]!
    return inlet.state === 'closed' ? undefined : inlet
  }
}

function isReady(inlet: Inlet<unknown>): boolean {
  return inlet.state === 'open' && inlet.hasRoom
}
