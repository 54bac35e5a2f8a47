import { Observable } from 'rxjs'
import { offeredDemand } from '../flow/demand.js'
import { badArgument } from '../pool/checks.js'
import { runOnce } from '../pool/runOnce.js'
import type { TaskRef } from '../pool/seam.js'
import { isRef } from '../pool/taskRefs.js'
import { traceOf } from '../pool/traceOf.js'
import { describe } from '../wire/describe.js'

/**
 * Runs a task once in a thread, for each subscriber, and emits what it produces: a source whose work is done
 * elsewhere.
 *
 * ```marble
 * fromTask(pool.tasks.divisors, 6)
 *          ---1-2-3-6|
 * ```
 *
 * A generator is read only as fast as the operators below want (see {@link pull}), with some values under way; an
 * Observable can't be paused. Unsubscribing ends the generator: its `finally` runs.
 *
 * @param task a task of a pool; any task will do, one that returns emits one value.
 * @param args its arguments.
 * @throws ParallelError `INVALID_ARGUMENT` when `task` is none. Emits what {@link parallelMap} emits.
 *
 * @example
 * ```ts
 * fromTask(pool.tasks.divisors, 6).subscribe(console.log) // → 1, 2, 3, 6
 * ```
 */
export function fromTask<A extends readonly unknown[], R>(task: TaskRef<A, R>, ...args: A): Observable<R> {
  if (!isRef(task))
    throw badArgument('fromTask', `expected a task of a pool (pool.tasks.NAME), got ${describe(task)}`)
  const trace = traceOf(fromTask)
  return new Observable((subscriber) => runOnce(task, args, 'fromTask', trace, subscriber, offeredDemand()))
}
