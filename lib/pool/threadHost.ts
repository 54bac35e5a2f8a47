/**
 * A worker and the port that its values travel on, whatever the platform makes it of.
 * @module
 */
import type { Port } from '../wire/messages.js'
import type { Death } from './link.js'
import type { WorkerSource } from './workerSource.js'

/** What threads.js asks of a worker. */
export interface ThreadsWorker {
  postMessage(message: unknown, transfer?: readonly Transferable[]): void
  terminate(): Promise<unknown>
  addEventListener(type: string, listener: (event: { data: unknown }) => void): void
  removeEventListener(type: string, listener: (event: { data: unknown }) => void): void
}

export interface ThreadHost extends ThreadsWorker {
  readonly threadId: string
  /** The thread's end of the port. */
  readonly remotePort: Port & Transferable
  /**
   * Hands over what comes on the port, and why something could not be read; and, once, how the thread ended: after all
   * that it had sent.
   */
  listen(
    message: (data: unknown) => void,
    unreadable: (cause: unknown) => void,
    died: (death: Death) => void,
  ): void
  /** Resolves when the thread is gone. */
  whenDead(): Promise<Death>
  /** The thread has said that it ends. */
  saidGoodbye(): void
  post(message: unknown, transfer?: readonly Transferable[]): void
  /** Whether the process must stay for this thread. */
  keepAlive(busy: boolean): void
  /** The thread says that it has worked for so many milliseconds. */
  worked(milliseconds: number): void
  /** The share of its time, from 0 to 1, that it has worked since it started. */
  utilization(): number
}

/** Makes one. `worker` and `memoryLimit` as in LinkOptions. */
export type MakeThreadHost = (
  source: WorkerSource,
  worker: Readonly<Record<string, unknown>>,
  memoryLimit: number | undefined,
) => ThreadHost
