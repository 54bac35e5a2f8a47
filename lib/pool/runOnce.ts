/**
 * Runs a task once, as a stream of its results.
 * @module
 */
import { Observable } from 'rxjs'
import { offeredDemand } from '../flow/demand.js'
import { ItemFlow } from '../flow/itemFlow.js'
import type { AnyRef } from './seam.js'
import { backend } from './seam.js'

/** Starts the task for each subscriber; what it emits comes as it comes, as fast as it is wanted. */
export function runOnce<R>(
  ref: AnyRef,
  args: readonly unknown[],
  caller: string,
  trace: Error,
): Observable<R> {
  return new Observable<R>((subscriber) => {
    const pool = ref[backend]
    const task = { name: ref.name }
    const flow = new ItemFlow<readonly unknown[], R>(subscriber, {
      task,
      spread: true,
      pin: undefined,
      batchSize: pool.batchSizeOf(task, 'auto'),
      ordered: false,
      concurrency: 1,
      bufferSize: Number.POSITIVE_INFINITY,
      bufferBytes: Number.POSITIVE_INFINITY,
      overflow: 'error',
      place: () => `${caller} arguments`,
      transfer: undefined,
      replace: undefined,
      caller: trace,
      below: offeredDemand(),
    })
    flow.attach(pool.attach(flow))
    flow.push(args)
    flow.end()
    return () => flow.cancel()
  })
}
