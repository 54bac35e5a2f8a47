import type { Subscriber } from 'rxjs'
import { Observable } from 'rxjs'
import type { Demand } from '../flow/demand.js'
import { offerDemand, offeredDemand } from '../flow/demand.js'
import { badArgument } from '../pool/checks.js'
import { describe } from '../wire/describe.js'

/** What {@link pull} reads: anything that can be asked for one value at a time. Node's Readable is an AsyncIterable. */
export type PullSource<T> = Iterable<T> | AsyncIterable<T> | ReadableStream<T>

/**
 * Reads a source only as fast as the operators below it want.
 *
 * Like `from`, but with backpressure: while `parallelMap`, `fanOut` or another of this library's operators subscribes,
 * it offers its demand, and a `pull` at the far end of any chain of plain RxJS operators picks that up. It then reads
 * only while there is room. Without such an operator below it reads as fast as it can, as `from` does.
 *
 * ```
 * source:        a b c d e f …      (read when there is room below)
 * pull(source)
 *                a-b---c-d---e-f-…
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
 * pull([1, 2, 3]).pipe(parallelMap(pool.tasks.square)).subscribe(console.log)   // 1, 4, 9
 * pull(createReadStream('log.txt')).pipe(parallelMap(pool.tasks.parse))         // the file is paused while threads are busy
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
    const demand = offeredDemand()
    const iterator = source[Symbol.iterator]()
    let ended = false
    subscriber.add(() => {
      if (!ended) iterator.return?.()
    })
    const read = () => {
      // What is subscribed while a value is emitted is above the same operators, and so may pick up their demand.
      offerDemand(demand, () => {
        ended = readWhileWanted(iterator, subscriber, demand)
      })
    }
    readWhenOpen(subscriber, demand, read)
  })
}

/** Emits until the source ends (then true) or nothing more is wanted now. */
function readWhileWanted<T>(
  iterator: Iterator<T>,
  subscriber: Subscriber<T>,
  demand: Demand | undefined,
): boolean {
  while (!subscriber.closed && (demand === undefined || demand.open)) {
    let result: IteratorResult<T>
    try {
      result = iterator.next()
    } catch (thrown) {
      subscriber.error(thrown)
      return true
    }
    if (result.done) {
      subscriber.complete()
      return true
    }
    subscriber.next(result.value)
  }
  return false
}

/** Reads now, and again each time that there is room. A reading that brings about room is not begun twice. */
function readWhenOpen(subscriber: Subscriber<unknown>, demand: Demand | undefined, read: () => void): void {
  let reading = false
  const once = () => {
    if (reading || subscriber.closed) return
    reading = true
    try {
      read()
    } finally {
      reading = false
    }
  }
  if (demand) subscriber.add(demand.onOpen(once))
  once()
}

function fromAsync<T>(open: () => AsyncIterator<T>): Observable<T> {
  return new Observable((subscriber) => {
    const demand = offeredDemand()
    const iterator = open()
    let ended = false
    let wake: (() => void) | undefined
    subscriber.add(() => {
      wake?.()
      // A Readable that is destroyed, a generator that throws while it is ended: nobody is left to tell.
      if (!ended) void Promise.resolve(iterator.return?.()).catch(() => {})
    })
    if (demand) subscriber.add(demand.onOpen(() => wake?.()))
    const read = async () => {
      while (!subscriber.closed) {
        if (demand && !demand.open) {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
          wake = undefined
          continue
        }
        const result = await iterator.next()
        if (subscriber.closed) return
        ended = result.done === true
        offerDemand(demand, () => (result.done ? subscriber.complete() : subscriber.next(result.value)))
      }
    }
    read().catch((thrown) => {
      ended = true
      offerDemand(demand, () => subscriber.error(thrown))
    })
  })
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
