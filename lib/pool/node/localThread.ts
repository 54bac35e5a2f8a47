/**
 * Names of threads that are unique across machines: host, process, thread.
 * @module
 */
import { hostname } from 'node:os'
import { threadId } from 'node:worker_threads'

/** The name that this process gives its threads. */
export const processId = `${hostname()}/${process.pid}`

/** The name of the thread that this code runs in, as `context.threadId` gives it in a pool's threads. */
export function localThreadId(): string {
  return `${processId}/${threadId}`
}
