import type { ObservableInput, OperatorFunction } from 'rxjs'
import { from, isObservable, Observable, Subscriber } from 'rxjs'
import { offerDemand, offeredDemand } from '../flow/demand.js'
import type { MergeOrder } from '../flow/merge.js'
import { Merge } from '../flow/merge.js'
import { checkNames, checkWord } from '../pool/checks.js'
import { pull } from './pull.js'

/**
 * Options of {@link fanIn}.
 *
 * @example
 * ```ts
 * const options: FanInOptions<number> = { errors: 'last' }
 * const failing$ = throwError(() => new Error('gone'))
 * of(failing$, of(1, 2))
 *   .pipe(fanIn(options))
 *   .subscribe({ next: console.log, error: ({ message }) => console.log(message) })
 * // → 1, 2, gone
 * ```
 */
export interface FanInOptions<T> {
  /**
   * `'arrival'`: values come as they do in the streams. `'roundRobin'`: one of each stream in turn. A compare function,
   * as for `Array.sort`: streams that are sorted by it become one sorted stream. Default: `'arrival'`.
   */
  readonly order?: MergeOrder<T>
  /**
   * `'first'`: the first error ends all at once. `'last'`: the other streams go on to their ends, and then the error
   * comes; several become one AggregateError. Default: `'first'`.
   */
  readonly errors?: 'first' | 'last'
}

/**
 * Brings streams together into one: the branches of {@link fanOut}, or any others. Completes when the source and all
 * its streams have completed.
 *
 * ```marble
 * branch 0:  -a-c-------|
 * branch 1:  ------b---d-----|
 * fanIn()
 *            -a-c--b---d-----|
 * fanIn({ order: 'roundRobin' })
 *            -a----(bc)d-----|     c waits for the turn of branch 0
 * ```
 *
 * Its demand (see {@link pull}) reaches every stream. With an order, what waits for other streams is bounded, too: a
 * stream that is far ahead is paused. With a compare function nothing is emitted before the source has completed and
 * each stream has shown its first value; `fanOut` completes as soon as it has emitted its branches.
 *
 * @throws ParallelError `INVALID_ARGUMENT` for a bad option. Emits the errors of the source and of its streams, and
 *   what a compare function throws.
 *
 * @example
 * ```ts
 * const sorted$ = of([1, 4, 9], [2, 3, 10]).pipe(fanIn({ order: (a, b) => a - b }))
 * sorted$.subscribe(console.log) // → 1, 2, 3, 4, 9, 10
 *
 * const inTurn$ = of([1, 4, 9], [2, 3, 10]).pipe(fanIn({ order: 'roundRobin' }))
 * inTurn$.subscribe(console.log) // → 1, 2, 4, 3, 9, 10
 * ```
 */
export function fanIn<T>(options: FanInOptions<T> = {}): OperatorFunction<ObservableInput<T>, T> {
  checkNames('fanIn', options, ['order', 'errors'])
  const { order = 'arrival', errors = 'first' } = options
  if (typeof order !== 'function')
    checkWord('fanIn', 'order (or a compare function)', order, ['arrival', 'roundRobin'])
  checkWord('fanIn', 'errors', errors, ['first', 'last'])
  return (source) =>
    new Observable((subscriber) => {
      const merge = new Merge<T>(subscriber, offeredDemand(), order, errors === 'first')
      const outer = new Subscriber<ObservableInput<T>>({
        next: (input) => join(merge, input, subscriber),
        error: (error: unknown) => {
          merge.fail(error)
          merge.seal()
        },
        complete: () => merge.seal(),
      })
      subscriber.add(outer)
      subscriber.add(() => merge.cancel())
      // The streams are what has to be paused, not what brings them.
      offerDemand(undefined, () => source.subscribe(outer))
      merge.begin()
    })
}

function join<T>(merge: Merge<T>, input: ObservableInput<T>, subscriber: Subscriber<T>): void {
  const { demand, next, error, complete } = merge.add()
  const inner = new Subscriber<T>({ next, error, complete })
  subscriber.add(inner)
  inner.add(() => subscriber.remove(inner))
  try {
    const stream = toPausable(input)
    offerDemand(demand, () => stream.subscribe(inner))
  } catch (thrown) {
    error(thrown)
  }
}

/** Iterables are read by demand, which `from` doesn't. */
function toPausable<T>(input: ObservableInput<T>): Observable<T> {
  if (isObservable(input)) return input
  const iterable = Object(input) as { [Symbol.iterator]?: unknown; [Symbol.asyncIterator]?: unknown }
  const canBePulled =
    typeof iterable[Symbol.iterator] === 'function' || typeof iterable[Symbol.asyncIterator] === 'function'
  return canBePulled ? pull(input as Iterable<T>) : from(input)
}
