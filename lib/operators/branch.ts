import type { Subscriber } from 'rxjs'
import { Observable } from 'rxjs'
import type { Demand } from '../flow/demand.js'
import { offeredDemand } from '../flow/demand.js'
import type { Inlet } from '../flow/router.js'

/** What runs a branch, once somebody has subscribed to it. */
export interface BranchFlow<T> {
  readonly demand: Demand
  readonly load: number
  readonly waitsForOthers: boolean
  push(value: T): void
  end(): void
  abort(error: unknown): void
  cancel(): void
}

/** Makes what runs a branch, and starts it. */
export type StartBranch<T, R> = (
  subscriber: Subscriber<R>,
  index: number,
  below: Demand | undefined,
  changed: () => void,
) => {
  readonly flow: BranchFlow<T>
  readonly threadId: () => string | undefined
}

/**
 * One of the streams that {@link fanOut} emits: a stage's output. It can be subscribed once.
 *
 * @example
 * ```ts
 * range(1, 4)
 *   .pipe(fanOut(2, { route: 'roundRobin' }))
 *   .subscribe((branch) => branch.subscribe((n) => console.log(`${branch.index}: ${n}`)))
 * // → 0: 1, 1: 2, 0: 3, 1: 4
 * ```
 */
export interface Branch<R> extends Observable<R> {
  /** Its number, from 0. */
  readonly index: number
  /** The thread it runs in, as in `context.threadId`; undefined until it has started. */
  readonly threadId: string | undefined
}

/** A branch from both sides: the stream that users subscribe, and the inlet that values are routed to. */
export class BranchEnd<T, R> implements Inlet<T> {
  readonly stream: Branch<R>
  state: Inlet<T>['state'] = 'waiting'
  private flow: BranchFlow<T> | undefined
  private threadId: (() => string | undefined) | undefined
  /** What was routed here before anybody subscribed. */
  private early: T[] = []
  private outcome: ((flow: BranchFlow<T>) => void) | undefined

  /**
   * @param opened called when it is subscribed.
   * @param changed called when it has got room or has ended.
   */
  constructor(
    readonly index: number,
    private readonly start: StartBranch<T, R>,
    private readonly opened: () => void,
    private readonly changed: () => void,
  ) {
    const threadId = () => this.threadId?.()
    const stream = new Observable<R>((subscriber) => this.open(subscriber))
    this.stream = Object.defineProperties(stream, {
      index: { value: index, enumerable: true },
      threadId: { get: threadId, enumerable: true },
    }) as Branch<R>
  }

  get hasRoom(): boolean {
    return this.flow?.demand.open ?? false
  }

  get load(): number {
    return this.flow?.load ?? this.early.length
  }

  get waitsForOthers(): boolean {
    return this.flow?.waitsForOthers ?? false
  }

  push(value: T): void {
    if (this.state === 'closed') return
    if (this.flow) this.flow.push(value)
    else this.early.push(value)
  }

  /** The source has completed. */
  end(): void {
    this.finish((flow) => flow.end())
  }

  /** The source has failed. */
  abort(error: unknown): void {
    this.finish((flow) => flow.abort(error))
  }

  /** It was never emitted, and never will be. */
  close(): void {
    this.state = 'closed'
    this.early = []
  }

  private finish(outcome: (flow: BranchFlow<T>) => void): void {
    if (this.flow) outcome(this.flow)
    else this.outcome ??= outcome
  }

  private open(subscriber: Subscriber<R>): void {
    if (this.state !== 'waiting')
      throw new Error(`branch ${this.index} can be subscribed once; use share() to listen in several places`)
    this.state = 'open'
    const { flow, threadId } = this.begin(subscriber)
    this.flow = flow
    this.threadId = threadId
    subscriber.add(() => {
      this.close()
      flow.cancel()
      this.changed()
    })
    for (const value of this.early.splice(0)) flow.push(value)
    this.outcome?.(flow)
    this.opened()
  }

  /** A branch that can't be started takes no more values, as one that has ended. */
  private begin(subscriber: Subscriber<R>): ReturnType<StartBranch<T, R>> {
    try {
      return this.start(subscriber, this.index, offeredDemand(), this.changed)
    } catch (thrown) {
      this.close()
      throw thrown
    }
  }
}
