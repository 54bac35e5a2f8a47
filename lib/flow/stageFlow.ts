/**
 * One branch of `fanOut` over a stage: values go in as fast as the stage takes them, and come out as fast as they are
 * wanted downstream.
 * @module
 */
import type { Trace } from '../wire/errorCodec.js'
import type { TaskSource, Values } from '../wire/messages.js'
import type { Time } from '../wire/time.js'
import { realTime } from '../wire/time.js'
import { BatchSize } from './batchSize.js'
import type { ValuesOf } from './chunkQueue.js'
import { ChunkQueue, valuesOf } from './chunkQueue.js'
import type { Demand } from './demand.js'
import { DemandSignal, waitsForOthers } from './demand.js'
import { crashError, namesOf } from './itemErrors.js'
import type { Receiver } from './outlet.js'
import { Outlet } from './outlet.js'
import { SizeEstimate } from './sizeEstimate.js'
import { valuesAhead } from './window.js'
import type { Loss, Work } from './work.js'

/** The thread's side of a stage that runs. */
export interface StagePort {
  /** Sends values; those before one that can't be sent. Returns what is wrong with it. */
  send(values: Values): Error | undefined
  end(): void
  /** Lets the stage emit `count` more values. */
  grant(count: number): void
  cancel(): void
}

/** What a thread tells of a stage that runs. */
export interface StageEvents {
  readonly task: TaskSource
  /** As for {@link Work}. */
  readonly caller: Trace | undefined
  /** How many values the stage may emit before it has to wait. */
  readonly credit: number
  /** Values that the stage hasn't taken yet. */
  readonly load: number
  started(port: StagePort, threadId: string): void
  consumed(count: number, busy: number): void
  output(values: Values): void
  ended(failure: { readonly error: unknown } | undefined): void
  lost(loss: Loss): void
  aborted(error: unknown): void
  /** Nobody wants the results any more. */
  cancel(): void
}

/** So many emitted values may be under way or wait downstream, if they are small; and so many before that is known. */
const outputWindow = 1024
const firstOutputWindow = 64

export class StageFlow<T, R> implements StageEvents {
  readonly credit = firstOutputWindow
  /** Says to whoever fills the branch whether there is room. */
  readonly demand = new DemandSignal(() => !this.over && this.load < this.window)
  threadId: string | undefined
  private readonly outlet: Outlet<R>
  /** Half of what the stage may have before it: while it works through one half, the other is on its way. */
  private readonly batchSize = new BatchSize()
  private readonly waiting = new ChunkQueue<T>()
  private endSent = false
  private unread = 0
  private readonly inputSize = new SizeEstimate()
  private readonly outputSize = new SizeEstimate()
  /** Values that the stage may still emit, or has and that haven't been taken downstream. */
  private granted = firstOutputWindow
  private port: StagePort | undefined
  private sourceEnded = false
  private over = false
  private sendQueued = false
  private time = realTime

  /**
   * @param leastRoom values that may always wait in front of the stage.
   * @param changed told of each change that may bring room.
   * @param caller made where the operator was called: its frames are added to errors.
   */
  constructor(
    readonly task: TaskSource,
    receiver: Receiver<R>,
    private readonly below: Demand | undefined,
    readonly caller: Trace | undefined,
    private readonly changed: () => void,
    private readonly leastRoom: number,
  ) {
    this.outlet = new Outlet(receiver, below, changed)
  }

  /** Whether it is held up only because another stream's value has to come first downstream. */
  get waitsForOthers(): boolean {
    return waitsForOthers(this.below)
  }

  /** Has a pool run it at that place. Returns how to give it up. Throws what the pool throws, and is cancelled then. */
  open(
    pool: { openStage(stage: StageEvents, place: number): () => void; readonly time: Time },
    place: number,
  ): () => void {
    this.time = pool.time
    try {
      return pool.openStage(this, place)
    } catch (thrown) {
      this.cancel()
      throw thrown
    }
  }

  /** Values that the stage hasn't taken yet. */
  get load(): number {
    return this.waiting.size + this.unread
  }

  push(value: T): void {
    if (this.over) return
    this.inputSize.note(value)
    this.waiting.push(value, this.batchSize.current)
    this.sendSoon()
  }

  /** The source has completed. */
  end(): void {
    this.sourceEnded = true
    this.send()
  }

  abort(error: unknown): void {
    if (this.over) return
    this.close()
    this.outlet.abort(error)
  }

  cancel(): void {
    this.close()
    this.outlet.close()
  }

  started(port: StagePort, threadId: string): void {
    if (this.over) return port.cancel()
    this.port = port
    this.threadId = threadId
    this.send()
  }

  consumed(count: number, busy: number): void {
    if (this.over) return
    this.unread -= count
    this.batchSize.measured(count, busy)
    this.send()
    this.changed()
  }

  output(values: Values): void {
    if (this.over) return
    this.outputSize.noteAll(values)
    this.outlet.emit(values as ArrayLike<R>, (count) => this.emitted(count))
  }

  ended(failure: { readonly error: unknown } | undefined): void {
    if (this.over) return
    this.over = true
    this.port = undefined
    this.waiting.clear()
    if (failure) this.outlet.error(failure.error)
    else this.outlet.complete()
  }

  lost(loss: Loss): void {
    this.port = undefined
    this.abort(crashError(loss, ` while it ran the stage ${namesOf([this])}, whose state is lost with it`))
  }

  aborted(error: unknown): void {
    this.abort(error)
  }

  private get window(): number {
    return valuesAhead(Math.max(this.leastRoom, this.batchSize.current * 2), this.inputSize)
  }

  private emitted(count: number): void {
    this.granted -= count
    const window = valuesAhead(outputWindow, this.outputSize)
    if (this.granted * 2 > window) return
    this.port?.grant(window - this.granted)
    this.granted = window
  }

  private sendSoon(): void {
    if (this.waiting.size >= this.batchSize.current) return this.send()
    if (this.sendQueued) return
    this.sendQueued = true
    this.time.soon(() => {
      this.sendQueued = false
      this.send()
    })
  }

  private send(): void {
    while (this.port && this.unread < this.window) {
      const slice = this.waiting.take(this.window - this.unread)
      if (!slice) break
      this.sendValues(this.port, valuesOf(slice))
    }
    if (!this.port || this.endSent || !this.sourceEnded || this.waiting.size > 0) return
    this.endSent = true
    this.port.end()
  }

  private sendValues(port: StagePort, values: ValuesOf<T>): void {
    this.unread += values.length
    const refused = port.send(values)
    // The branch fails at the value that can't be sent, as a stream does at an operator that throws.
    if (refused) this.abort(refused)
  }

  private close(): void {
    this.over = true
    this.waiting.clear()
    this.port?.cancel()
    this.port = undefined
  }
}
