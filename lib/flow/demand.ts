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
  /** For how many, where that can be told. */
  readonly room?: number | undefined
  /** How many may come in one go before it has to be asked again; undefined for all that there is room for. */
  readonly run?: number | undefined
  /** How many values have arrived so far. */
  readonly received: number
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
let emitting: Reader | undefined

/**
 * Runs `subscribe` while `demand` may be picked up; `undefined` hides one that was offered further out. `reader` is the
 * source that emits meanwhile, if it is one.
 */
export function offerDemand<R>(demand: Demand | undefined, subscribe: () => R, reader?: Reader): R {
  const outer = offered
  const outerReader = emitting
  offered = demand
  emitting = reader
  try {
    return subscribe()
  } finally {
    offered = outer
    emitting = outerReader
  }
}

/** The demand that is offered now: of whoever subscribes to us, or to what is downstream of us. */
export function offeredDemand(): Demand | undefined {
  return offered
}

/** The source that emits now: for who is to be subscribed later, and then passes it to {@link offerDemand}. */
export function emittingReader(): Reader | undefined {
  return emitting
}

/** So many sources may be open at once where a demand doesn't say how much room it has. */
const someRoom = 16

/**
 * A source that is read by demand. Sources that are subscribed while it emits (inner ones, of concatMap or mergeMap)
 * bring the values that there is room for, so it goes on only as far as they leave some; and not at all while its
 * values only wait for theirs to end, as with concatMap.
 */
export class Reader {
  private inner = 0
  private begun = 0
  private ended = false
  private swallowed = false
  private readonly outer = emitting

  /** @param wake called when inner sources have ended. */
  constructor(
    readonly demand: Demand | undefined,
    private readonly wake: () => void,
  ) {
    this.enclosing?.begin()
  }

  get mayRead(): boolean {
    const { demand } = this
    if (demand === undefined) return true
    if (!demand.open) return false
    return this.inner === 0 || (!this.swallowed && this.inner < (demand.room ?? someRoom))
  }

  /** What the demand's `received` may come to before it has to be asked again. */
  get limit(): number {
    const { demand } = this
    if (demand === undefined) return Number.POSITIVE_INFINITY
    return demand.received + (this.inner === 0 ? (demand.run ?? demand.room ?? 1) : 1)
  }

  /** Whether a run of values may go on without asking again: see {@link limit}. */
  mayGoOn(limit: number): boolean {
    return this.inner === 0 && (this.demand === undefined || this.demand.received < limit)
  }

  /** Emits a value, and takes notice of what became of it. */
  emit<T>(to: { next(value: T): void }, value: T): void {
    const { demand, begun } = this
    if (demand === undefined) return to.next(value)
    const { received } = demand
    to.next(value)
    this.swallowed = demand.received === received && this.begun === begun
  }

  /** To be called once, before the end is told downstream: what is subscribed then takes this one's place. */
  end(): void {
    if (this.ended) return
    this.ended = true
    const { enclosing } = this
    // After those who take its place have begun.
    if (enclosing) queueMicrotask(() => enclosing.leave())
  }

  private begin(): void {
    this.inner++
    this.begun++
  }

  private leave(): void {
    this.inner--
    this.wake()
  }

  private get enclosing(): Reader | undefined {
    let reader = this.outer
    while (reader?.ended) reader = reader.outer
    return reader
  }
}

/** A demand whose owner says whether it is open, and when that may have changed. */
export class DemandSignal implements Demand {
  received = 0
  private listeners: Set<() => void> | undefined
  private wasOpen = true

  /**
   * @param isWaitingForOthers see {@link Demand.waitsForOthers}.
   * @param countRoom see {@link Demand.room}.
   * @param countRun see {@link Demand.run}.
   */
  constructor(
    private readonly isOpen: () => boolean,
    private readonly isWaitingForOthers?: () => boolean,
    private readonly countRoom?: () => number | undefined,
    private readonly countRun?: () => number | undefined,
  ) {}

  get room(): number | undefined {
    return this.countRoom?.()
  }

  get run(): number | undefined {
    return this.countRun?.()
  }

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
    this.listeners ??= new Set()
    this.listeners.add(listener)
    return () => this.listeners?.delete(listener)
  }

  /** To be called when room may have come: wakes those who wait for it, in turns, as long as there is any. */
  update(): void {
    const { listeners } = this
    if (this.wasOpen || listeners === undefined || listeners.size === 0 || !this.isOpen()) return
    this.wasOpen = true
    for (const listener of [...listeners]) {
      if (!this.open) return
      // To the end of the row, or the first of several sources would take all the room each time.
      if (!listeners.delete(listener)) continue
      listeners.add(listener)
      listener()
    }
  }

  /** To be called when it may have begun to wait for others. */
  tellWaiting(): void {
    if (!this.wasOpen && this.waitsForOthers) for (const listener of [...(this.listeners ?? [])]) listener()
  }
}
