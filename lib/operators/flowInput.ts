import { Subscriber } from 'rxjs'
import type { ItemFlow } from '../flow/itemFlow.js'

/** What a source is subscribed with: its values go into the flow without the detours of an observer object. */
export class FlowInput<T> extends Subscriber<T> {
  constructor(private readonly flow: ItemFlow<T, unknown>) {
    super()
  }

  override next(value: T): void {
    if (!this.isStopped) this.flow.push(value)
  }

  protected override _error(error: unknown): void {
    this.flow.abort(error)
    this.unsubscribe()
  }

  protected override _complete(): void {
    this.flow.end()
    this.unsubscribe()
  }
}
