/**
 * What operators and pools say to each other about items: a pool asks for work when a thread has room, and reports
 * what became of each item.
 * @module
 */
import type { Trace } from '../wire/errorCodec.js'
import type { Manifest, TaskStep, Values } from '../wire/messages.js'
import type { BatchSize } from './batchSize.js'
import type { Slice } from './chunkQueue.js'

/** Some items that a thread was given. */
export interface Dispatch {
  slice: Slice<unknown>
  /** How to let an item that emits many emit `count` more. Set by the thread that has it. */
  grant: ((item: number, count: number) => void) | undefined
  /** Of each item that has emitted values and may emit more: how many were taken downstream since the last grant. */
  taken: Map<number, number> | undefined
  /** Items that have ended, where not all did with one message. */
  ended: Set<number> | undefined
  /** Items that have emitted values without having ended: what they emitted can't be taken back. */
  emitted: Set<number> | undefined
}

/** What has become of items of a dispatch: see `ResultsMessage`, whose errors have been brought back. */
export interface Outcomes {
  readonly first: number
  readonly values: Values
  readonly layout: number[] | undefined
  readonly errors: readonly unknown[]
}

/** Why a thread was lost. */
export interface Loss {
  readonly threadId: string
  readonly exitCode: number | undefined
  readonly cause: unknown
  /** The items of a dispatch that may have brought it about, by their place in it. */
  readonly running: readonly number[]
  /** Whether there is but one such item in all that the thread had. */
  readonly certain: boolean
  /** Why the pool ended the thread, where it did: an item had taken longer than it may, or didn't stop when told to. */
  readonly ended: 'timeout' | 'straggler' | undefined
}

/** What an operator adds to the work on an item. */
export interface WorkStep extends TaskStep {
  /** Made where the work was asked for: its frames follow those of errors that threads report. */
  readonly caller: Trace | undefined
}

/** One operator's subscription, or that of several that run as one, as a pool sees it. */
export interface Work {
  /** At least one. */
  readonly steps: readonly WorkStep[]
  /** Told what the threads expose before the first items are taken; it may settle then what it runs. */
  settle?(manifest: Manifest): void
  /** Milliseconds that an item may take; undefined: as long as it likes. */
  readonly timeout: number | undefined
  /** The one thread that may run it, by its place in the pool; undefined for any. */
  readonly pin: number | undefined
  readonly batchSize: BatchSize
  /** How an error names an item. */
  place(item: number): string
  /** Items that wait. */
  readonly queued: number
  /** Whether the next of them has to run with nothing else in its thread: it may be what brought one down. */
  readonly alone: boolean
  /** The next items to run, if there are any that may run now. */
  take(): Dispatch | undefined
  /** What must be moved, not copied, with an item: a user's function. */
  readonly transfer: ((value: never) => readonly Transferable[]) | undefined
  /** Outcomes have come in. */
  results(dispatch: Dispatch, outcomes: Outcomes): void
  /** These items could not be sent, each for its reason; the others wait again. Returns how many failed. */
  refused(dispatch: Dispatch, failures: ReadonlyMap<number, unknown>): number
  /** The thread has begun only so many of these items: the others wait again. */
  returned(dispatch: Dispatch, begun: number): void
  /** The thread that had these items is gone. Returns how many of them failed. */
  lost(dispatch: Dispatch, loss: Loss): number
  /** The pool has more room than it had. */
  roomier(): void
  /** The pool can't go on. */
  aborted(error: unknown): void
}

/** A pool's side of one {@link Work}. */
export interface Attachment {
  /** There is work to take. */
  ready(): void
  /** Nothing more is wanted: what is running is told so. */
  detach(): void
  /** The most threads that may run it. */
  readonly threads: number
  /** How many items the pool can have in its threads now, where so many go together. */
  capacityFor(batch: number): number
}
