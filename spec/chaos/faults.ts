/** What can go wrong with an item: how its task fails, and the error that has to come of it. */
import { isDeepStrictEqual } from 'node:util'
import { isParallelError, WorkerCrashError } from 'rxjs-parallel'

export interface Fault {
  /** That of the act in workers/chaos.worker.mjs; 'badItem' is an item that can't be sent. */
  readonly name: string
  /** How often it is chosen, compared with the others. */
  readonly weight: number
  /** Whether it ends the thread. */
  readonly deadly?: true
  /** Whether it takes a Promise, which a synchronous generator can't wait for. */
  readonly waits?: true
  /** Whether the item may have its result all the same. */
  readonly mayPass?: true
  /** Whether it never ends by itself: it takes a `timeout`, or somebody who leaves. */
  readonly endless?: true
  /** Whether this error is what has to come of it. */
  readonly explains: (error: unknown, n: number) => boolean
}

const isFailure = (error: unknown, n: number) => error instanceof RangeError && error.message === `item ${n}`

/** What the worker's `other` throws. */
const isOther = (thrown: unknown, n: number) =>
  isDeepStrictEqual(thrown, [`item ${n}`, { n }, null, undefined][n % 4])

/** A crash of that item's thread. */
const crash =
  (has: (error: WorkerCrashError, n: number) => boolean) =>
  (error: unknown, n: number): boolean =>
    error instanceof WorkerCrashError && has(error, n)

const isTimeout = (error: unknown) => isParallelError(error, 'TASK_TIMEOUT')

const causeCode = ({ cause }: Error) => (cause as { code?: unknown } | undefined)?.code

export const faults: readonly Fault[] = [
  { name: 'throw', weight: 8, explains: isFailure },
  { name: 'throwOther', weight: 4, explains: isOther },
  { name: 'reject', weight: 6, waits: true, explains: isFailure },
  { name: 'badResult', weight: 3, explains: (error) => isParallelError(error, 'CLONE') },
  { name: 'badItem', weight: 3, explains: (error) => isParallelError(error, 'CLONE') },
  { name: 'exit', weight: 8, deadly: true, explains: crash(({ exitCode }, n) => exitCode === n % 7) },
  {
    name: 'timer',
    weight: 5,
    deadly: true,
    waits: true,
    explains: crash(({ cause }, n) => isFailure(cause, n)),
  },
  {
    name: 'rejection',
    weight: 5,
    deadly: true,
    waits: true,
    explains: crash(({ cause }, n) => isFailure(cause, n)),
  },
  {
    name: 'rejectionOther',
    weight: 3,
    deadly: true,
    waits: true,
    explains: crash(({ cause }, n) => isOther(cause, n)),
  },
  {
    name: 'memory',
    weight: 1,
    deadly: true,
    explains: crash((error) => causeCode(error) === 'ERR_WORKER_OUT_OF_MEMORY'),
  },
  { name: 'late', weight: 3, deadly: true, mayPass: true, explains: () => false },
  {
    name: 'exitOnce',
    weight: 3,
    deadly: true,
    mayPass: true,
    explains: crash(({ exitCode }) => exitCode === 5),
  },
  { name: 'throwOnce', weight: 3, mayPass: true, explains: isFailure },
  { name: 'hang', weight: 2, deadly: true, endless: true, explains: isTimeout },
  // Its thread is ended, too, since it doesn't stop when it is told to.
  { name: 'stall', weight: 2, deadly: true, endless: true, waits: true, explains: isTimeout },
]
