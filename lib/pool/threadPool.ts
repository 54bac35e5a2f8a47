/**
 * The pool of threads that users make.
 * @module
 */
import { map, Observable, Subject } from 'rxjs'
import { describe } from '../wire/describe.js'
import { addCaller } from '../wire/errorCodec.js'
import { badArgument } from './checks.js'
import { lastResult } from './lastResult.js'
import { LazyBackend } from './lazyBackend.js'
import type { PoolSize, ThreadPoolOptions } from './poolOptions.js'
import { checkPoolOptions, checkSize } from './poolOptions.js'
import type { Pool, PoolEvent, PoolStats, RunOptions, TaskRef, TasksOf } from './seam.js'
import { backend } from './seam.js'
import { isRef, taskRefs } from './taskRefs.js'
import { traceOf } from './traceOf.js'
import type { WorkerSource } from './workerSource.js'

/**
 * Makes a pool of threads that load a worker module and run what it exposes.
 *
 * Threads start when they are first needed. An idle pool never keeps a Node process alive, and one that works does.
 *
 * @typeParam M the worker module's type, from which the types of `pool.tasks` are inferred.
 * @param worker the module's URL, `new URL('./x.worker.js', import.meta.url)`; or a path, taken from the working
 *   directory; or a function that returns a new Worker. TypeScript files load where tsx is installed, or Node strips
 *   types by itself (22.18 and later).
 * @throws ParallelError `INVALID_ARGUMENT` for a bad option. What is wrong with the file comes with the first use, as
 *   a WorkerStartError.
 *
 * @example
 * ```ts
 * // main.ts, beside the math.worker.ts of `expose`
 * const pool = threadPool<typeof import('./math.worker.js')>(new URL('./math.worker.js', import.meta.url))
 * from([1, 2, 3]).pipe(parallelMap(pool.tasks.square)).subscribe(console.log)   // 1, 4, 9
 * ```
 */
export function threadPool<M = unknown>(worker: WorkerSource, options: ThreadPoolOptions = {}): Pool<M> {
  if (!(worker instanceof URL) && typeof worker !== 'string' && typeof worker !== 'function')
    throw badArgument(
      'threadPool',
      `the worker must be a URL, a path or a function that returns a Worker, got ${describe(worker)}`,
    )
  return new ThreadPool<M>(worker, options)
}

class ThreadPool<M> implements Pool<M> {
  readonly tasks: TasksOf<M>
  readonly events$: Observable<PoolEvent>
  readonly stats$: Observable<PoolStats>
  readonly [backend]: LazyBackend

  constructor(source: WorkerSource, options: ThreadPoolOptions) {
    const events = new Subject<PoolEvent>()
    const checked = checkPoolOptions(options, nameOf(source))
    this[backend] = new LazyBackend(checked.name, checked, async () => {
      const { createEngine } = await import('./engine.js')
      return createEngine(source, { ...checked, ...this[backend].bounds }, (event) => events.next(event))
    })
    this.tasks = taskRefs(this[backend]) as unknown as TasksOf<M>
    this.events$ = events.asObservable()
    this.stats$ = everySecond().pipe(map(() => this.stats))
  }

  get size(): number {
    return this[backend].size
  }

  get stats(): PoolStats {
    return this[backend].stats
  }

  async run<A extends readonly unknown[], R>(
    ref: TaskRef<A, R>,
    ...args: A | [...args: A, options: RunOptions]
  ): Promise<R> {
    if (!isRef(ref))
      throw badArgument('run', `expected a task of this pool (pool.tasks.NAME), got ${describe(ref)}`)
    try {
      return await lastResult<R>(ref, args)
    } catch (error) {
      // Here, after the await, V8 knows who awaits this; to ask it beforehand would cost as much as the whole trip.
      addCaller(error, traceOf(this.run))
      throw error
    }
  }

  ready(): Promise<void> {
    return this[backend].ready()
  }

  async resize(size: PoolSize): Promise<void> {
    await this[backend].resize(checkSize('resize', size))
  }

  close(): Promise<void> {
    return this[backend].close()
  }

  terminate(): Promise<void> {
    return this[backend].terminate()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

function nameOf(source: WorkerSource): string {
  return typeof source === 'function'
    ? source.name || 'of workers'
    : (String(source).split(/[\\/]/).pop() ?? '')
}

/** At once and then each second. Not RxJS's timer, which keeps the process alive. */
function everySecond(): Observable<void> {
  return new Observable((subscriber) => {
    subscriber.next()
    const timer = setInterval(() => subscriber.next(), 1000)
    if (typeof timer === 'object') timer.unref()
    return () => clearInterval(timer)
  })
}
