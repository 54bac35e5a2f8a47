import type { OperatorFunction } from 'rxjs'
import { from, Subject } from 'rxjs'
import type { Pool, TaskRef, ThreadPoolOptions } from 'rxjs-parallel'
import { parallelMap, pull, threadPool } from 'rxjs-parallel'
import { execArgv, workerFile } from '../workers/file.js'
import type { tasks } from '../workers/tasks.mjs'
import type { Competitor, Contestant, Job, TaskName } from './competitor.js'
import { THREADS } from './competitor.js'

export type Tasks = Pool<{ default: typeof tasks }>

export interface Variant {
  readonly name?: string
  readonly threads?: number
  /** The pool's other options. */
  readonly options?: ThreadPoolOptions
  /** How items become an Observable: `pull` can be paused, `from` pushes all there are. Default: `pull`. */
  readonly source?: 'pull' | 'from'
  /** How one item goes: through a pipeline that is there, or by a call of `pool.run`. Default: `pipeline`. */
  readonly one?: 'pipeline' | 'run'
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
      const items$ = new Subject<unknown>()
      return {
        run: ({ task, items, take, moves }) => {
          const values$ = source === 'pull' ? pull(items) : from(items)
          return values$.pipe(through(() => mapBy(pool, task, moves))).forEach(take)
        },
        one: variant.one === 'run' ? (task, item) => pool.run(refOf(pool, task), item) : oneBy(pool, items$),
        close: () => {
          items$.complete()
          return pool.close()
        },
      }
    },
  }
}

/** Through a pipeline that is there, where a result is awaited before the next item goes. */
export function oneBy(pool: Tasks, items$: Subject<unknown>): NonNullable<Contestant['one']> {
  let resolve: (result: unknown) => void
  return (task, item) => {
    if (!items$.observed) items$.pipe(parallelMap(refOf(pool, task))).subscribe((result) => resolve(result))
    return new Promise((settle) => {
      resolve = settle
      items$.next(item)
    })
  }
}

function mapBy(pool: Tasks, task: TaskName, moves: Job['moves']): OperatorFunction<unknown, unknown> {
  const ref = refOf(pool, task)
  return moves ? parallelMap(ref, { transfer: (buffer) => [buffer as ArrayBuffer] }) : parallelMap(ref)
}

/** What the task takes is the workload's business. */
export function refOf(pool: Tasks, task: TaskName): TaskRef<[unknown], unknown> {
  return pool.tasks[task] as unknown as TaskRef<[unknown], unknown>
}
