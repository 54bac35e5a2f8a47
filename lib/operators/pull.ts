import type { Subscriber } from 'rxjs'
import { Observable } from 'rxjs'
import { offerDemand, offeredDemand, Reader } from '../flow/demand.js'
import { badArgument } from '../pool/checks.js'
import { describe } from '../wire/describe.js'

/**
 * What {@link pull} reads: anything that can be asked for one value at a time. Node's Readable is an AsyncIterable.
 *
 * @example
 * ```ts
 * async function* later() {
 *   yield 4
 * }
 * const sources: PullSource<number>[] = [[1, 2], new Set([3]), later()]
 * concat(...sources.map((source) => pull(source))).subscribe(console.log) // → 1, 2, 3, 4
 * ```
 */
export type PullSource<T> = Iterable<T> | AsyncIterable<T> | ReadableStream<T>

/**
 * Reads a source only as fast as the operators below it want.
 *
 * Like `from`, but with backpressure: while `parallelMap`, `fanOut` or another of this library's operators subscribes,
 * it offers its demand, and a `pull` at the far end of any chain of plain RxJS operators picks that up. It then reads
 * only while there is room: for what keeps the threads busy, and for about 16 MiB of values, or of the results that
 * are to come of them, as estimated. Without such an operator below it reads as fast as it can, as `from` does.
 *
 * ```marble
 * pull(source)
 *                a-b---c-d---e-f-…      read when there is room below
 * ```
 *
 * The demand is picked up while subscribing, which is synchronous: operators that subscribe later (`subscribeOn`,
 * `delayWhen` on a subscription) hide it, and so does `share` for all but its first subscriber.
 *
 * @param source an Iterable, an AsyncIterable, a Node Readable or a web ReadableStream. Unsubscribing ends its
 *   iterator: a generator runs its `finally`, a Readable is destroyed, a ReadableStream is cancelled.
 * @throws ParallelError `INVALID_ARGUMENT` when `source` is none of these.
 *
 * @example
 * ```ts
 * function* naturals() {
 *   for (let n = 1; ; n++) yield n // without end: what isn't wanted is never made
 * }
 * pull(naturals()).pipe(parallelMap(pool.tasks.square), take(3)).subscribe(console.log) // → 1, 4, 9
 * ```
 */
export function pull<T>(source: PullSource<T>): Observable<T> {
  const it = Object(source) as {
    [Symbol.iterator]?: unknown
    [Symbol.asyncIterator]?: unknown
    getReader?: unknown
  }
  if (typeof it[Symbol.asyncIterator] === 'function')
    return fromAsync(() => (source as AsyncIterable<T>)[Symbol.asyncIterator]())
  if (typeof it.getReader === 'function') return fromAsync(() => readStream(source as ReadableStream<T>))
  if (typeof it[Symbol.iterator] === 'function') return fromSync(source as Iterable<T>)
  throw badArgument(
    'pull',
    `expected an Iterable, an AsyncIterable, a Node Readable or a ReadableStream, got ${describe(source)}`,
  )
}

function fromSync<T>(source: Iterable<T>): Observable<T> {
  return new Observable((subscriber) => {
    const reading = new SyncReading(source[Symbol.iterator](), subscriber)
    subscriber.add(() => reading.stop())
    reading.start()
  })
}

/** So many values in a row may be emitted of which none arrives: operators in between filter them, or gather them. */
const longestRun = 1024

class SyncReading<T> {
  private readonly reader = new Reader(offeredDemand(), () => this.read())
  private ended = false
  private reading = false

  constructor(
    private readonly iterator: Iterator<T>,
    private readonly subscriber: Subscriber<T>,
  ) {}

  start(): void {
    const { demand } = this.reader
    if (demand) this.subscriber.add(demand.onOpen(() => this.read()))
    this.read()
  }

  stop(): void {
    this.reader.end()
    if (!this.ended) this.iterator.return?.()
    this.ended = true
  }

  /** Reads while there is room. A reading that brings about room is not begun twice. */
  private read(): void {
    if (this.reading || this.ended) return
    this.reading = true
    try {
      // What is subscribed while a value is emitted is above the same operators, and so may pick up their demand.
      offerDemand(this.reader.demand, () => this.readWhileWanted(), this.reader)
    } finally {
      this.reading = false
    }
  }

  private readWhileWanted(): void {
    const { reader, subscriber } = this
    let run = 0
    while (!subscriber.closed && reader.mayRead) {
      const { limit } = reader
      do {
        const received = reader.demand?.received
        if (!this.readOne()) return
        if (reader.demand === undefined || reader.demand.received !== received) run = 0
        else if (++run >= longestRun) return this.readLater()
      } while (reader.mayGoOn(limit) && !subscriber.closed)
    }
  }

  /** Nothing arrives: what is to bring it about may need its turn of the event loop. */
  private readLater(): void {
    const timer = setTimeout(() => this.read())
    this.subscriber.add(() => clearTimeout(timer))
  }

  private readOne(): boolean {
    const { subscriber, reader } = this
    let result: IteratorResult<T>
    try {
      result = this.iterator.next()
    } catch (thrown) {
      this.finish(() => subscriber.error(thrown))
      return false
    }
    if (result.done) this.finish(() => subscriber.complete())
    else reader.emit(subscriber, result.value)
    return !result.done
  }

  private finish(tell: () => void): void {
    this.ended = true
    this.reader.end()
    tell()
  }
}

function fromAsync<T>(open: () => AsyncIterator<T>): Observable<T> {
  return new Observable((subscriber) => {
    const reading = new AsyncReading(open(), subscriber)
    subscriber.add(() => reading.stop())
    reading.start()
  })
}

class AsyncReading<T> {
  private readonly reader = new Reader(offeredDemand(), () => this.wake?.())
  private ended = false
  private wake: (() => void) | undefined

  constructor(
    private readonly iterator: AsyncIterator<T>,
    private readonly subscriber: Subscriber<T>,
  ) {}

  start(): void {
    const { demand } = this.reader
    if (demand) this.subscriber.add(demand.onOpen(() => this.wake?.()))
    this.read().catch((thrown) => this.finish(() => this.subscriber.error(thrown)))
  }

  stop(): void {
    this.reader.end()
    this.wake?.()
    // A Readable that is destroyed, a generator that throws while it is ended: nobody is left to tell.
    if (!this.ended) Promise.resolve(this.iterator.return?.()).catch(() => {})
    this.ended = true
  }

  private async read(): Promise<void> {
    const { reader, subscriber, iterator } = this
    while (!this.ended) {
      if (!reader.mayRead) {
        await new Promise<void>((resolve) => {
          this.wake = resolve
        })
        continue
      }
      const result = await iterator.next()
      if (this.ended) return
      if (result.done) this.finish(() => subscriber.complete())
      else offerDemand(reader.demand, () => reader.emit(subscriber, result.value), reader)
    }
  }

  private finish(tell: () => void): void {
    this.ended = true
    this.reader.end()
    offerDemand(this.reader.demand, tell, this.reader)
  }
}

/** Not every browser can loop over a ReadableStream. */
function readStream<T>(stream: ReadableStream<T>): AsyncIterator<T> {
  const reader = stream.getReader()
  return {
    next: async () => {
      const { done, value } = await reader.read()
      if (!done) return { done, value }
      reader.releaseLock()
      return { done, value: undefined }
    },
    return: async () => {
      await reader.cancel()
      reader.releaseLock()
      return { done: true, value: undefined }
    },
  }
}
