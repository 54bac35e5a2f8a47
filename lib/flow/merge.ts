/**
 * Brings many streams together into one: as their values come, in turns, or sorted.
 * @module
 */
import type { Demand } from './demand.js'
import { DemandSignal } from './demand.js'
import type { Receiver } from './outlet.js'
import { Outlet } from './outlet.js'
import { SizeEstimate } from './sizeEstimate.js'
import { valuesAhead } from './window.js'

/**
 * `'arrival'`: as they come. `'roundRobin'`: one of each in turn. A function: the least of all first, as for `sort`.
 * @inline
 */
export type MergeOrder<T> = 'arrival' | 'roundRobin' | ((a: T, b: T) => number)

/** One of the streams. */
export interface MergeInput<T> {
  /** What it may pick up. */
  readonly demand: Demand | undefined
  next(value: T): void
  error(error: unknown): void
  complete(): void
}

/** So many values of one stream wait for those of others before it is told to pause. */
const waitingMost = 256

interface Stream<T> extends MergeInput<T> {
  readonly signal: DemandSignal
  readonly size: SizeEstimate
  queue: T[]
  at: number
  ended: boolean
}

export class Merge<T> {
  private readonly outlet: Outlet<T>
  /** What streams that needn't wait for each other pick up: the demand from below, less what is held already. */
  private readonly passing = new DemandSignal(
    () => this.outlet.hasRoom,
    () => this.below?.waitsForOthers ?? false,
    () => this.below?.room,
    () => this.below?.run,
  )
  private readonly errors: unknown[] = []
  private streams: Stream<T>[] = []
  private active = 0
  private turn = 0
  private begun = false
  private sealed = false
  private over = false
  private sorting = false

  constructor(
    receiver: Receiver<T>,
    private readonly below: Demand | undefined,
    private readonly order: MergeOrder<T>,
    private readonly failFirst: boolean,
  ) {
    this.outlet = new Outlet(receiver, below, () => this.advance())
  }

  /**
   * All streams that come at once have come: from now on values go out. Before, the first of them would be alone, and
   * take all the turns.
   */
  begin(): void {
    this.begun = true
    this.advance()
  }

  /** Begins a stream. */
  add(): MergeInput<T> {
    this.active++
    return this.order === 'arrival' ? this.addPassing() : this.addWaiting()
  }

  /** No more streams come. */
  seal(): void {
    this.sealed = true
    this.advance()
  }

  /** A stream, or what brings them, has failed. */
  fail(error: unknown): void {
    if (this.over) return
    if (!this.failFirst) {
      this.errors.push(error)
      return
    }
    this.stop()
    this.outlet.abort(error)
  }

  cancel(): void {
    this.stop()
    this.outlet.close()
  }

  private stop(): void {
    this.over = true
    this.streams = []
  }

  private addPassing(): MergeInput<T> {
    return {
      demand: this.below && this.passing,
      next: (value) => {
        this.passing.received++
        this.emit(value)
      },
      error: (error) => {
        this.fail(error)
        this.ended()
      },
      complete: () => this.ended(),
    }
  }

  private addWaiting(): MergeInput<T> {
    const signal = new DemandSignal(
      () => hasRoom(stream) && (this.below === undefined || this.below.open),
      () => this.below?.open !== false && this.waitsFor !== undefined && this.waitsFor !== stream,
    )
    const end = () => {
      stream.ended = true
      this.ended()
    }
    const stream: Stream<T> = {
      demand: signal,
      signal,
      size: new SizeEstimate(),
      queue: [],
      at: 0,
      ended: false,
      next: (value) => {
        signal.received++
        stream.size.note(value)
        stream.queue.push(value)
        this.advance()
      },
      error: (error) => {
        this.fail(error)
        end()
      },
      complete: end,
    }
    this.streams.push(stream)
    return stream
  }

  private ended(): void {
    this.active--
    this.advance()
  }

  private emit(value: T): void {
    if (!this.over) this.outlet.emit([value])
  }

  /** Emits what may be emitted now, and ends when all has ended. */
  private advance(): void {
    if (this.over || this.sorting || !this.begun) return
    this.sorting = true
    try {
      if (this.order === 'roundRobin') this.takeTurns()
      else if (this.order !== 'arrival') this.takeLeast(this.order)
    } catch (thrown) {
      // The user's compare function.
      this.stop()
      this.outlet.abort(thrown)
    } finally {
      this.sorting = false
    }
    if (this.over) return
    this.passing.update()
    this.passing.tellWaiting()
    for (const { signal } of this.streams) {
      signal.update()
      signal.tellWaiting()
    }
    this.endIfDone()
  }

  private endIfDone(): void {
    if (!this.sealed || this.active > 0 || this.streams.length > 0 || this.over) return
    this.over = true
    const { errors } = this
    if (errors.length === 0) this.outlet.complete()
    else
      this.outlet.error(
        errors.length === 1 ? errors[0] : new AggregateError(errors, `${errors.length} streams failed`),
      )
  }

  /** The stream whose next value has to come before anything else can be emitted. */
  private get waitsFor(): Stream<T> | undefined {
    if (this.order === 'roundRobin') {
      const stream = this.streams[this.turn]
      return stream && isEmpty(stream) && !stream.ended ? stream : undefined
    }
    return this.streams.find((stream) => isEmpty(stream) && !stream.ended)
  }

  private takeTurns(): void {
    while (this.hasRoom && this.streams.length > 0) {
      this.turn %= this.streams.length
      const stream = this.streams[this.turn]!
      if (!isEmpty(stream)) {
        this.turn++
        this.emit(shift(stream))
      } else if (stream.ended) this.streams.splice(this.turn, 1)
      else return
    }
  }

  /** Nothing can be said to be the least before every stream has shown its next value, and none can be added. */
  private takeLeast(compare: (a: T, b: T) => number): void {
    while (this.sealed && this.hasRoom) {
      this.streams = this.streams.filter((stream) => !stream.ended || !isEmpty(stream))
      let least: Stream<T> | undefined
      for (const stream of this.streams) {
        if (isEmpty(stream)) return
        if (least === undefined || compare(head(stream), head(least)) < 0) least = stream
      }
      if (least === undefined) return
      this.emit(shift(least))
    }
  }

  private get hasRoom(): boolean {
    return !this.over && this.outlet.hasRoom
  }
}

/** Whether another value may wait for those of others. */
function hasRoom({ queue, at, size }: Stream<unknown>): boolean {
  return queue.length - at < valuesAhead(waitingMost, size)
}

function isEmpty<T>({ queue, at }: Stream<T>): boolean {
  return at === queue.length
}

function head<T>({ queue, at }: Stream<T>): T {
  return queue[at]!
}

function shift<T>(stream: Stream<T>): T {
  const value = stream.queue[stream.at++]!
  if (stream.at === stream.queue.length || stream.at >= waitingMost) {
    stream.queue = stream.queue.slice(stream.at)
    stream.at = 0
  }
  return value
}
