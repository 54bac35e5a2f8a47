import type { Observable } from 'rxjs'
import { isObservable, Subscriber } from 'rxjs'
import { byteSize } from '../flow/byteSize.js'
import { DemandSignal, offerDemand } from '../flow/demand.js'
import { checkNames, checkNumber } from '../pool/checks.js'

/**
 * Options of {@link toAsyncIterable}.
 *
 * @example
 * ```ts
 * const options: ToAsyncIterableOptions = { size: 2, bytes: Number.POSITIVE_INFINITY }
 * for await (const n of toAsyncIterable(pull([1, 2, 3]), options)) console.log(n) // → 1, 2, 3
 * ```
 */
export interface ToAsyncIterableOptions {
  /** Values that may wait to be taken, at least 1. Default: 1024. */
  readonly size?: number
  /**
   * Bytes of all that wait together, as estimated, at least 1; one value may always wait. Infinity spares the estimate.
   * Default: 16 MiB.
   */
  readonly bytes?: number
}

const caller = 'toAsyncIterable'

/**
 * Makes a stream something to loop over with `for await`, whose pace then reaches the source.
 *
 * ```marble
 * source:    -a-b-c-------d-|
 * toAsyncIterable()
 * next():    n--------n-n-n---n
 * answer:    -a-------b-c-d---|     b and c wait to be taken by a call of next()
 * ```
 *
 * - The source is subscribed at the first `next()`; each loop is a subscription of its own.
 * - It ends, or throws the stream's error, after the values that wait were taken.
 * - Leaving the loop unsubscribes, and drops what waits.
 * - A source that can be paused ({@link pull}, or another of this library's operators, at the far end of any chain of
 *   plain RxJS operators) is read only while fewer than `size` values and less than `bytes` wait. Once paused, it is
 *   read again when at most half of `size` do.
 * - Of any other source the values pile up without bound, as with rxjs-for-await's `eachValueFrom`.
 *
 * Takes the source, or stands last in what RxJS's function `pipe` composes. The types of RxJS 7 let nothing but
 * operators into the method `pipe` of an Observable.
 *
 * The idea is that of rxjs-for-await, with a demand.
 *
 * @throws ParallelError `INVALID_ARGUMENT` for a bad option. The loop throws the source's error.
 * @see `buffer` of {@link parallelMap}, which bounds what waits for threads where the source can't be paused.
 *
 * @example
 * ```ts
 * for await (const n of toAsyncIterable(of(1, 2, 3))) console.log(n) // → 1, 2, 3
 *
 * const squares = pipe(parallelMap(pool.tasks.square), toAsyncIterable({ size: 100 }))
 * for await (const n of squares(pull([1, 2, 3]))) console.log(n) // → 1, 4, 9
 * ```
 */
export function toAsyncIterable<T>(source: Observable<T>, options?: ToAsyncIterableOptions): AsyncIterable<T>
export function toAsyncIterable(
  options?: ToAsyncIterableOptions,
): <T>(source: Observable<T>) => AsyncIterable<T>
export function toAsyncIterable(
  first: Observable<unknown> | ToAsyncIterableOptions = {},
  second: ToAsyncIterableOptions = {},
): AsyncIterable<unknown> | (<T>(source: Observable<T>) => AsyncIterable<T>) {
  if (isObservable(first)) return toAsyncIterable(second)(first)
  checkNames(caller, first, ['size', 'bytes'])
  const { size = 1024, bytes = 16 * 2 ** 20 } = first
  checkNumber(caller, 'size', size, 1)
  checkNumber(caller, 'bytes', bytes, 1)
  return (source) => ({ [Symbol.asyncIterator]: () => new Iteration(source, size, bytes) })
}

/** A call of `next()` that isn't answered yet. */
interface Asker<T> {
  resolve(result: IteratorResult<T>): void
  reject(error: unknown): void
}

/** One loop over the source. */
class Iteration<T> implements AsyncIterator<T> {
  private readonly demand: DemandSignal
  /** What waits is `row[at]` and all after it; nobody asks while anything does. */
  private row: { readonly value: T; readonly size: number }[] = []
  private at = 0
  private bytes = 0
  private readonly askers: Asker<T>[] = []
  private input: Subscriber<T> | undefined
  private ended = false
  private failure: { readonly error: unknown } | undefined

  constructor(
    private readonly source: Observable<T>,
    private readonly size: number,
    private readonly bytesMost: number,
  ) {
    this.demand = new DemandSignal(
      () => this.waiting < size && this.bytes < bytesMost,
      undefined,
      // How many values make so many bytes can't be told before they are here.
      bytesMost === Number.POSITIVE_INFINITY ? () => size - this.waiting : undefined,
    )
  }

  next(): Promise<IteratorResult<T>> {
    if (this.waiting > 0) return Promise.resolve({ done: false, value: this.take() })
    const { failure } = this
    this.failure = undefined
    if (failure) return Promise.reject(failure.error)
    if (this.ended) return Promise.resolve({ done: true, value: undefined })
    const answer = new Promise<IteratorResult<T>>((resolve, reject) => {
      this.askers.push({ resolve, reject })
    })
    // Not before: who asks while the source is being subscribed comes second.
    if (!this.input) this.subscribe()
    return answer
  }

  async return(value?: unknown): Promise<IteratorResult<T>> {
    this.stop()
    return { done: true, value: await value }
  }

  async throw(error?: unknown): Promise<IteratorResult<T>> {
    this.stop()
    throw error
  }

  private get waiting(): number {
    return this.row.length - this.at
  }

  private subscribe(): void {
    const input = new Subscriber<T>({
      next: (value) => this.push(value),
      error: (error: unknown) => this.end({ error }),
      complete: () => this.end(),
    })
    // Before the source is subscribed: whoever stops the iteration meanwhile must find it.
    this.input = input
    offerDemand(this.demand, () => this.source.subscribe(input))
  }

  private push(value: T): void {
    this.demand.received++
    const asker = this.askers.shift()
    if (asker) return asker.resolve({ done: false, value })
    const size = this.sizeOf(value)
    this.row.push({ value, size })
    this.bytes += size
  }

  private take(): T {
    const { value, size } = this.row[this.at]!
    this.bytes -= size
    // Not by shift(), which moves all that follow.
    this.row[this.at++] = undefined as never
    if (this.at >= 64 && this.at >= this.waiting) this.keepFrom(this.at)
    // Not for each value: waking the source takes longer than taking one.
    if (this.waiting * 2 <= this.size) this.demand.update()
    return value
  }

  private keepFrom(first: number): void {
    this.row = this.row.slice(first)
    this.at = 0
  }

  private sizeOf(value: T): number {
    return this.bytesMost === Number.POSITIVE_INFINITY ? 0 : byteSize(value)
  }

  /** No more values come: what waits may still be taken. */
  private end(failure?: { readonly error: unknown }): void {
    this.ended = true
    const first = failure && this.askers.shift()
    if (first) first.reject(failure.error)
    else this.failure = failure
    for (const { resolve } of this.askers.splice(0)) resolve({ done: true, value: undefined })
  }

  /** Nobody wants more. */
  private stop(): void {
    this.keepFrom(this.row.length)
    this.bytes = 0
    this.end()
    this.input?.unsubscribe()
  }
}
