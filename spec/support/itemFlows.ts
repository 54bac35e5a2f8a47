import { BatchSize } from '../../lib/flow/batchSize.js'
import type { ItemFlowOptions } from '../../lib/flow/itemFlow.js'
import { ItemFlow } from '../../lib/flow/itemFlow.js'
import type { Receiver } from '../../lib/flow/outlet.js'
import type { Attachment } from '../../lib/flow/work.js'
import { realTime } from '../../lib/wire/time.js'

/** A flow as `parallelMap` makes it without options. */
export function itemFlow<T, R>(
  receiver: Receiver<R>,
  options: Partial<ItemFlowOptions> = {},
): ItemFlow<T, R> {
  return new ItemFlow<T, R>(receiver, {
    steps: [{ task: { name: 'task' }, spread: false, caller: undefined }],
    pin: undefined,
    batchSize: new BatchSize(),
    ordered: true,
    concurrency: Number.POSITIVE_INFINITY,
    bufferSize: Number.POSITIVE_INFINITY,
    bufferBytes: Number.POSITIVE_INFINITY,
    overflow: 'error',
    place: (item) => `items[${item}]`,
    transfer: undefined,
    replace: undefined,
    below: undefined,
    ...options,
  })
}

/** Gives a flow to a pool that is the test: it takes items, and answers, by itself. */
export function attachTo(flow: Pick<ItemFlow<unknown, unknown>, 'attach'>, pool: Partial<Attachment>): void {
  const attachment: Attachment = {
    ready: () => {},
    failed: () => {},
    detach: () => {},
    threads: 1,
    time: realTime,
    capacityFor: () => 10,
    ...pool,
  }
  flow.attach({ attach: () => attachment })
}
