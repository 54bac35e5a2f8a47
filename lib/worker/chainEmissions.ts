/**
 * What a chain of tasks emits where one of them, before the last, emits many: the rest of the chain runs for each.
 * @module
 */
import type { Emitter, ResultKind, Stop } from './emission.js'
import { emitAll, kindOf } from './emission.js'

/** So many values of the task that emits many are kept ahead. */
const window = 16

export type Many = Exclude<ResultKind, 'value' | 'promise'>

/** One at a time, in order; read only as fast as it is asked. */
export class ChainEmissions implements AsyncIterableIterator<unknown> {
  private readonly waiting: unknown[] = []
  private readonly stopSource: Stop
  private ended = false
  private failure: { readonly thrown: unknown } | undefined
  private wake: (() => void) | undefined
  private resume: (() => void) | undefined
  /** What the rest of the chain emits for the last value. */
  private inner: ChainEmissions | undefined
  /** What runs of the rest of the chain, until it has ended. */
  private running: Promise<unknown> | undefined
  private taken = 0

  constructor(
    source: unknown,
    kind: Many,
    /** Runs the rest of the chain; the second argument is how many values there were before. */
    private readonly rest: (value: unknown, index: number) => unknown,
    private readonly explain: (thrown: unknown) => unknown,
  ) {
    this.stopSource = emitAll(source, kind, this.emitter())
    if (this.ended) this.stopSource()
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<unknown>> {
    try {
      for (;;) {
        const inner = await this.inner?.next()
        if (inner && !inner.done) return inner
        this.inner = undefined
        if (!(await this.hasValue())) return { done: true, value: undefined }
        const rest = Promise.resolve(this.rest(this.takeValue(), this.taken++))
        this.running = rest.catch(() => {})
        const value = await rest
        const kind = kindOf(value)
        if (kind === 'value' || kind === 'promise') return { done: false, value }
        this.inner = new ChainEmissions(value, kind, (each) => each, this.explainNothing)
      }
    } catch (thrown) {
      void this.return()
      throw thrown
    }
  }

  /** Resolves when nothing of it goes on any more. */
  async return(): Promise<IteratorResult<unknown>> {
    this.ended = true
    this.waiting.length = 0
    this.wake?.()
    await Promise.all([this.stopSource(), this.inner?.return(), this.running])
    return { done: true, value: undefined }
  }

  /** What the last task throws is explained by whoever called the chain. */
  private readonly explainNothing = (thrown: unknown): unknown => thrown

  private emitter(): Emitter {
    const { waiting } = this
    const end = (failure?: { thrown: unknown }) => {
      this.ended = true
      this.failure ??= failure
      this.wake?.()
    }
    return {
      next: (value) => {
        if (this.ended) return false
        waiting.push(value)
        this.wake?.()
        return true
      },
      get hasRoom() {
        return waiting.length < window
      },
      whenRoom: (resume) => {
        this.resume = resume
      },
      complete: () => end(),
      error: (thrown) => end({ thrown: this.explain(thrown) }),
    }
  }

  /** Resolves when there is a value, or none any more. */
  private async hasValue(): Promise<boolean> {
    while (this.waiting.length === 0) {
      if (this.failure) throw this.failure.thrown
      if (this.ended) return false
      await new Promise<void>((wake) => {
        this.wake = wake
      })
    }
    return true
  }

  private takeValue(): unknown {
    const value = this.waiting.shift()
    const { resume } = this
    this.resume = undefined
    resume?.()
    return value
  }
}
