import type { ObservableInput, OperatorFunction } from 'rxjs'
import { from, Observable } from 'rxjs'
import type { Overflow } from '../flow/backlog.js'
import type { ItemFlowOptions } from '../flow/itemFlow.js'
import {
  badArgument,
  checkFlag,
  checkFunction,
  checkNames,
  checkNumber,
  checkObject,
  checkTime,
  checkWord,
} from '../pool/checks.js'
import type { Bindings } from '../pool/inlineFunction.js'
import { inlineFunctionPool, inlineSource } from '../pool/inlineFunction.js'
import type { Emitted, ItemOf, PoolBackend, TaskRef } from '../pool/seam.js'
import { backend } from '../pool/seam.js'
import { isRef } from '../pool/taskRefs.js'
import { traceOf } from '../pool/traceOf.js'
import { describe } from '../wire/describe.js'
import { isGenerator } from '../wire/generators.js'
import type { TaskSource } from '../wire/messages.js'
import type { Mapping } from './fusion.js'
import { chainOf, markChain, runChain } from './fusion.js'
import type { RetryOptions } from './retry.js'
import { retryOf } from './retry.js'

/**
 * Options of {@link parallelMap}.
 *
 * @typeParam T what comes in.
 * @typeParam E what `onError` gives in the place of a failed item.
 *
 * @example
 * ```ts
 * const options: ParallelMapOptions<string, string> = {
 *   onError: (_error, text) => of(`not JSON: ${text}`),
 * }
 * const parse = (text: string): unknown => JSON.parse(text)
 * of('[1]', 'oops', '[2]').pipe(parallelMap(parse, options)).subscribe(console.log) // → [ 1 ], not JSON: oops, [ 2 ]
 * ```
 */
export interface ParallelMapOptions<T = unknown, E = never> {
  /** Whether results come in the order of their items; an item's own results stay together then. Default: true. */
  readonly ordered?: boolean
  /** Whether an item is the list of the task's arguments: then these are options {@link WithSpread}. Default: false. */
  readonly spread?: false
  /** Items in flight at most, at least 1. Default: as many as the pool's threads can use. */
  readonly concurrency?: number
  /** Items a message: `'auto'` (about 10 ms of work and some MiB at most), or a number of at least 1. Default: `'auto'`. */
  readonly batch?: 'auto' | number
  /**
   * For sources that can't be paused: how much may wait, and what happens to more. Items wait while the threads are
   * busy, and while a consumer that says when it wants more (another of our operators) has yet to take results, or
   * many results wait for one before them. Default: unbounded.
   */
  readonly buffer?: {
    /** Items, at least 1. */
    readonly size?: number
    /** Bytes of all that wait together, as estimated, at least 1; one item may always wait. */
    readonly bytes?: number
    /** Default: `'error'`, an OverflowError. */
    readonly overflow?: Overflow
  }
  /**
   * Milliseconds that an item may take, each time that it runs. One that takes longer fails with a TaskTimeoutError:
   * its `signal` is aborted, and a thread that it keeps busy is ended and replaced. Default: no limit.
   */
  readonly timeout?: number
  /**
   * How often a failed item is run again, before it fails for good or goes to `onError`; with `delay`, after so many
   * milliseconds, or when what it returns emits. An item whose values have been emitted or parts transferred can't be.
   * Default: 0.
   */
  readonly retry?: number | RetryOptions
  /** What replaces a failed item: its values stand where the item's would. Default: the stream fails. */
  readonly onError?: (error: unknown, value: T) => ObservableInput<E>
  /** Parts of an item to be moved to the thread instead of copied; they can't be used here afterwards. */
  readonly transfer?: (value: T) => readonly Transferable[]
}

/**
 * Options for a function that has no worker module.
 *
 * @example
 * ```ts
 * const options: InlineOptions<number> = { bindings: { factor: 10 } }
 * declare const factor: number // in the thread it is what it is bound to
 * of(1, 2).pipe(parallelMap((n: number) => n * factor, options)).subscribe(console.log) // → 10, 20
 * ```
 */
export interface InlineOptions<T = unknown, E = never> extends ParallelMapOptions<T, E> {
  /**
   * What the names that the function uses stand for: functions, whose source is sent with it, and values, which are
   * cloned. In the thread there is nothing else but what is global there.
   */
  readonly bindings?: Bindings
}

/**
 * Options of {@link parallelMap} where an item is the list of the task's arguments.
 *
 * @typeParam Options {@link ParallelMapOptions} or {@link InlineOptions} of such a list.
 *
 * @example
 * ```ts
 * const options: WithSpread<ParallelMapOptions<[number, number]>> = { spread: true, ordered: false }
 * of<[number, number]>([2, 3]).pipe(parallelMap(pool.tasks.pow, options)).subscribe(console.log) // → 8
 * ```
 */
export type WithSpread<Options extends ParallelMapOptions<never, unknown>> = Omit<Options, 'spread'> & {
  /** An item is the list of the task's arguments. */
  readonly spread: true
}

const optionNames = [
  'ordered',
  'spread',
  'concurrency',
  'batch',
  'buffer',
  'timeout',
  'retry',
  'onError',
  'transfer',
  'bindings',
] as const
const caller = 'parallelMap'

/**
 * Runs a task for each value of the source in a pool's threads, and emits the results: in the order of the values, or
 * with `ordered: false` as they come.
 *
 * ```marble
 * source:  -a--b--c-----------|
 * parallelMap(task)
 *          --------(AB)-C-----|      b is done before a, and waits for it
 * parallelMap(task, { ordered: false })
 *          ------B-A----C-----|
 * ```
 *
 * - A task that emits many (a generator, an async generator, an Observable) emits all its values.
 * - It completes after the last result. An error of the source comes at once, and stops what runs.
 * - A task that fails ends the stream, unless `retry` runs it again or `onError` replaces the item; with order kept,
 *   after the results of the items before it.
 * - Unsubscribing drops what waits and tells what runs to stop (`context.signal`, `context.cancelled`). A thread whose
 *   item hasn't stopped within a second is ended and replaced.
 * - The source may be read with {@link pull}: then it is read only as fast as the threads work.
 * - Adjacent `parallelMap`s on one pool run as one hop: an item goes through their tasks in one thread, and what stands
 *   between them never comes back here. A generator ends such a chain, since all threads can share what it emits; so do
 *   `concurrency`, `timeout`, `retry` and `onError`, and options for the source (`buffer`, `batch`, `transfer`) of any
 *   but the first.
 *
 * @param task a task of a pool (`pool.tasks.NAME`), or a function, which then runs in threads that all inline
 *   functions share: its source is sent there, so that it knows only its arguments, its `bindings` and what is global.
 * @throws ParallelError `INVALID_ARGUMENT` for a bad argument. Emits PoolClosedError, WorkerStartError,
 *   WorkerCrashError (a thread died at an item), TaskTimeoutError (`timeout`), ParallelError `NOT_RETRIED` (`retry`),
 *   CloneError (an item or a result can't be sent), OverflowError (`buffer`), of an inline function ParallelError
 *   `UNBOUND_NAME` and `EVAL_FORBIDDEN` (by a page's Content-Security-Policy), and whatever the task throws.
 * @see {@link fanOut} for stages that keep state, {@link fromTask} for a producer in a thread.
 *
 * @example
 * ```ts
 * from([1, 2, 3]).pipe(parallelMap(pool.tasks.square)).subscribe(console.log) // → 1, 4, 9
 *
 * const pairs: [number, number][] = [[2, 3], [3, 2]]
 * from(pairs).pipe(parallelMap(pool.tasks.pow, { spread: true })).subscribe(console.log) // → 8, 9
 *
 * const fib = (n: number): number => (n < 2 ? n : fib(n - 1) + fib(n - 2))
 * range(0, 5).pipe(parallelMap((n: number) => fib(n), { bindings: { fib } })).subscribe(console.log) // → 0, 1, 1, 2, 3
 * ```
 */
export function parallelMap<A extends readonly unknown[], R, E = never>(
  task: TaskRef<A, R>,
  options: WithSpread<ParallelMapOptions<A, E>>,
): OperatorFunction<A, R | E>
export function parallelMap<A extends readonly unknown[], R, E = never>(
  task: TaskRef<A, R>,
  options?: ParallelMapOptions<ItemOf<A>, E>,
): OperatorFunction<ItemOf<A>, R | E>
export function parallelMap<A extends readonly unknown[], R, E = never>(
  task: (...args: A) => R,
  options: WithSpread<InlineOptions<A, E>>,
): OperatorFunction<A, Emitted<R> | E>
export function parallelMap<T, R, E = never>(
  task: (value: T) => R,
  options?: InlineOptions<T, E>,
): OperatorFunction<T, Emitted<R> | E>
export function parallelMap(task: unknown, options: AnyOptions = {}): OperatorFunction<unknown, unknown> {
  const checked = checkOptions(options)
  const { task: source, pool } = targetOf(task, options)
  const mapping: Mapping = {
    ...checked,
    pool,
    step: { task: source, spread: checked.spread, caller: traceOf(parallelMap) },
    isGenerator: typeof task === 'function' && isGenerator(task as () => unknown),
    replace: replacer(options.onError),
  }
  return (source) => {
    const chain = chainOf(source, mapping)
    const results = new Observable<unknown>((subscriber) => runChain(chain, subscriber))
    markChain(results, chain)
    return results
  }
}

type AnyOptions = InlineOptions<never, unknown> | WithSpread<InlineOptions<never, unknown>>

function checkOptions(
  options: AnyOptions,
): Omit<Mapping, 'pool' | 'step' | 'isGenerator' | 'replace'> & { spread: boolean } {
  checkNames(caller, options, optionNames)
  const {
    ordered = true,
    spread = false,
    concurrency = Number.POSITIVE_INFINITY,
    batch = 'auto',
    buffer = {},
    timeout,
    retry,
    onError,
    transfer,
  } = options
  checkNames(caller, buffer, ['size', 'bytes', 'overflow'], 'buffer')
  const { size = Number.POSITIVE_INFINITY, bytes = Number.POSITIVE_INFINITY, overflow = 'error' } = buffer
  checkFunction(caller, 'onError', onError)
  return {
    ordered: checkFlag(caller, 'ordered', ordered),
    spread: checkFlag(caller, 'spread', spread),
    concurrency: checkNumber(caller, 'concurrency', concurrency, 1),
    batch: batch === 'auto' ? batch : checkNumber(caller, "batch (or 'auto')", batch, 1),
    bufferSize: checkNumber(caller, 'buffer.size', size, 1),
    bufferBytes: checkNumber(caller, 'buffer.bytes', bytes, 1),
    overflow: checkWord(caller, 'buffer.overflow', overflow, ['error', 'dropOldest', 'dropNewest']),
    timeout: timeout === undefined ? undefined : checkTime(caller, 'timeout', timeout),
    retry: retry === undefined ? undefined : retryOf(caller, retry),
    transfer: checkFunction(caller, 'transfer', transfer),
  }
}

/** What is to be run, and by which pool. */
function targetOf(task: unknown, { bindings }: AnyOptions): { pool: () => PoolBackend; task: TaskSource } {
  if (isRef(task)) {
    if (bindings)
      throw badArgument(
        caller,
        'bindings are for inline functions; a task of a worker module imports what it needs',
      )
    return { pool: () => task[backend], task: { name: task.name } }
  }
  if (typeof task !== 'function')
    throw badArgument(caller, `expected a task (pool.tasks.NAME) or a function, got ${describe(task)}`)
  if (bindings !== undefined) checkObject(caller, 'bindings', bindings)
  const source = inlineSource(caller, task as () => unknown, bindings ?? {})
  return { pool: () => inlineFunctionPool()[backend], task: source }
}

function replacer(onError: InlineOptions<never, unknown>['onError']): ItemFlowOptions['replace'] {
  if (!onError) return undefined
  return (error, value, by) => {
    try {
      const subscription = from(onError(error, value as never)).subscribe(by)
      return () => subscription.unsubscribe()
    } catch (thrown) {
      by.error(thrown)
      return () => {}
    }
  }
}
