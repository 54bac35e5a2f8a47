/**
 * What operators and pools say to each other about items: a pool asks for work when a thread has room, and reports
 * what became of each item.
 * @module
 */
import type { Trace } from '../wire/errorCodec.js'
import type { Manifest, TaskStep, Values } from '../wire/messages.js'
import type { Time } from '../wire/time.js'
import type { BatchSize } from './batchSize.js'
import type { Slice } from './chunkQueue.js'

/** An item that emits many. */
export interface OpenItem {
  /** For how many more values it has room: with none left, it is paused. */
  room: number
  /** How many were taken downstream since it was last given room. */
  taken: number
}

/** Some items that a thread was given. */
export interface Dispatch {
  slice: Slice<unknown>
  /** How to let an item that emits many emit `count` more. Set by the thread that has it. */
  grant: ((item: number, count: number) => void) | undefined
  /** Items that have emitted values and may emit more. */
  open: Map<number, OpenItem> | undefined
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
  /** The signal that ended it, of a process. */
  readonly signal: string | undefined
  readonly cause: unknown
  /** The items of a dispatch that may have brought it about, by their place in it. */
  readonly running: readonly number[]
  /** Whether there is but one such item in all that the thread had. */
  readonly certain: boolean
  /**
   * Why the pool ended the thread, where it did: an item had taken longer than it may, or didn't stop when told to; or
   * a message was lost, of items or of their results, since the end that it came to can't read it.
   */
  readonly ended: 'timeout' | 'straggler' | 'unreadableItem' | 'unreadableResult' | undefined
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
  /**
   * Told what the threads expose before the first items are taken; it may settle then what it runs, and have the pool
   * run more beside it, even one that is being closed.
   */
  settle?(manifest: Manifest, pool: Attachable): void
  /** Milliseconds that an item may take; undefined: as long as it likes. */
  readonly timeout: number | undefined
  /** The one thread that may run it, by its place in the pool; undefined for any. */
  readonly pin: number | undefined
  readonly batchSize: BatchSize
  /** How an error names an item. */
  place(item: number): string
  /** Items that wait. */
  readonly queued: number
  /** Items that have no outcome yet, and results that wait downstream. */
  readonly load: number
  /** Whether the next of them has to run with nothing else in its thread: it may be what brought one down. */
  readonly alone: boolean
  /** Whether the next of them was taken before, so that others may wait for it. */
  readonly again: boolean
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
  /**
   * Whoever asked for it has gone together with the pool: a stream says nothing more, neither results nor an error; a
   * Promise, which has to settle, fails with this one.
   */
  left(error: unknown): void
}

/** What runs work. */
export interface Attachable {
  attach(work: Work): Attachment
}

/** A pool's side of one {@link Work}. */
export interface Attachment {
  /** There is work to take. */
  ready(): void
  /** The item of that place in the stream has failed for good. */
  failed(position: number, error: unknown): void
  /** Nothing more is wanted: what is running is told so. */
  detach(): void
  /** The most threads that may run it. */
  readonly threads: number
  /** What the pool goes by. */
  readonly time: Time
  /** How many items the pool can have in its threads now, where so many go together. */
  capacityFor(batch: number): number
}
