/**
 * What differs between a thread of Node and one of a browser, as seen from inside: this is a browser's.
 * @module
 */
import type { Leave } from '../lastWords.js'
import { Sleep } from '../sleep.js'

/** Whether this is a worker; of those that load a worker module, the pool's are all. */
export function isPoolThread(): boolean {
  return 'WorkerGlobalScope' in globalThis
}

/** What is used of a worker's global object. */
interface WorkerScope {
  close(): void
  addEventListener(type: 'error', listener: (event: ErrorEvent) => void): void
  addEventListener(type: 'unhandledrejection', listener: (event: PromiseRejectionEvent) => void): void
}

/**
 * Reports an exception that nothing caught, and then ends the thread: its state is unknown. Also reports that a thread
 * closes itself, which a browser tells nobody.
 */
export function lastWords(report: Leave): void {
  const scope = globalThis as unknown as WorkerScope
  const close = scope.close.bind(scope)
  const end = (event: Event, thrown: unknown) => {
    // Whoever subscribed is told; the console needn't be.
    event.preventDefault()
    report({ thrown })
    close()
  }
  scope.addEventListener('error', (event) => end(event, event.error ?? new Error(event.message)))
  scope.addEventListener('unhandledrejection', (event) => end(event, event.reason))
  scope.close = () => {
    report(undefined)
    close()
  }
}

/** How long this thread has stood still with its page. `ask` asks the pool. */
export function sleepOf(ask: () => void): Sleep | undefined {
  return new Sleep(ask)
}
