/**
 * Backpressure without new operators: whoever subscribes offers its demand while it does so, and a source at the far
 * end of any chain of plain RxJS operators picks it up, since subscribing is synchronous.
 *
 * The idea of an ambient value that is there while a function runs is that of signals libraries' tracking contexts.
 * @module
 */

/** Says when more is wanted. */
export interface Demand {
  /** Whether there is room for another value now. */
  readonly open: boolean
  /**
   * Whether it is closed only because a value of another stream has to come first: where both streams have one source,
   * that must go on.
   */
  readonly waitsForOthers?: boolean
  /** Calls back each time that it opens again, or begins to wait for others. Returns how to stop that. */
  onOpen(listener: () => void): () => void
}

/** Whether whoever is below has no room only because another stream's value has to come first. */
export function waitsForOthers(below: Demand | undefined): boolean {
  return below !== undefined && !below.open && below.waitsForOthers === true
}

let offered: Demand | undefined

/** Runs `subscribe` while `demand` may be picked up. `undefined` hides one that was offered further out. */
export function offerDemand<R>(demand: Demand | undefined, subscribe: () => R): R {
  const outer = offered
  offered = demand
  try {
    return subscribe()
  } finally {
    offered = outer
  }
}

/** The demand that is offered now: of whoever subscribes to us, or to what is downstream of us. */
export function offeredDemand(): Demand | undefined {
  return offered
}

/** A demand whose owner says whether it is open, and when that may have changed. */
export class DemandSignal implements Demand {
  private readonly listeners = new Set<() => void>()
  private wasOpen = true

  /** @param isWaitingForOthers see {@link Demand.waitsForOthers}. */
  constructor(
    private readonly isOpen: () => boolean,
    private readonly isWaitingForOthers?: () => boolean,
  ) {}

  get waitsForOthers(): boolean {
    return this.isWaitingForOthers?.() ?? false
  }

  get open(): boolean {
    const open = this.isOpen()
    // Remembered, so that only a change from closed to open wakes a source.
    if (!open) this.wasOpen = false
    return open
  }

  onOpen(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** To be called when room may have come: wakes those who wait for it, in turns, as long as there is any. */
  update(): void {
    if (this.wasOpen || this.listeners.size === 0 || !this.isOpen()) return
    this.wasOpen = true
    for (const listener of [...this.listeners]) {
      if (!this.open) return
      // To the end of the row, or the first of several sources would take all the room each time.
      if (!this.listeners.delete(listener)) continue
      this.listeners.add(listener)
      listener()
    }
  }

  /** To be called when it may have begun to wait for others. */
  tellWaiting(): void {
    if (!this.wasOpen && this.waitsForOthers) for (const listener of [...this.listeners]) listener()
  }
}
