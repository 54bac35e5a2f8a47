/**
 * The stream that a stage reads. What has come in waits here, and what has been taken is reported, so that the main
 * side sends more.
 * @module
 */
import type { Values } from '../wire/messages.js'
import type { Time } from '../wire/time.js'

interface Reader {
  next(value: unknown): void
  complete(): void
}

/** Tells the main side how much has been taken at least this often, in milliseconds, while there is more to take. */
const reportInterval = 1

export class StageInput {
  private queue: unknown[] = []
  private at = 0
  private ended = false
  private closed = false
  private reader: Reader | undefined
  /** Who has asked for values that haven't come, in the order of asking. */
  private readonly waiting: ((result: IteratorResult<unknown>) => void)[] = []
  private taken = 0
  private since = 0

  /** @param report called with how many values were taken, and in how many milliseconds. */
  constructor(
    private readonly report: (count: number, busy: number) => void,
    private readonly time: Time,
  ) {}

  push(values: Values): void {
    if (this.closed) return
    if (this.isEmpty) this.since = this.time.now()
    if (this.at > 0) this.queue.splice(0, this.at)
    this.at = 0
    // Not by spreading: a long batch would be too many arguments.
    const plain = Array.isArray(values) ? values : Array.from(values)
    this.queue = this.queue.length === 0 ? plain : this.queue.concat(plain)
    this.drain()
  }

  end(): void {
    this.ended = true
    this.drain()
  }

  /** Nothing more is wanted, or nothing more will come: a loop that waits ends. */
  close(): void {
    this.closed = true
    this.queue = []
    this.at = 0
    this.reader = undefined
    this.finishIteration()
  }

  /** Reads by subscription: values are handed over as they come. */
  subscribe(reader: Reader): () => void {
    this.claim()
    this.reader = reader
    this.drain()
    return () => {
      if (this.reader === reader) this.reader = undefined
    }
  }

  /** Reads by looping: a value is taken when it is asked for. */
  iterate(): AsyncIterator<unknown> & AsyncIterable<unknown> {
    this.claim()
    return {
      next: () => this.take(),
      return: async (value) => {
        this.close()
        return { done: true, value }
      },
      [Symbol.asyncIterator]() {
        return this
      },
    }
  }

  private claimed = false

  private claim(): void {
    if (this.claimed)
      throw new Error('a stage can read its source once; use share() to read it in several places')
    this.claimed = true
  }

  private get isEmpty(): boolean {
    return this.at === this.queue.length
  }

  private async take(): Promise<IteratorResult<unknown>> {
    // Asking for the next value says that the one before has been dealt with.
    this.reportTaken()
    if (!this.isEmpty) return { done: false, value: this.shift() }
    if (this.ended || this.closed) return { done: true, value: undefined }
    return new Promise((resolve) => {
      this.waiting.push(resolve)
    })
  }

  private drain(): void {
    while (this.waiting.length > 0 && !this.isEmpty)
      this.waiting.shift()!({ done: false, value: this.shift() })
    while (this.reader && !this.isEmpty) {
      this.reader.next(this.shift())
      this.reportTaken()
    }
    if (!this.ended || !this.isEmpty) return
    this.finishIteration()
    this.reader?.complete()
    this.reader = undefined
  }

  private finishIteration(): void {
    for (const resolve of this.waiting.splice(0)) resolve({ done: true, value: undefined })
  }

  private shift(): unknown {
    this.taken++
    const value = this.queue[this.at]
    this.queue[this.at++] = undefined
    return value
  }

  /** A report when all is taken, or when some time has gone by: not one a value. */
  private reportTaken(): void {
    if (this.taken === 0) return
    const now = this.time.now()
    if (!this.isEmpty && now - this.since < reportInterval) return
    this.report(this.taken, now - this.since)
    this.taken = 0
    this.since = now
  }
}
