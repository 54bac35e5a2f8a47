/**
 * What runs a pool of threads. Loaded when a pool is first used: a thread takes far longer to start, and what only
 * imports the operators doesn't pay for it.
 * @module
 */
import type { CheckedPoolOptions } from './poolOptions.js'
import { Scheduler } from './scheduler.js'
import type { PoolEvent } from './seam.js'
import { startThread } from './thread.js'
import type { WorkerSource } from './workerSource.js'

/** Makes the scheduler of a pool of threads that load `source`. */
export function createEngine(
  source: WorkerSource,
  options: CheckedPoolOptions,
  tell: (event: PoolEvent) => void,
): Scheduler {
  return new Scheduler(options, (events) => startThread({ ...options, source, shared: {} }, events), tell)
}

export type Engine = Scheduler
