import type { tasks } from '../workers/tasks.mjs'

export type TaskName = keyof typeof tasks

/** A run of items through a competitor. */
export interface Job {
  readonly task: TaskName
  /** An array, except for buffers: those that come back are sent again. */
  readonly items: Iterable<unknown>
  /** Is given each result, in any order. */
  readonly take: (result: unknown) => void
  /** Whether items are buffers to be moved there and back, as far as the competitor can. */
  readonly moves: boolean
  /** One of the competitor's settings. */
  readonly setting: number
}

/**
 * What a competitor is: `ours`; a `pool` that is fed item by item; `batched` by hand; the `limit` that a bare port
 * sets; the plain `loop` without any pool.
 */
export type Role = 'ours' | 'pool' | 'batched' | 'limit' | 'loop'

/** One way of getting items done. */
export interface Competitor {
  readonly name: string
  readonly role: Role
  /** Values of what an expert would tune (items or batches in flight): the best for a workload is used there. */
  readonly settings: readonly number[]
  /** Starts its threads. */
  open(): Promise<Contestant>
}

/** A competitor that is ready to run. */
export interface Contestant {
  /** Returns how many milliseconds it took, where that isn't the time till it returns. */
  run(job: Job): Promise<void> | Promise<number>
  /** Runs one item, where it can be called so. */
  readonly one?: (task: TaskName, item: unknown) => Promise<unknown>
  close(): Promise<void>
}

/** How many threads each competitor has, unless a workload says otherwise. */
export const THREADS = 2
