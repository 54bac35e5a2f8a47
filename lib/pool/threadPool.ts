/**
 * The pool of threads that users make.
 * @module
 */
import { Subject } from 'rxjs'
import { describe } from '../wire/describe.js'
import { BackendPool } from './backendPool.js'
import { badArgument } from './checks.js'
import { LazyBackend } from './lazyBackend.js'
import { diagnosticsOf } from './node/diagnostics.js'
import type { CheckedPoolOptions, ThreadPoolOptions } from './poolOptions.js'
import { checkPoolOptions } from './poolOptions.js'
import type { Pool, PoolEvent, SharedOf } from './seam.js'
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
 * // pool.ts
 * // Beside math.worker.ts, which is shown at `expose`.
 * export const worker = new URL('./math.worker.js', import.meta.url)
 * export const pool = threadPool<typeof import('./math.worker.js')>(worker)
 * ```
 * ```ts
 * from([1, 2, 3]).pipe(parallelMap(pool.tasks.square)).subscribe(console.log) // → 1, 4, 9
 * ```
 */
export function threadPool<M = unknown>(
  worker: WorkerSource,
  options: ThreadPoolOptions<SharedOf<M>> = {},
): Pool<M> {
  if (!(worker instanceof URL) && typeof worker !== 'string' && typeof worker !== 'function')
    throw badArgument(
      'threadPool',
      `the worker must be a URL, a path or a function that returns a Worker, got ${describe(worker)}`,
    )
  const checked = checkPoolOptions(options as ThreadPoolOptions, nameOf(worker))
  if (checked.isolation === 'process' && typeof worker === 'function')
    throw badArgument('threadPool', "with isolation: 'process' the worker must be a URL or a path")
  return poolOf<M>(() => worker, checked)
}

/** Makes a pool whose worker is known when it is first used. */
export function poolOf<M>(
  loadWorker: () => WorkerSource | Promise<WorkerSource>,
  options: CheckedPoolOptions,
): Pool<M> {
  const events = new Subject<PoolEvent>()
  const diagnostics = diagnosticsOf(options.name)
  const tell = (event: PoolEvent) => {
    diagnostics?.event(event)
    events.next(event)
  }
  const engine: LazyBackend = new LazyBackend(options.name, options, async () => {
    const [{ createEngine }, worker] = await Promise.all([import('./engine.js'), loadWorker()])
    return createEngine(worker, { ...options, ...engine.bounds, diagnostics }, tell)
  })
  return new BackendPool<M>(engine, events, diagnostics)
}

function nameOf(source: WorkerSource): string {
  return typeof source === 'function'
    ? source.name || 'of workers'
    : (String(source).split(/[\\/]/).pop() ?? '')
}
