/**
 * One branch of a fan-out that stays on this thread: values go through as they are.
 * @module
 */
import type { Demand } from './demand.js'
import { DemandSignal, waitsForOthers } from './demand.js'
import type { Receiver } from './outlet.js'
import { Outlet } from './outlet.js'

export class LocalFlow<T> {
  readonly demand = new DemandSignal(
    () => this.outlet.held === 0 && (this.below === undefined || this.below.open),
  )
  private readonly outlet: Outlet<T>

  /** @param changed told of each change that may bring room. */
  constructor(
    receiver: Receiver<T>,
    private readonly below: Demand | undefined,
    changed: () => void,
  ) {
    this.outlet = new Outlet(receiver, below, changed)
  }

  get load(): number {
    return this.outlet.held
  }

  /** Whether it is held up only because another stream's value has to come first downstream. */
  get waitsForOthers(): boolean {
    return waitsForOthers(this.below)
  }

  push(value: T): void {
    this.outlet.emit([value])
  }

  end(): void {
    this.outlet.complete()
  }

  abort(error: unknown): void {
    this.outlet.abort(error)
  }

  cancel(): void {
    this.outlet.close()
  }
}
