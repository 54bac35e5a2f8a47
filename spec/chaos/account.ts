import { isParallelError, WorkerCrashError } from 'rxjs-parallel'
import type { FaultPlan } from './faultPlan.js'
import { numberOf, readResult } from './items.js'
import type { Pipeline } from './shapes/shape.js'

/** How a subscription ended. */
export type End =
  | { readonly how: 'completed' }
  | { readonly how: 'failed'; readonly error: unknown }
  /** Unsubscribed. */
  | { readonly how: 'left' }

/** What has become of the items of a subscription. */
export interface Outcomes {
  readonly succeeded: number
  readonly failed: number
  /** Neither: nobody wanted them any more when the stream ended. */
  readonly cancelled: readonly number[]
  /** Healthy items, or streams, that a thread's death took along. */
  readonly bystanders: number
}

/** Stands for a failed item. */
export class Replacement {
  constructor(readonly n: number) {}
}

/** The books of one subscription: every item ends once, in its order, as it has to. */
export class Account {
  readonly complaints: string[] = []
  private readonly place: ReadonlyMap<number, number>
  /** By copy and place: results that have come. */
  private readonly seen: Uint16Array
  private readonly errors = new Map<number, unknown>()
  private readonly replaced = new Set<number>()
  private readonly sequences = new Map<unknown, Sequence>()
  private readonly struckBefore: readonly number[]
  private bystanders = 0
  private end: End | undefined

  constructor(
    private readonly numbers: readonly number[],
    private readonly pipeline: Pipeline,
    private readonly plan: FaultPlan,
    /** Whether this error may come, because of what was done to the pool from outside. */
    private readonly wasBroughtAbout: (error: unknown) => boolean,
  ) {
    this.place = new Map(numbers.map((n, at) => [n, at]))
    this.seen = new Uint16Array(numbers.length * pipeline.copies)
    this.struckBefore = numbers.map((n) => plan.timesStruck(n))
  }

  /** A value has come out. */
  value(value: unknown, copy: number): void {
    if (this.end) return this.complain(`a value came after the end: ${show(value)}`)
    if (value instanceof Replacement) return this.replacement(value.n)
    const { n, i } = readResult(value)
    const at = this.place.get(n)
    if (at === undefined) return this.complain(`a result of no item of this stream: ${show(value)}`)
    if (this.replaced.has(n)) return this.complain(`item ${n} has a result after what replaces it`)
    const index = copy * this.numbers.length + at
    if (this.seen[index] !== i)
      this.complain(`result ${i} of item ${n} came when ${this.seen[index]} of them had come before`)
    if (i >= this.mostOf(n)) this.complain(`item ${n} has result ${i}, and is to have ${this.mostOf(n)}`)
    this.seen[index]!++
    this.checkOrder(n, copy)
  }

  /** An item has failed by itself. */
  failed(n: number, error: unknown): void {
    if (this.end) return this.complain(`item ${n} failed after the end: ${show(error)}`)
    if (!this.place.has(n)) return this.complain(`no item of this stream failed: ${n}`)
    if (this.errors.has(n)) return this.complain(`item ${n} failed twice: ${show(error)}`)
    this.errors.set(n, error)
    this.judge(n, error)
  }

  /** The stream has ended, or was left. */
  close(end: End): void {
    if (this.end) return this.complain(`a second end: ${end.how}`)
    this.end = end
    if (end.how === 'completed' && !this.pipeline.mayDrop)
      for (const n of this.numbers)
        if (!this.isDone(n)) this.complain(`the stream completed, and item ${n} has no outcome`)
    if (end.how !== 'failed') return
    const undone = this.numbers.filter((n) => !this.isDone(n))
    const errors = end.error instanceof AggregateError ? end.error.errors : [end.error]
    for (const error of errors) this.blame(error, undone)
  }

  get outcomes(): Outcomes {
    const cancelled = this.numbers.filter((n) => !this.isDone(n))
    const failed = this.errors.size
    return {
      succeeded: this.numbers.length - failed - cancelled.length,
      failed,
      cancelled,
      bystanders: this.bystanders,
    }
  }

  private replacement(n: number): void {
    if (this.replaced.has(n)) this.complain(`item ${n} was replaced twice`)
    if (!this.errors.has(n)) this.complain(`item ${n} was replaced, and had not failed`)
    this.replaced.add(n)
    this.checkOrder(n, 0)
  }

  /** Results that an item may have. */
  private mostOf(n: number): number {
    const { countOf, countBefore } = this.pipeline
    const fault = this.plan.of(n)
    return fault && !fault.mayPass ? countBefore(n) : countOf(n)
  }

  /** With its results, or failed. */
  private isDone(n: number): boolean {
    if (this.errors.has(n)) return true
    const fault = this.plan.of(n)
    if (fault && !fault.mayPass) return false
    for (let copy = 0; copy < this.pipeline.copies; copy++) if (!this.isOut(n, copy)) return false
    return true
  }

  private isOut(n: number, copy: number): boolean {
    return this.seen[copy * this.numbers.length + this.place.get(n)!] === this.pipeline.countOf(n)
  }

  private checkOrder(n: number, copy: number): void {
    const { order, mayDrop } = this.pipeline
    if (order === 'none') return
    const key = order === 'all' ? copy : order(n)
    let sequence = this.sequences.get(key)
    if (!sequence)
      this.sequences.set(
        key,
        (sequence = new Sequence(
          order === 'all' ? this.numbers : this.numbers.filter((m) => order(m) === key),
        )),
      )
    const missing = sequence.reach(n, (m) => mayDrop || this.errors.has(m) || this.isOut(m, copy))
    if (missing !== undefined) this.complain(`item ${n} came out before item ${missing}`)
  }

  /** Whether the item's error is the right one. */
  private judge(n: number, error: unknown): void {
    const { retries, hasTimeout } = this.pipeline
    if (retries && isParallelError(error, 'NOT_RETRIED')) return this.judge(n, error.cause)
    if (this.plan.of(n)?.explains(error, n)) return
    if (error instanceof WorkerCrashError || (hasTimeout && isParallelError(error, 'TASK_TIMEOUT')))
      this.bystanders++
    else if (!this.wasBroughtAbout(error))
      this.complain(`item ${n} (${this.plan.of(n)?.name ?? 'healthy'}) failed by ${show(error)}`)
  }

  /** Finds the items that the stream's error stands for, among those that had no outcome before. */
  private blame(error: unknown, undone: readonly number[]): void {
    if (this.wasBroughtAbout(error)) return
    const named = this.pipeline.names ? nameIn(error) : undefined
    if (named !== undefined) return this.blameOne(named, error)
    const reason = isParallelError(error, 'NOT_RETRIED') ? error.cause : error
    const guilty = undone.filter((n) => this.hasStruck(n) && this.plan.of(n)!.explains(reason, n))
    for (const n of guilty) this.errors.set(n, error)
    if (guilty.length > 0) return
    if (reason instanceof WorkerCrashError) this.bystanders++
    else this.complain(`nothing explains the stream's error: ${show(error)}`)
  }

  /** Since it was subscribed. */
  private hasStruck(n: number): boolean {
    return this.plan.timesStruck(n) > this.struckBefore[this.place.get(n)!]!
  }

  private blameOne(n: number, error: unknown): void {
    const at = this.place.get(n)
    if (at === undefined)
      return this.complain(`the stream failed by an item that it never had: ${show(error)}`)
    const { order, keepsBefore, mayDrop } = this.pipeline
    this.judge(n, error)
    const fault = this.plan.of(n)
    if (order === 'all' && !mayDrop && fault && keepsBefore(fault)) {
      const missing = this.numbers.slice(0, at).find((m) => !this.isDone(m))
      if (missing !== undefined)
        this.complain(`the stream failed at item ${n}, and item ${missing} before it has no outcome`)
    }
    this.errors.set(n, error)
  }

  private complain(what: string): void {
    // The first tells most; of thousands nobody reads the rest.
    if (this.complaints.length < 5) this.complaints.push(what)
  }
}

/** Items that have to come out one after the other. */
class Sequence {
  private at = 0

  constructor(private readonly numbers: readonly number[]) {}

  /** The item comes out: the first before it that hasn't ended, if there is one. */
  reach(n: number, hasEnded: (n: number) => boolean): number | undefined {
    const { numbers } = this
    while (numbers[this.at] !== n) {
      const before = numbers[this.at]
      if (before === undefined) return n
      if (!hasEnded(before)) return before
      this.at++
    }
    return undefined
  }
}

/** Which item an error is of, if it says so. */
function nameIn(error: unknown): number | undefined {
  if (isParallelError(error, 'NOT_RETRIED')) return nameIn(error.cause)
  const { value } = Object(error) as { value?: unknown }
  if (isParallelError(error) && value !== undefined) return numberOf(value)
  const text = error instanceof RangeError ? error.message : error
  const match = typeof text === 'string' ? /^item (\d+)$/.exec(text) : undefined
  return match ? Number(match[1]) : undefined
}

export function show(value: unknown): string {
  if (!(value instanceof Error)) return JSON.stringify(value) ?? String(value)
  const { name, message, cause } = value
  return `${name}: ${message}${cause === undefined ? '' : ` (cause: ${show(cause)})`}`
}
