/**
 * Tells a pool's threads from all others.
 * @module
 */
import { poolThreadMark } from '../wire/messages.js'

/** Node's module, without an import that a bundler for browsers would follow. */
export const nodeThreads = (): typeof import('node:worker_threads') | undefined =>
  typeof process === 'object' && typeof process.getBuiltinModule === 'function'
    ? process.getBuiltinModule('node:worker_threads')
    : undefined

/**
 * Whether a pool of this library started this thread. Test runners use worker threads of their own, in which a worker
 * module is only imported.
 */
export function isPoolThread(): boolean {
  const threads = nodeThreads()
  if (!threads) return 'WorkerGlobalScope' in globalThis
  if (threads.isMainThread || threads.getEnvironmentData(poolThreadMark) !== true) return false
  // Threads that this one may start inherit its data, but not its pool.
  threads.setEnvironmentData(poolThreadMark, undefined as never)
  return true
}
