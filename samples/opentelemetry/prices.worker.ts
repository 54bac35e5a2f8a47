import { trace } from '@opentelemetry/api'
import { expose, task } from 'rxjs-parallel/worker'
import { traced } from './carrying.js'
import { startTracing } from './spans.js'

export interface Order {
  readonly id: string
  readonly amounts: readonly number[]
}

const endedSpans = startTracing()

// #region tasks
export default expose({
  price: traced('price', ({ id, amounts }: Order) => {
    if (amounts.length === 0) throw new RangeError(`order ${id} is empty`)
    // The active span is that of this item, whatever else the thread is at.
    trace.getActiveSpan()?.setAttribute('order.id', id)
    return { id, total: amounts.reduce((sum, amount) => sum + amount) }
  }),
  spans: task((_: unknown, { threadId }) => ({ threadId, ended: endedSpans() })),
})
// #endregion
