/**
 * What a pool's threads load. Told by its shape, so that programs for browsers need no types of Node, and the other way
 * round.
 * @module
 */

/** A Web Worker, or one of Node's worker_threads. */
export interface AnyWorker {
  postMessage(message: never, transfer: never): void
  terminate(): unknown
}

/** A module, or whatever a function makes. */
export type WorkerSource = URL | string | (() => AnyWorker)
