/**
 * What a thread computes, one after the other, in a time that may be virtual.
 * @module
 */
import type { Time } from '../wire/time.js'

interface Computation {
  readonly cost: number
  readonly done: () => void
}

export class Processor {
  /** Milliseconds that it has computed. */
  computed = 0
  private readonly waiting: Computation[] = []
  private current: { readonly of: Computation; readonly since: number; stop(): void } | undefined

  /** @param atRest called when nothing is left to compute. */
  constructor(
    private readonly time: Time,
    private readonly atRest: () => void,
  ) {}

  get isBusy(): boolean {
    return this.current !== undefined
  }

  /** Calls back when it has computed for so long, after all that came before. Returns how to give it up. */
  compute(cost: number, done: () => void): () => void {
    const computation = { cost, done }
    this.waiting.push(computation)
    if (!this.current) this.next()
    return () => this.giveUp(computation)
  }

  private next(): void {
    const computation = this.waiting.shift()
    if (!computation) return
    const stop = this.time.after(computation.cost, () => {
      this.end()
      computation.done()
      if (!this.isBusy) this.next()
      if (!this.isBusy) this.atRest()
    })
    this.current = { of: computation, since: this.time.now(), stop }
  }

  private end(): void {
    this.computed += this.time.now() - this.current!.since
    this.current = undefined
  }

  private giveUp(computation: Computation): void {
    if (this.current?.of !== computation) {
      const at = this.waiting.indexOf(computation)
      if (at !== -1) this.waiting.splice(at, 1)
      return
    }
    this.current.stop()
    this.end()
    this.next()
    if (!this.isBusy) this.atRest()
  }
}
