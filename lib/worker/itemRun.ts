/**
 * One item whose result isn't there at once: a Promise, or something that emits many.
 * @module
 */

import { itemWindow } from '../wire/messages.js'
import type { Time } from '../wire/time.js'
import type { Cancellation } from './context.js'
import type { Emitter, ResultKind, Stop } from './emission.js'
import { emitAll, kindOf } from './emission.js'
import { isLater, whenSettledOf } from './later.js'
import type { Results } from './results.js'

/** What a run tells whoever started it. */
export interface RunHost {
  /** It has emitted a value. */
  emitted(run: ItemRun): void
  /** It waits for room, and takes none of the thread's time meanwhile. */
  paused(run: ItemRun): void
  resumed(run: ItemRun): void
  /** It has its outcome. Not told of a run that was {@link ItemRun.abandon}ed before. */
  settled(run: ItemRun): void
  /** Its time was over, and it was told so. */
  expired(run: ItemRun): void
  /** Nothing of it goes on any more. */
  left(run: ItemRun): void
}

export class ItemRun {
  /** Whether it takes none of the thread's time, until there is room. */
  isPaused = false
  private pausedAt = 0
  private room = itemWindow
  private resume: (() => void) | undefined
  private stop: Stop | undefined
  /** Gives up waiting for its time to be over. */
  private stopClock: () => void = () => {}
  /** Whether it has no outcome yet, and somebody waits for it. */
  private wanted = true
  /** Whether nothing of it goes on any more. */
  hasLeft = false

  constructor(
    readonly batch: number,
    readonly item: number,
    private readonly results: Results,
    private readonly explain: (thrown: unknown) => unknown,
    private readonly cancellation: Cancellation,
    private readonly host: RunHost,
    private readonly time: Time,
  ) {}

  /** Takes what the item's task returned. */
  follow(result: object, kind: Exclude<ResultKind, 'value'>): void {
    this.startClock()
    if (kind === 'promise') this.awaitResult(result as PromiseLike<unknown>)
    else this.emitResults(result, kind)
  }

  /** There is room for `count` more values. */
  grant(count: number): void {
    this.room += count
    this.goOn()
  }

  /** Nobody wants it any more: it is told so, and leaves when it has stopped. */
  abandon(): void {
    this.wanted = false
    this.stopClock()
    this.cancellation.cancel()
    this.stopEmitting()
  }

  private startClock(): void {
    const { cancellation } = this
    const { timeLeft } = cancellation
    if (timeLeft === undefined) return
    let stopped = false
    const stopTimer = this.time.after(Math.max(0, Math.ceil(timeLeft)), () =>
      cancellation.whenSure(() => {
        if (stopped) return
        // A timer may come a fraction of a millisecond early.
        if (cancellation.isOver) this.expire()
        else this.startClock()
      }),
    )
    this.stopClock = () => {
      stopped = true
      stopTimer()
    }
  }

  /** Its time is over: that is its outcome, whatever comes of it later. */
  private expire(): void {
    this.results.timedOut(this.item)
    this.settle()
    this.cancellation.cancel()
    this.stopEmitting()
    this.host.expired(this)
  }

  private stopEmitting(): void {
    // A Promise that is waited for leaves when it is settled.
    if (!this.stop) return
    this.resume = undefined
    const stopped = this.stop()
    if (stopped) stopped.then(() => this.leave())
    else this.leave()
  }

  private awaitResult(promise: PromiseLike<unknown>): void {
    const fail = (thrown: unknown) => this.end(() => this.results.fail(this.item, this.explain(thrown)))
    const succeed = (value: unknown) => {
      const kind = this.wanted ? kindOf(value) : 'value'
      if (kind === 'value' || kind === 'promise') this.end(() => this.results.single(this.item, value))
      else this.emitResults(value as object, kind)
    }
    const stop = whenSettledOf(promise, succeed, fail)
    // It may have been settled meanwhile, with something that emits.
    if (isLater(promise) && !this.hasLeft) this.stop ??= stop
  }

  private emitResults(result: object, kind: Exclude<ResultKind, 'value' | 'promise'>): void {
    const stop = emitAll(result, kind, this.emitter())
    this.stop = stop
    // Cancelled in the middle of its first values.
    if (!this.wanted) this.stopEmitting()
  }

  private emitter(): Emitter {
    const mayEmit = () => this.room > 0
    return {
      next: (value) => {
        if (!this.wanted) return false
        this.room--
        const taken = this.results.emit(this.item, value)
        if (taken) this.host.emitted(this)
        else this.end(() => {})
        return taken
      },
      get hasRoom() {
        return mayEmit()
      },
      whenRoom: (resume) => {
        this.resume = resume
        this.pause()
      },
      complete: () => this.end(() => this.results.complete(this.item)),
      error: (thrown) => this.end(() => this.results.fail(this.item, this.explain(thrown))),
    }
  }

  /** What it waits for isn't its own doing: meanwhile its clock stands still. */
  private pause(): void {
    this.isPaused = true
    this.pausedAt = this.cancellation.now
    this.stopClock()
    this.host.paused(this)
  }

  private goOn(): void {
    const { resume, cancellation } = this
    if (!resume) return
    this.resume = undefined
    this.isPaused = false
    cancellation.extend(cancellation.now - this.pausedAt)
    this.startClock()
    this.host.resumed(this)
    resume()
  }

  private end(outcome: () => void): void {
    if (this.wanted) {
      outcome()
      this.settle()
    }
    this.leave()
  }

  private settle(): void {
    this.wanted = false
    this.stopClock()
    this.host.settled(this)
  }

  private leave(): void {
    if (this.hasLeft) return
    this.hasLeft = true
    this.host.left(this)
  }
}
