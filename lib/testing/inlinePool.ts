/**
 * The pool that tests use: the same tasks, in this thread.
 * @module
 */
import { Subject } from 'rxjs'
import type { Attachment, Work } from '../flow/work.js'
import { BackendPool } from '../pool/backendPool.js'
import { badArgument, checkCount, checkNames, checkNumber, checkShared, checkString } from '../pool/checks.js'
import { LazyBackend } from '../pool/lazyBackend.js'
import { localThreadId } from '../pool/node/localThread.js'
import { Scheduler } from '../pool/scheduler.js'
import type { Pool, PoolEvent, SharedOf } from '../pool/seam.js'
import { describe } from '../wire/describe.js'
import type { TaskStep } from '../wire/messages.js'
import type { Exposed } from '../worker/expose.js'
import type { ExposedFunctions } from '../worker/exposed.js'
import { checkEnvironment } from './environment.js'
import { InlineThread } from './inlineThread.js'
import type { Model } from './model.js'
import { checkModel, modelNames } from './model.js'
import { rxjsTime } from './rxjsTime.js'

/**
 * Options of {@link inlinePool}.
 *
 * @typeParam S what the tasks use of `context.shared`.
 *
 * @example
 * ```ts
 * const options: InlinePoolOptions = { crashOn: (word: string) => word === 'fatal' }
 * const brittle = inlinePool({ upper: (word: string) => word.toUpperCase() }, options)
 * of('fine', 'fatal')
 *   .pipe(parallelMap(brittle.tasks.upper))
 *   .subscribe({ next: console.log, error: ({ name }) => console.log(name) })
 * // → FINE, WorkerCrashError
 * ```
 */
export interface InlinePoolOptions<S = object> extends Model {
  /** How many threads it has. Without `cost` or `delay` that shows in names and in branches only. Default: 1. */
  readonly threads?: number
  /** As of `threadPool`. Default: 1. */
  readonly concurrency?: number
  /** As of `threadPool`. Default: `'inline'`. */
  readonly name?: string
  /** As of `threadPool`. A blocking form that would have to wait throws: nobody else could run meanwhile. */
  readonly shared?: S
}

const caller = 'inlinePool'
const names = [
  'threads',
  'concurrency',
  'name',
  'shared',
  ...modelNames,
] as const satisfies (keyof InlinePoolOptions)[]

/**
 * A pool for tests: the tasks of a worker module in this thread, by the code that runs them in real ones.
 *
 * - It answers at once where a task does: what a pipeline emits is there when `subscribe` returns, and marble tests see
 *   it in the frame in which it came. (A stage's results come a microtask later; under `testScheduler.run`, in the same
 *   frame.)
 * - Values are copied on their way, by structured clone, so a test fails where a thread would: see {@link cloneCheck}.
 * - Under RxJS's `testScheduler.run` its time is virtual: `cost` and `delay` say how many frames an item takes, and
 *   `timeout`, `retry` and cancellation go by the same time. What a Promise brings comes in real time, as everywhere in
 *   marble tests.
 * - Items are sent one by one, unless the option `batch` says otherwise.
 * - `crashOn` and `hang` bring a thread down: the errors and events are those of real threads.
 *
 * @param tasks what the worker module exposes: its default export, or the module itself.
 * @throws ParallelError `INVALID_ARGUMENT` for a bad argument.
 * @throws Error where the test's environment has no structuredClone.
 *
 * @example
 * ```ts
 * import math from './math.worker.js'
 *
 * const here = inlinePool(math)
 * of(1, 2, 3).pipe(parallelMap(here.tasks.square)).subscribe(console.log)
 * console.log('and only now this line')
 * // → 1, 4, 9, and only now this line
 * ```
 * ```ts
 * import { deepStrictEqual } from 'node:assert'
 * import { TestScheduler } from 'rxjs/testing'
 * import math from './math.worker.js'
 *
 * new TestScheduler(deepStrictEqual).run(({ cold, expectObservable }) => {
 *   const two = inlinePool(math, { threads: 2, cost: (x: number) => x })
 *   const source = cold('(ca|)', { a: 1, c: 3 })
 *   const expected = '   -a-(c|)'
 *   const squares = source.pipe(parallelMap(two.tasks.square, { ordered: false }))
 *   expectObservable(squares).toBe(expected, { a: 1, c: 9 })
 * })
 * console.log('as expected') // → as expected
 * ```
 */
export function inlinePool<
  M extends {
    /** What the module exposes. */
    readonly default: Readonly<Record<string, unknown>>
  },
>(tasks: M, options?: InlinePoolOptions<SharedOf<M>>): Pool<M>
export function inlinePool<const E extends Exposed>(
  tasks: E,
  options?: InlinePoolOptions<SharedOf<{ default: E }>>,
): Pool<{
  /** What is given. */
  default: E
}>
export function inlinePool(worker: unknown, options: InlinePoolOptions<unknown> = {}): Pool<unknown> {
  checkEnvironment(caller)
  const exposed = exposedOf(worker)
  checkNames(caller, options, names)
  const { threads = 1, concurrency = 1, name = 'inline', shared = {} } = options
  checkString(caller, 'name', name)
  const max = checkCount(caller, 'threads', threads, 1)
  const checked = {
    ...checkModel(caller, options),
    concurrency: checkNumber(caller, 'concurrency', concurrency, 1),
  }
  const checkedShared = checkShared(caller, shared)
  const events = new Subject<PoolEvent>()
  let made = 0
  const scheduler = new Scheduler(
    { name, min: max, max, concurrency: checked.concurrency, idleTimeout: undefined, time: rxjsTime },
    (link) =>
      new InlineThread(
        {
          threadId: `${localThreadId()}/${name}-${++made}`,
          exposed,
          concurrency: checked.concurrency,
          shared: checkedShared,
          model: checked,
          time: rxjsTime,
        },
        link,
      ),
    (event) => events.next(event),
  )
  return new BackendPool(new InlineBackend(name, { min: max, max }, scheduler), events)
}

class InlineBackend extends LazyBackend {
  constructor(
    name: string,
    bounds: { min: number; max: number },
    private readonly scheduler: Scheduler,
  ) {
    super(name, bounds, async () => scheduler, scheduler)
  }

  /** Threads that need no time to start need not wait until one is busy. */
  override attach(work: Work): Attachment {
    const attachment = super.attach(work)
    this.scheduler.startLeast()
    return attachment
  }

  override manifest(...asked: Parameters<LazyBackend['manifest']>): () => void {
    const giveUp = super.manifest(...asked)
    this.scheduler.startLeast()
    return giveUp
  }

  /** One by one, unless the user says otherwise: what runs at once has no use for batches. */
  override batchSizeOf(steps: readonly TaskStep[], size: 'auto' | number) {
    return super.batchSizeOf(steps, size === 'auto' ? 1 : size)
  }
}

/** A worker module's default export, from it or from the module. */
function exposedOf(worker: unknown): ExposedFunctions {
  const given = isObject(worker) && isObject(worker.default) ? worker.default : worker
  if (!isObject(given))
    throw badArgument(
      caller,
      `expected what a worker module exposes, an object of functions, got ${describe(worker)}`,
    )
  for (const [name, value] of Object.entries(given))
    if (typeof value !== 'function')
      throw badArgument(
        caller,
        `${name} is ${describe(value)}; everything that is exposed must be a function`,
      )
  return given as ExposedFunctions
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
