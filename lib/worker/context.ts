/**
 * What a task or a stage may know of the run it is part of.
 * @module
 */
import { cancelCell } from '../wire/sharedCells.js'
import type { Time } from '../wire/time.js'
import type { Sleep } from './sleep.js'

/**
 * The second argument of a function wrapped by `task` or `stage`.
 *
 * @typeParam S what the pool is given as `shared`, where that is used: `(value, { shared }: TaskContext<Shared>) => …`.
 *
 * @example
 * ```ts
 * // search.worker.ts
 * import { expose, task, type TaskContext } from 'rxjs-parallel/worker'
 *
 * export default expose({
 *   // Looks whether anybody still waits, now and then.
 *   collatzSteps: task((start: number, context: TaskContext) => {
 *     let steps = 0
 *     for (let n = start; n !== 1 && !context.cancelled; steps++) n = n % 2 === 0 ? n / 2 : 3 * n + 1
 *     return steps
 *   }),
 *   // Moves its result's memory, which needn't be copied then.
 *   zeros: task((length: number, { transfer }: TaskContext) => {
 *     const bytes = new Uint8Array(length)
 *     return transfer(bytes, [bytes.buffer])
 *   }),
 * })
 * ```
 * ```ts
 * const search = threadPool<typeof import('./search.worker.js')>(new URL('./search.worker.js', import.meta.url))
 * console.log(await search.run(search.tasks.collatzSteps, 27)) // → 111
 * console.log(await search.run(search.tasks.zeros, 3)) // → Uint8Array(3) [ 0, 0, 0 ]
 * ```
 */
export interface TaskContext<S = Readonly<Record<string, unknown>>> {
  /** This thread's name, unique across machines: host, process and thread, as in `web-1/4711/3`. */
  readonly threadId: string
  /** Aborted when nobody wants the result any more, or its `timeout` is over. Give it to `fetch`, timers, streams. */
  readonly signal: AbortSignal
  /**
   * Whether nobody wants the result any more, or its `timeout` is over. Doesn't wait for a message, so a loop that
   * never returns to the event loop sees it too. (In a page that isn't cross-origin isolated there is no shared memory
   * to tell it by: there only `signal` and a loop that awaits now and then see it.)
   */
  readonly cancelled: boolean
  /** What the pool was given as `shared`. */
  readonly shared: S
  /**
   * Marks parts of a result to be moved to the main side instead of copied; they are unusable here afterwards.
   * @returns `value`, so that it can wrap what is returned or yielded.
   */
  transfer<V>(value: V, list: readonly Transferable[]): V
}

/** What a thread knows of itself. */
export interface ThreadInfo {
  readonly threadId: string
  readonly concurrency: number
  readonly cells: Int32Array | undefined
  /** Where no memory is shared: whether a message that waits says that a channel is cancelled. */
  readonly isCancelled?: ((channel: number) => boolean) | undefined
  readonly shared: Readonly<Record<string, unknown>>
  readonly time: Time
  /** Where a thread may stand still without being told. */
  readonly sleep?: Sleep | undefined
}

/** One channel's cancellation, as its tasks and its stage see it; or that of one item, where its time is limited. */
export class Cancellation {
  private controller: AbortController | undefined
  private told = false
  /** By {@link now}. */
  private deadline: number | undefined
  /** Whether its task has seen that its time is over, and so may have left off. */
  isOverForTask = false

  constructor(
    private readonly thread: ThreadInfo,
    private readonly channel: number,
    /** Milliseconds from now, if its time is limited. */
    timeout?: number,
  ) {
    if (timeout !== undefined) this.deadline = this.now + timeout
  }

  /** The thread's time, as far as it was awake. */
  get now(): number {
    return this.thread.time.now() - (this.thread.sleep?.total ?? 0)
  }

  /** Milliseconds; undefined if its time isn't limited. */
  get timeLeft(): number | undefined {
    return this.deadline === undefined ? undefined : this.deadline - this.now
  }

  /** Its time stood still for so many milliseconds: the item waited for others. */
  extend(milliseconds: number): void {
    if (this.deadline !== undefined) this.deadline += milliseconds
  }

  get cancelled(): boolean {
    if (this.told) return true
    if (this.isOver) return (this.isOverForTask = true)
    // The message about it may wait behind the very loop that asks; the cell doesn't.
    const { cells, isCancelled } = this.thread
    if (cells) return Atomics.load(cells, cancelCell(this.channel)) === this.channel
    return isCancelled?.(this.channel) ?? false
  }

  /** Whether its time is over. */
  get isOver(): boolean {
    return this.deadline !== undefined && this.now >= this.deadline
  }

  /** Calls back when it is sure whether its time {@link isOver}: at once where the thread is never put to sleep. */
  whenSure(decide: () => void): void {
    const { sleep } = this.thread
    if (sleep) sleep.learn(decide)
    else decide()
  }

  /**
   * Made when first asked for: most tasks never do. A run that has only just begun finds it as it was when the run was
   * sent, even if it is cancelled by now: the message about that is on its way, and a task that listens for `abort`
   * without a look at `aborted` must not wait in vain.
   */
  get signal(): AbortSignal {
    if (this.controller) {
      if (this.cancelled && !this.controller.signal.aborted) this.abort(this.controller)
      return this.controller.signal
    }
    this.controller = new AbortController()
    if (this.told) this.abort(this.controller)
    return this.controller.signal
  }

  cancel(): void {
    this.told = true
    if (this.controller) this.abort(this.controller)
  }

  private abort(controller: AbortController): void {
    // As AbortSignal.timeout() and AbortController name them.
    const reason = this.isOver
      ? new DOMException('The item took longer than its timeout', 'TimeoutError')
      : new DOMException('The pipeline was unsubscribed', 'AbortError')
    controller.abort(reason)
  }
}

/** Makes the context of one run. */
export function createContext(
  thread: ThreadInfo,
  cancellation: Cancellation,
  toTransfer: (list: readonly Transferable[]) => void,
): TaskContext {
  return {
    threadId: thread.threadId,
    get signal() {
      return cancellation.signal
    },
    get cancelled() {
      return cancellation.cancelled
    },
    shared: thread.shared,
    // An arrow, so that `{ transfer }` may be taken out of the context.
    transfer: (value, list) => {
      toTransfer(list)
      return value
    },
  }
}
