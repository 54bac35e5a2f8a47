/**
 * What threads.js does to its process in Node, undone.
 * @module
 */

/** Takes off the handlers of SIGINT and SIGTERM that importing threads.js leaves: they end the process at once. */
export function restoreSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    for (const listener of process.listeners(signal))
      if (listener.toString().includes('terminateWorkersAndMaster')) process.off(signal, listener)
}
