/**
 * What differs between a thread of Node and one of a browser, as seen from inside: this is Node's.
 * @module
 */
import { poolThreadMark } from '../../wire/messages.js'
import type { Leave } from '../lastWords.js'
import { poolProcess } from '../poolProcess.js'
import type { Sleep } from '../sleep.js'

/**
 * Whether a pool of this library started this thread. Test runners use worker threads of their own, in which a worker
 * module is only imported.
 */
export function isPoolThread(): boolean {
  if (poolProcess()) return true
  // Without an import, which would be one more to wait for.
  const threads = process.getBuiltinModule('node:worker_threads')
  if (threads.isMainThread || threads.getEnvironmentData(poolThreadMark) !== true) return false
  // Threads that this one may start inherit its data, but not its pool.
  threads.setEnvironmentData(poolThreadMark, undefined as never)
  return true
}

/**
 * Reports an exception that nothing caught, and then ends the thread: its state is unknown. threads.js would report
 * it a quarter of a second later and let the thread live on.
 */
export function lastWords(report: Leave): void {
  const end = (thrown: unknown) => {
    report({ thrown })
    process.exit(1)
  }
  process.on('uncaughtException', end)
  process.on('unhandledRejection', end)
}

/** Threads of Node stand still with the whole machine only, and its clock with them. */
export function sleepOf(_ask: () => void): Sleep | undefined {
  return undefined
}
