/**
 * One thread as a pool sees it, whatever it is made of.
 * @module
 */
import type { CodecKind } from '../wire/codec.js'
import type { FromThread, Manifest, ToThread } from '../wire/messages.js'
import type { Time } from '../wire/time.js'
import type { Transport } from '../wire/uncloneable.js'
import type { WorkerSource } from './workerSource.js'

/** What a thread is started with. */
export interface LinkOptions {
  readonly source: WorkerSource
  /** What the user passes on to Node's own function. */
  readonly worker: Readonly<Record<string, unknown>>
  /** MiB of heap. */
  readonly memoryLimit: number | undefined
  readonly concurrency: number
  /** Milliseconds. */
  readonly startTimeout: number
  readonly shared: Readonly<Record<string, unknown>>
  readonly codec: CodecKind | undefined
  readonly time: Time
}

/** How a thread ended. */
export interface Death {
  readonly exitCode: number | undefined
  /** The signal that ended a process. */
  readonly signal?: string | undefined
  readonly cause: unknown
  /** The last batch that can have reached it, where that is known. */
  readonly received?: number
}

export interface LinkEvents {
  message(message: FromThread): void
  /** The thread is gone, and all that it had sent has been handed over. Not called when it never started. */
  died(death: Death): void
}

export interface Link {
  readonly threadId: string
  /** What the thread can run; rejects with a WorkerStartError. */
  readonly started: PromiseLike<Manifest>
  /** The same, of one that needs no time to start. */
  readonly manifest?: Manifest
  /** Memory that is shared with the thread, where there is any: see sharedCells.ts. */
  readonly cells: Int32Array | undefined
  /** How values travel, where it is not by structured clone. */
  readonly transport?: Transport
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
