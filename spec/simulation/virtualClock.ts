/**
 * Time that passes only when nothing is left to do in it: for millions of events, without RxJS or Promises.
 * @module
 */
import type { Time } from '../../lib/wire/time.js'

interface Timer {
  readonly at: number
  /** Of timers for one moment the first that was set comes first. */
  readonly order: number
  /** Undefined once it is given up. */
  run: (() => void) | undefined
}

export class VirtualClock implements Time {
  private moment = 0
  private set = 0
  /** A binary heap: the next timer is the first, and none comes before its parent. */
  private readonly timers: Timer[] = []
  private readonly ready = new Queue()
  private readonly turnEnd = new Queue()

  now(): number {
    return this.moment
  }

  after(delay: number, run: () => void): () => void {
    if (!(delay >= 0)) throw new RangeError(`after: expected milliseconds of at least 0, got ${delay}`)
    return this.at(this.moment + delay, run)
  }

  /** Calls back at that moment, or, where it has passed, as soon as what was set for now has run. */
  at(moment: number, run: () => void): () => void {
    const timer: Timer = { at: Math.max(moment, this.moment), order: this.set++, run }
    this.insert(timer)
    return () => {
      timer.run = undefined
    }
  }

  soon(run: () => void): void {
    this.ready.push(run)
  }

  endOfTurn(run: () => void): void {
    this.turnEnd.push(run)
  }

  /** Goes on to the next thing that happens. Returns false when there is none. */
  step(): boolean {
    const next = this.ready.shift() ?? this.turnEnd.shift()
    if (next) {
      next()
      return true
    }
    for (let timer = this.removeFirst(); timer; timer = this.removeFirst()) {
      const { run } = timer
      if (!run) continue
      this.moment = timer.at
      run()
      return true
    }
    return false
  }

  /** Lets all happen that will. */
  run(): void {
    while (this.step());
  }

  private insert(timer: Timer): void {
    const { timers } = this
    let place = timers.length
    while (place > 0) {
      const parent = (place - 1) >> 1
      if (isBefore(timers[parent]!, timer)) break
      timers[place] = timers[parent]!
      place = parent
    }
    timers[place] = timer
  }

  private removeFirst(): Timer | undefined {
    const { timers } = this
    const [first] = timers
    const last = timers.pop()
    if (timers.length > 0) this.sink(last!)
    return first
  }

  /** Puts it in the place of the first. */
  private sink(timer: Timer): void {
    const { timers } = this
    let place = 0
    for (;;) {
      let child = 2 * place + 1
      if (child >= timers.length) break
      if (child + 1 < timers.length && isBefore(timers[child + 1]!, timers[child]!)) child++
      if (isBefore(timer, timers[child]!)) break
      timers[place] = timers[child]!
      place = child
    }
    timers[place] = timer
  }
}

function isBefore(one: Timer, other: Timer): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order)
}

/** What `Array.shift` does slowly where there is much. */
class Queue {
  private items: (() => void)[] = []
  private first = 0

  push(run: () => void): void {
    this.items.push(run)
  }

  shift(): (() => void) | undefined {
    if (this.first === this.items.length) {
      if (this.first > 0) {
        this.items = []
        this.first = 0
      }
      return undefined
    }
    return this.items[this.first++]
  }
}
