/**
 * What runs a pool of threads or processes. Loaded when a pool is first used: a thread takes far longer to start, and
 * what only imports the operators doesn't pay for it.
 * @module
 */
import { platform } from './node/platform.js'
import type { CheckedPoolOptions } from './poolOptions.js'
import type { SchedulerOptions } from './scheduler.js'
import { Scheduler } from './scheduler.js'
import type { PoolEvent } from './seam.js'
import type { WorkerSource } from './workerSource.js'

/** Makes the scheduler of a pool whose threads load `source`. */
export async function createEngine(
  source: WorkerSource,
  options: CheckedPoolOptions & Pick<SchedulerOptions, 'diagnostics'>,
  tell: (event: PoolEvent) => void,
): Promise<Scheduler> {
  const { time } = platform
  const start = await platform.loadStart(options.isolation)
  return new Scheduler({ ...options, time }, (events) => start({ ...options, source, time }, events), tell)
}

/** What a pool needs of what runs it. */
export type Engine = Pick<
  Scheduler,
  | 'time'
  | 'attach'
  | 'openStage'
  | 'manifest'
  | 'threadIdAt'
  | 'stats'
  | 'ready'
  | 'resize'
  | 'close'
  | 'terminate'
>
