/**
 * What differs between a thread of Node and one of a browser, as seen from inside.
 * @module
 */

import { nodeThreads } from './poolThread.js'

/** This thread's name: that of its process, and its own number in it. */
export function nameOfThread(prefix: string): string {
  return `${prefix}/${nodeThreads()?.threadId ?? crypto.randomUUID().slice(0, 8)}`
}

/**
 * Reports an exception that nothing caught, and then ends the thread: its state is unknown. threads.js would report
 * it a quarter of a second later and let the thread live on.
 */
export function lastWords(report: (thrown: unknown) => void): void {
  if (!nodeThreads()) return
  const end = (thrown: unknown) => {
    report(thrown)
    process.exit(1)
  }
  process.on('uncaughtException', end)
  process.on('unhandledRejection', end)
}
