/**
 * One thread as a pool sees it, whatever it is made of.
 * @module
 */
import type { FromThread, Manifest, ToThread } from '../wire/messages.js'

/** How a thread ended. */
export interface Death {
  readonly exitCode: number | undefined
  readonly cause: unknown
}

export interface LinkEvents {
  message(message: FromThread): void
  /** The thread is gone, and all that it had sent has been handed over. Not called when it never started. */
  died(death: Death): void
}

export interface Link {
  readonly threadId: string
  /** What the thread can run; rejects with a WorkerStartError. */
  readonly started: Promise<Manifest>
  /** Memory that is shared with the thread, where there is any: see sharedCells.ts. */
  readonly cells: Int32Array | undefined
  /** Throws what structured clone throws. */
  post(message: ToThread, transfer?: readonly Transferable[]): void
  /** Whether the process must stay for this thread. */
  keepAlive(busy: boolean): void
  /** The share of its time, from 0 to 1, that it has worked since it started. */
  utilization(): number
  /** Ends the thread at once. */
  terminate(): Promise<void>
}

export type StartLink = (events: LinkEvents) => Link
