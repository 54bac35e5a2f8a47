/**
 * What a task or a stage may know of the run it is part of.
 * @module
 */
import { cancelCell } from '../wire/sharedCells.js'

/** The second argument of a function wrapped by {@link task} or {@link stage}. */
export interface TaskContext {
  /** This thread's name, unique across machines: host, process and thread, as in `web-1/4711/3`. */
  readonly threadId: string
  /** Aborted when nobody wants the result any more, or its `timeout` is over. Give it to `fetch`, timers, streams. */
  readonly signal: AbortSignal
  /**
   * Whether nobody wants the result any more, or its `timeout` is over. Reads shared memory where there is any, so a loop that never returns
   * to the event loop sees it too.
   */
  readonly cancelled: boolean
  /** What the pool was given as `shared`. */
  readonly shared: Readonly<Record<string, unknown>>
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
  readonly shared: Readonly<Record<string, unknown>>
}

/** One channel's cancellation, as its tasks and its stage see it; or that of one item, where its time is limited. */
export class Cancellation {
  private controller: AbortController | undefined
  private told = false

  constructor(
    private readonly channel: number,
    private readonly cells: Int32Array | undefined,
    /** By `performance.now()`. It moves while the item waits for others. */
    public deadline?: number,
  ) {}

  get cancelled(): boolean {
    // The message about it may wait behind the very loop that asks; the cell doesn't.
    return (
      this.told ||
      (this.cells !== undefined && Atomics.load(this.cells, cancelCell(this.channel)) === this.channel) ||
      this.isOver
    )
  }

  /** Whether its time is over. */
  get isOver(): boolean {
    return this.deadline !== undefined && performance.now() > this.deadline
  }

  /** Made when first asked for: most tasks never do. */
  get signal(): AbortSignal {
    this.controller ??= new AbortController()
    if (this.cancelled && !this.controller.signal.aborted) this.abort(this.controller)
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
