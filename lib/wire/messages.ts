/**
 * Every message that crosses to a thread and back, split by direction. Values travel in batches from the first
 * day: a message costs a hundred times what a number in it does.
 * @module
 */
import type { EncodedError } from './errorCodec.js'
import type { Membership, SharedMessage } from './sharing.js'
import type { Transport } from './uncloneable.js'

/** What is run: a function that the worker module exposed, or one whose source travels with it. */
export type TaskSource =
  | { readonly name: string }
  | {
      readonly code: string
      readonly functions: [string, string][]
      readonly values: Record<string, unknown>
    }

/** One step of what is run for each item: its input is the item, or each result of the step before it. */
export interface TaskStep {
  readonly task: TaskSource
  /** The input is a list of arguments. */
  readonly spread: boolean
}

/** Values of a batch: numbers only travel packed. See packing.ts. */
export type Values = readonly unknown[] | Float64Array

/** What a thread uses of a MessagePort; a process has one of its own. */
export interface Port {
  postMessage(message: unknown, transfer: Transferable[]): void
  onmessage: ((event: MessageEvent) => void) | null
  /** Given what keeps a message from being read, in its turn. */
  onmessageerror: ((event: MessageEvent) => void) | null
  /** How values travel through it, where it is not by structured clone. */
  readonly transport?: Transport
  /** Whether the message that a channel is cancelled waits here, behind what runs now. */
  isCancelled?(channel: number): boolean
}

/** Handed to a thread once, with its port, by the one call that goes through threads.js. */
export interface ConnectMessage {
  readonly port: Port
  /** The thread's name. */
  readonly threadId: string
  /** Items in progress at once. */
  readonly concurrency: number
  /** The cells of sharedCells.ts, where shared memory may be had. */
  readonly cells: Int32Array | undefined
  /** What `context.shared` is there, as it travels: see sharing.ts. */
  readonly shared: Readonly<Record<string, unknown>>
  /** The thread as locks know it, where some of that is more than its value. */
  readonly membership: Membership | undefined
  /** The codec in which values travel, where there is one: its name, and the URL of a module that registers it. */
  readonly codec: { readonly name: string; readonly module: string } | undefined
}

/** The first message to a process. */
export interface JoinMessage extends Omit<ConnectMessage, 'port' | 'cells' | 'threadId'> {
  /** The URL of the module that it is to load. */
  readonly module: string
  /** The URL of tsx's programming interface, where that has to load it. */
  readonly tsx: string | undefined
  /** The name of this machine. */
  readonly host: string
}

/** What a process sends, and the milliseconds that it has worked since it started. */
export type FromProcess = readonly [worked: number, message: unknown]

/** The first message from a process: it can work. */
export interface JoinedMessage {
  readonly type: 'joined'
  readonly manifest: Manifest
}

/** What a function that a worker module exposes is, as far as it shows before it is called. */
export type ExposedKind = 'task' | 'generator' | 'stage'

/** What a thread answers to {@link ConnectMessage}: the names it exposes. */
export type Manifest = Record<string, ExposedKind>

/** Main side to thread. */
export type ToThread =
  /** What batches that name this number run, and how many milliseconds each item may take. */
  | { type: 'task'; id: number; steps: readonly TaskStep[]; timeout: number | undefined }
  /** No more batches of that task come. */
  | { type: 'dropTask'; id: number }
  /** Items to run. A channel begins with its first batch. */
  | { type: 'batch'; channel: number; task: number; batch: number; values: Values }
  /** Starts a stage. It may emit `credit` values before it needs more. */
  | { type: 'stage'; channel: number; task: TaskSource; credit: number }
  /** Values for a stage's source. */
  | { type: 'input'; channel: number; values: Values }
  /** A stage's source has completed. */
  | { type: 'inputEnd'; channel: number }
  /** `count` more values may be emitted by an item (of a batch) or by a stage (batch and index are 0). */
  | { type: 'credit'; channel: number; batch: number; index: number; count: number }
  /** Asks for a {@link FromThread} `pong`. */
  | { type: 'ping' }
  /** Milliseconds that the page, and its threads with it, has been asleep so far. */
  | { type: 'slept'; total: number }
  /** Stop what the channel runs; nothing more of it is wanted. */
  | { type: 'cancel'; channel: number }
  /** To something in `context.shared`. */
  | SharedMessage

/**
 * Outcomes of a batch. Without a `layout`, `values[i]` is the one result of item `first + i`. With one, it holds
 * triples (item, how many of `values` are its, state), in the order in which they happened.
 */
export interface ResultsMessage {
  type: 'results'
  batch: number
  first: number
  values: Values
  layout: number[] | undefined
  /** One for each triple with the state {@link itemState.failed}, in their order. */
  errors: EncodedError[] | undefined
  /** Milliseconds of work since the last message about this batch. */
  busy: number
}

/** So many values may one item emit before it waits for `credit`. */
export const itemWindow = 1024

/** What a triple says of its item. */
export const itemState = { open: 0, complete: 1, failed: 2, timedOut: 3 } as const

/** Thread to main side. */
export type FromThread =
  | ResultsMessage
  /** A channel was cancelled: nothing more comes of it. */
  | { type: 'cancelled'; channel: number }
  /** So many items that were told to stop still hold places. `stuck`: one of them past the grace period. */
  | { type: 'stragglers'; count: number; stuck: boolean }
  /** A stage has taken `count` values from its source, in `busy` milliseconds. */
  | { type: 'consumed'; channel: number; count: number; busy: number }
  /** Values that a stage emits. */
  | { type: 'output'; channel: number; values: Values }
  /** A stage has ended, or failed. */
  | { type: 'outputEnd'; channel: number; error: EncodedError | undefined }
  /** The thread gets to its messages. */
  | { type: 'pong' }
  /** Asks for a {@link ToThread} `slept`. */
  | { type: 'hasSlept' }
  /** From something in `context.shared`. */
  | SharedMessage
  /** A message was lost on its way to the thread, or from it: what it was posted as can't be read at the other end. */
  | { type: 'unreadable'; way: 'to' | 'from'; error: EncodedError }
  /** The thread is about to end: by an exception that nothing caught, or, without one, by its own wish. */
  | { type: 'goodbye'; error: EncodedError | undefined }

/** The key of the environment data by which a pool marks the threads that it starts in Node. */
export const poolThreadMark = 'rxjs-parallel.thread'
