/**
 * What a pool's threads load. Told by its shape, so that programs for browsers need no types of Node, and the other way
 * round.
 * @module
 */

/**
 * A Web Worker, or one of Node's worker_threads.
 * @inline
 */
export interface AnyWorker {
  /** Sends it a message. */
  postMessage(message: never, transfer: never): void
  /** Ends it. */
  terminate(): unknown
}

/**
 * A module, or whatever a function makes.
 * @inline
 */
export type WorkerSource = URL | string | (() => AnyWorker)
