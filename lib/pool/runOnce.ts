/**
 * Runs a task once.
 * @module
 */
import type { Demand } from '../flow/demand.js'
import { ItemFlow } from '../flow/itemFlow.js'
import type { Receiver } from '../flow/outlet.js'
import type { Trace } from '../wire/errorCodec.js'
import type { AnyRef } from './seam.js'
import { backend } from './seam.js'

/** Starts the task; what it emits comes as it comes, as fast as `below` wants it. Returns how to stop it. */
export function runOnce<R>(
  ref: AnyRef,
  args: readonly unknown[],
  caller: 'run' | 'fromTask',
  trace: Trace | undefined,
  receiver: Receiver<R>,
  below: Demand | undefined,
): () => void {
  const pool = ref[backend]
  // One argument, as most have, needs no list around it.
  const spread = args.length !== 1
  const steps = [{ task: { name: ref.name }, spread, caller: trace }]
  const flow = new ItemFlow<unknown, R>(receiver, {
    steps,
    pin: undefined,
    batchSize: pool.batchSizeOf(steps, 'auto'),
    ordered: false,
    concurrency: 1,
    bufferSize: Number.POSITIVE_INFINITY,
    bufferBytes: Number.POSITIVE_INFINITY,
    overflow: 'error',
    place: () => (spread ? `${caller} arguments` : `${caller} arguments[0]`),
    transfer: undefined,
    promised: caller === 'run',
    replace: undefined,
    below,
  })
  flow.attach(pool)
  flow.push(spread ? args : args[0])
  flow.end()
  return () => flow.cancel()
}
