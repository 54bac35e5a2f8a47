import type { ObservableInput, OperatorFunction } from 'rxjs'
import { from, Observable, Subscriber } from 'rxjs'
import { offerDemand, offeredDemand } from '../flow/demand.js'
import type { ItemFlowOptions, Overflow } from '../flow/itemFlow.js'
import { ItemFlow } from '../flow/itemFlow.js'
import { badArgument, checkFunction, checkNames, checkNumber, checkWord } from '../pool/checks.js'
import type { Bindings } from '../pool/inlineFunction.js'
import { inlineFunctionPool, inlineSource } from '../pool/inlineFunction.js'
import type { Emitted, ItemOf, PoolBackend, TaskRef } from '../pool/seam.js'
import { backend } from '../pool/seam.js'
import { isRef } from '../pool/taskRefs.js'
import { traceOf } from '../pool/traceOf.js'
import { describe } from '../wire/describe.js'
import type { TaskSource } from '../wire/messages.js'

export interface ParallelMapOptions<T = unknown, E = never> {
  /** Whether results come in the order of their items; an item's own results stay together then. Default: true. */
  readonly ordered?: boolean
  /** Whether an item is the list of the task's arguments. Default: false. */
  readonly spread?: boolean
  /** Items in flight at most, at least 1. Default: as many as the pool's threads can use. */
  readonly concurrency?: number
  /** Items a message: `'auto'` (about 2 ms of work), or a number of at least 1. Default: `'auto'`. */
  readonly batch?: 'auto' | number
  /** For sources that can't be paused: how much may wait, and what happens to more. Default: unbounded. */
  readonly buffer?: {
    /** Items, at least 1. */
    readonly size?: number
    /** Bytes of all that wait together, as estimated, at least 1; one item may always wait. */
    readonly bytes?: number
    /** Default: `'error'`, an OverflowError. */
    readonly overflow?: Overflow
  }
  /** What replaces a failed item: its values stand where the item's would. Default: the stream fails. */
  readonly onError?: (error: unknown, value: T) => ObservableInput<E>
  /** Parts of an item to be moved to the thread instead of copied; they can't be used here afterwards. */
  readonly transfer?: (value: T) => readonly Transferable[]
}

/** Options for a function that has no worker module. */
export interface InlineOptions<T = unknown, E = never> extends ParallelMapOptions<T, E> {
  /**
   * What the names that the function uses stand for: functions, whose source is sent with it, and values, which are
   * cloned. In the thread there is nothing else but what is global there.
   */
  readonly bindings?: Bindings
}

const optionNames = [
  'ordered',
  'spread',
  'concurrency',
  'batch',
  'buffer',
  'onError',
  'transfer',
  'bindings',
] as const
const caller = 'parallelMap'

/**
 * Runs a task for each value of the source in a pool's threads, and emits the results: in the order of the values, or
 * with `ordered: false` as they come.
 *
 * ```
 * source:  -a--b--c--------------|
 * parallelMap(task)                  (b is done before a)
 *          ------A-B---C----------|
 *
 * parallelMap(task, { ordered: false })
 *          ----B-A-----C----------|
 * ```
 *
 * - A task that emits many (a generator, an async generator, an Observable) emits all its values.
 * - It completes after the last result. An error of the source comes at once, and stops what runs.
 * - A task that fails ends the stream, unless `onError` replaces the item; with order kept, after the results of the
 *   items before it.
 * - Unsubscribing drops what waits and tells what runs to stop (`context.signal`, `context.cancelled`).
 * - The source may be read with {@link pull}: then it is read only as fast as the threads work.
 *
 * @param task a task of a pool (`pool.tasks.NAME`), or a function, which then runs in threads that all inline
 *   functions share: its source is sent there, so that it knows only its arguments, its `bindings` and what is global.
 * @throws ParallelError `INVALID_ARGUMENT` for a bad argument. Emits PoolClosedError, WorkerStartError,
 *   WorkerCrashError (a thread died at an item), CloneError (an item or a result can't be sent), OverflowError
 *   (`buffer`), and whatever the task throws.
 * @see {@link fanOut} for stages that keep state, {@link fromTask} for a producer in a thread.
 *
 * @example
 * ```ts
 * from([1, 2, 3]).pipe(parallelMap(pool.tasks.square)).subscribe(console.log)                    // 1, 4, 9
 * from([[2, 3], [3, 2]]).pipe(parallelMap(pool.tasks.pow, { spread: true })).subscribe(console.log)   // 8, 9
 * range(0, 3).pipe(parallelMap((n: number) => fib(n), { bindings: { fib } })).subscribe(console.log)  // 0, 1, 1
 * ```
 */
export function parallelMap<A extends readonly unknown[], R, E = never>(
  task: TaskRef<A, R>,
  options: ParallelMapOptions<A, E> & { readonly spread: true },
): OperatorFunction<A, R | E>
export function parallelMap<A extends readonly unknown[], R, E = never>(
  task: TaskRef<A, R>,
  options?: ParallelMapOptions<ItemOf<A>, E> & { readonly spread?: false },
): OperatorFunction<ItemOf<A>, R | E>
export function parallelMap<A extends readonly unknown[], R, E = never>(
  task: (...args: A) => R,
  options: InlineOptions<A, E> & { readonly spread: true },
): OperatorFunction<A, Emitted<R> | E>
export function parallelMap<T, R, E = never>(
  task: (value: T) => R,
  options?: InlineOptions<T, E> & { readonly spread?: false },
): OperatorFunction<T, Emitted<R> | E>
export function parallelMap(
  task: unknown,
  options: InlineOptions<never, unknown> = {},
): OperatorFunction<unknown, unknown> {
  const checked = checkOptions(options)
  const target = targetOf(task, options)
  const trace = traceOf(parallelMap)
  return (source) =>
    new Observable((subscriber) => {
      const { pool, task } = target()
      const flow = new ItemFlow<unknown, unknown>(subscriber, {
        ...checked,
        task,
        pin: undefined,
        batchSize: pool.batchSizeOf(task, checked.batch),
        place: (item) => `items[${item}]`,
        replace: replacer(options.onError),
        caller: trace,
        below: offeredDemand(),
      })
      runThrough(flow, pool, source, subscriber)
    })
}

/** Has a pool run what a source emits. */
function runThrough<T, R>(
  flow: ItemFlow<T, R>,
  pool: PoolBackend,
  source: Observable<T>,
  subscriber: Subscriber<R>,
): void {
  flow.attach(pool.attach(flow))
  const input = new Input<T>(flow)
  // Before the source is subscribed: a synchronous one must see that nobody listens any more.
  subscriber.add(input)
  subscriber.add(() => flow.cancel())
  offerDemand(flow.demand, () => source.subscribe(input))
}

/** What the source is subscribed with: its values go into the flow without the detours of an observer object. */
class Input<T> extends Subscriber<T> {
  constructor(private readonly flow: ItemFlow<T, unknown>) {
    super()
  }

  override next(value: T): void {
    if (!this.isStopped) this.flow.push(value)
  }

  protected override _error(error: unknown): void {
    this.flow.abort(error)
    this.unsubscribe()
  }

  protected override _complete(): void {
    this.flow.end()
    this.unsubscribe()
  }
}

function checkOptions(options: InlineOptions<never, unknown>): Pick<
  ItemFlowOptions,
  | 'ordered'
  | 'spread'
  | 'concurrency'
  | 'bufferSize'
  | 'bufferBytes'
  | 'bufferBytes'
  | 'overflow'
  | 'transfer'
> & {
  batch: 'auto' | number
} {
  checkNames(caller, options, optionNames)
  const {
    ordered = true,
    spread = false,
    concurrency = Number.POSITIVE_INFINITY,
    batch = 'auto',
    buffer = {},
    onError,
    transfer,
  } = options
  checkNames(caller, buffer, ['size', 'bytes', 'overflow'])
  const { size = Number.POSITIVE_INFINITY, bytes = Number.POSITIVE_INFINITY, overflow = 'error' } = buffer
  checkFunction(caller, 'onError', onError)
  return {
    ordered,
    spread,
    concurrency: checkNumber(caller, 'concurrency', concurrency, 1),
    batch: batch === 'auto' ? batch : checkNumber(caller, "batch (or 'auto')", batch, 1),
    bufferSize: checkNumber(caller, 'buffer.size', size, 1),
    bufferBytes: checkNumber(caller, 'buffer.bytes', bytes, 1),
    overflow: checkWord(caller, 'buffer.overflow', overflow, ['error', 'dropOldest', 'dropNewest']),
    transfer: checkFunction(caller, 'transfer', transfer),
  }
}

/** What is to be run, and by which pool: that of inline functions is made only when one is subscribed. */
function targetOf(
  task: unknown,
  { bindings }: InlineOptions<never, unknown>,
): () => { pool: PoolBackend; task: TaskSource } {
  if (isRef(task)) {
    if (bindings)
      throw badArgument(
        caller,
        'bindings are for inline functions; a task of a worker module imports what it needs',
      )
    return () => ({ pool: task[backend], task: { name: task.name } })
  }
  if (typeof task !== 'function')
    throw badArgument(caller, `expected a task (pool.tasks.NAME) or a function, got ${describe(task)}`)
  const source = inlineSource(caller, task as () => unknown, bindings ?? {})
  return () => ({ pool: inlineFunctionPool()[backend], task: source })
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
