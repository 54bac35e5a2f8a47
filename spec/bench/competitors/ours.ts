import type { OperatorFunction } from 'rxjs'
import { from } from 'rxjs'
import type { Pool, TaskRef, ThreadPoolOptions } from 'rxjs-parallel'
import { parallelMap, pull, threadPool } from 'rxjs-parallel'
import { execArgv, workerFile } from '../workers/file.js'
import type { tasks } from '../workers/tasks.mjs'
import type { Competitor, Job, TaskName } from './competitor.js'
import { THREADS } from './competitor.js'

type Tasks = Pool<{ default: typeof tasks }>

export interface Variant {
  readonly name?: string
  readonly threads?: number
  /** The pool's other options. */
  readonly options?: ThreadPoolOptions
  /** How items become an Observable: `pull` can be paused, `from` pushes all there are. Default: `pull`. */
  readonly source?: 'pull' | 'from'
  /** The operators between source and results. Default: one `parallelMap`. */
  readonly through?: (map: () => OperatorFunction<unknown, unknown>) => OperatorFunction<unknown, unknown>
}

/** The library, with nothing set but what a user has to say: that buffers are to be moved. */
export function ours(variant: Variant = {}): Competitor {
  const { name = 'rxjs-parallel', threads = THREADS, options = {} } = variant
  const { source = 'pull', through = (map) => map() } = variant
  return {
    name,
    role: 'ours',
    settings: [0],
    open: async () => {
      const pool: Tasks = threadPool(workerFile('ours'), {
        size: threads,
        worker: { execArgv },
        ...options,
      })
      await pool.ready()
      return {
        run: ({ task, items, take, moves }) => {
          const values$ = source === 'pull' ? pull(items) : from(items)
          return values$.pipe(through(() => mapBy(pool, task, moves))).forEach(take)
        },
        one: (task, item) => pool.run(refOf(pool, task), item),
        close: () => pool.close(),
      }
    },
  }
}

function mapBy(pool: Tasks, task: TaskName, moves: Job['moves']): OperatorFunction<unknown, unknown> {
  const ref = refOf(pool, task)
  return moves ? parallelMap(ref, { transfer: (buffer) => [buffer as ArrayBuffer] }) : parallelMap(ref)
}

/** What the task takes is the workload's business. */
function refOf(pool: Tasks, task: TaskName): TaskRef<[unknown], unknown> {
  return pool.tasks[task] as unknown as TaskRef<[unknown], unknown>
}
