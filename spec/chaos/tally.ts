/** What has happened, added up over rounds. */
export class Tally {
  rounds = 0
  subscriptions = 0
  bystanders = 0
  killed = 0
  resized = 0
  closed = 0
  readonly threads = { started: 0, crashed: 0, replaced: 0, stopped: 0 }
  readonly shapes = new Map<string, ShapeTally>()
  /** By name: how often a fault has struck. */
  readonly faults = new Map<string, number>()

  shape(name: string): ShapeTally {
    let tally = this.shapes.get(name)
    if (!tally)
      this.shapes.set(name, (tally = { pipelines: 0, items: 0, succeeded: 0, failed: 0, cancelled: 0 }))
    return tally
  }

  get items(): number {
    let sum = 0
    for (const { items } of this.shapes.values()) sum += items
    return sum
  }

  struck(fault: string, times: number): void {
    this.faults.set(fault, (this.faults.get(fault) ?? 0) + times)
  }
}

export interface ShapeTally {
  pipelines: number
  items: number
  succeeded: number
  failed: number
  cancelled: number
}
