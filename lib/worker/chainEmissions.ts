/**
 * What a chain of tasks emits where one of them, before the last, emits many: the rest of the chain runs for each.
 * @module
 */
import type { Emission, Emitter, ResultKind, Stop } from './emission.js'
import { emitAll, emitInto, kindOf } from './emission.js'
import { whenSettledOf } from './later.js'

/** So many values of the task that emits many are kept ahead. */
const window = 16

export type Many = Exclude<ResultKind, 'value' | 'promise'>

/** What is to be emitted. */
interface Parts {
  readonly source: unknown
  readonly kind: Many
  /** Runs the rest of the chain; the second argument is how many values there were before. */
  readonly rest: (value: unknown, index: number) => unknown
  readonly explain: (thrown: unknown) => unknown
}

/** One at a time, in order; read only as fast as it is asked. */
export function chainEmissions(parts: Parts): Emission {
  return {
    [emitInto]: (emitter) => new ChainRun(parts, emitter).start(),
    subscribe() {
      throw new TypeError('to be run by emitInto')
    },
  }
}

const nothingToStop: Stop = () => undefined

class ChainRun {
  private readonly waiting: unknown[] = []
  private over = false
  /** How it ends after the values that wait: the source has ended. */
  private end: (() => void) | undefined
  /** Whether the rest of the chain runs for a value, or there is no room for the next. */
  private busy = false
  private working = false
  /** Has the source go on. */
  private resume: (() => void) | undefined
  private stopSource = nothingToStop
  private stopRest = nothingToStop
  private taken = 0

  constructor(
    private readonly parts: Parts,
    private readonly emitter: Emitter,
  ) {}

  start(): Stop {
    const { source, kind } = this.parts
    this.stopSource = emitAll(source, kind, this.intake())
    // It may have been over at the first values.
    if (this.over) this.stopSource()
    return () => this.stop()
  }

  private stop(): PromiseLike<unknown> | undefined {
    this.over = true
    this.waiting.length = 0
    const left = [this.stopSource(), this.stopRest()].filter((each) => each !== undefined)
    return left.length > 0 ? Promise.all(left) : undefined
  }

  private intake(): Emitter {
    const { waiting } = this
    const end = (how: () => void) => {
      this.end = how
      this.work()
    }
    return {
      next: (value) => {
        if (this.over) return false
        waiting.push(value)
        this.work()
        return !this.over
      },
      get hasRoom() {
        return waiting.length < window
      },
      whenRoom: (resume) => {
        this.resume = resume
      },
      complete: () => end(() => this.complete()),
      error: (thrown) => end(() => this.fail(this.parts.explain(thrown))),
    }
  }

  private work(): void {
    // The rest of the chain may be through at once: the loop below goes on by itself.
    if (this.working) return
    this.working = true
    while (!this.over && !this.busy) {
      if (this.waiting.length > 0) this.runNext()
      else if (this.end) this.end()
      else break
    }
    this.working = false
  }

  private runNext(): void {
    this.busy = true
    if (!this.emitter.hasRoom) return this.emitter.whenRoom(() => this.goOn())
    try {
      this.follow(this.parts.rest(this.takeValue(), this.taken++), false)
    } catch (thrown) {
      this.fail(thrown)
    }
  }

  private takeValue(): unknown {
    const value = this.waiting.shift()
    const { resume } = this
    this.resume = undefined
    resume?.()
    return value
  }

  /** Takes what the rest of the chain gave. */
  private follow(result: unknown, settled: boolean): void {
    const kind = kindOf(result)
    if (kind === 'promise' && !settled) this.await(result as PromiseLike<unknown>)
    else if (kind === 'value' || kind === 'promise') {
      this.emit(result)
      this.goOn()
    } else {
      this.stopRest = emitAll(result, kind, this.outlet())
      // Stopped at its first values.
      if (this.over) this.stopRest()
    }
  }

  private await(promise: PromiseLike<unknown>): void {
    this.stopRest = whenSettledOf(
      promise,
      (value) => {
        if (!this.over) this.follow(value, true)
      },
      (thrown) => this.fail(thrown),
    )
  }

  private outlet(): Emitter {
    const { emitter } = this
    return {
      next: (value) => this.emit(value),
      get hasRoom() {
        return emitter.hasRoom
      },
      whenRoom: (resume) => emitter.whenRoom(resume),
      complete: () => this.goOn(),
      error: (thrown) => this.fail(thrown),
    }
  }

  private emit(value: unknown): boolean {
    if (this.over) return false
    if (!this.emitter.next(value)) this.stop()
    return !this.over
  }

  private goOn(): void {
    this.busy = false
    this.work()
  }

  private complete(): void {
    this.over = true
    this.emitter.complete()
  }

  private fail(thrown: unknown): void {
    if (this.over) return
    this.stop()
    this.emitter.error(thrown)
  }
}
