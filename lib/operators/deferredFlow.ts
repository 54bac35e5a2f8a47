import type { Subscriber } from 'rxjs'
import { DemandSignal } from '../flow/demand.js'
import type { BranchFlow } from './branch.js'

/** What a branch in a thread turns out to be. */
export type AnyFlow = BranchFlow<unknown> & { readonly threadId?: string | undefined }

/** Stands for a branch's flow until a thread has said whether it is a stage or a task: what comes meanwhile is kept. */
export class DeferredFlow implements BranchFlow<unknown> {
  /** A few values are read ahead, so that the first of them is there when the thread is. */
  readonly demand = new DemandSignal(() => (this.flow ? this.flow.demand.open : this.early.length < 2))
  private flow: AnyFlow | undefined
  private early: unknown[] = []
  private outcome: ((flow: AnyFlow) => void) | undefined
  private cancelled = false

  constructor(
    private readonly subscriber: Subscriber<unknown>,
    private readonly changed: () => void,
  ) {}

  get load(): number {
    return this.flow?.load ?? this.early.length
  }

  get waitsForOthers(): boolean {
    return this.flow?.waitsForOthers ?? false
  }

  get threadId(): string | undefined {
    return this.flow?.threadId
  }

  resolve(start: () => AnyFlow): void {
    if (this.cancelled) return
    this.flow = start()
    for (const value of this.early.splice(0)) this.flow.push(value)
    this.outcome?.(this.flow)
    this.changed()
  }

  push(value: unknown): void {
    if (this.flow) this.flow.push(value)
    else this.early.push(value)
  }

  end(): void {
    if (this.flow) this.flow.end()
    else this.outcome ??= (flow) => flow.end()
  }

  abort(error: unknown): void {
    if (this.flow) return this.flow.abort(error)
    this.cancel()
    this.subscriber.error(error)
  }

  cancel(): void {
    this.cancelled = true
    this.early = []
    this.flow?.cancel()
  }
}
