/**
 * What a pool takes from where it runs. There are two of these, node/platform.ts and browser/platform.ts: the code
 * names Node's, and the build for browsers takes the other one (see tsup.config.ts).
 * @module
 */
import type { Time } from '../wire/time.js'
import type { Link, LinkEvents, LinkOptions } from './link.js'
import type { WorkerSource } from './workerSource.js'

export interface Platform {
  /** The time that pools go by. */
  readonly time: Time
  /** So many threads keep the machine busy, as far as it tells. */
  parallelism(): number
  /** What is wrong with using this option here, as the end of a sentence; undefined if nothing is. */
  whyNot(option: 'isolation' | 'memoryLimit'): string | undefined
  /** Loads what starts a thread, or a process. It never throws: what fails rejects the link's `started`. */
  loadStart(isolation: 'thread' | 'process'): Promise<(options: LinkOptions, events: LinkEvents) => Link>
  /** Loads what a thread of inline functions is to load. */
  inlineWorker(): Promise<WorkerSource>
}
