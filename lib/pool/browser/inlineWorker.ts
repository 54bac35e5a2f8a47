/**
 * The worker of inline functions: its code travels in this library, since no bundler knows of it.
 * @module
 */
import { WorkerStartError } from '../../errors.js'
import code from './inlineWorkerCode.js'

let url: string | undefined

/** Makes one. */
export function makeInlineWorker(): Worker {
  url ??= URL.createObjectURL(new Blob([code], { type: 'text/javascript' }))
  const worker = new Worker(url)
  worker.addEventListener('error', explain)
  return worker
}

/** A browser tells no more than that it could not be loaded. Of this one it is known why. */
function explain(event: ErrorEvent): void {
  if (event.message || !event.target) return
  event.stopImmediatePropagation()
  const error = new WorkerStartError(
    "an inline function runs in a worker made of a blob, and this page's Content-Security-Policy forbids that " +
      '(worker-src has no blob:); move the function to a worker module',
  )
  event.target.dispatchEvent(new ErrorEvent('error', { error, message: error.message }))
}
