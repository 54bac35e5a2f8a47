/**
 * One trace over several threads: each order's span goes along with the order into a thread, is the parent of the span
 * of the work there, and that comes back with the result and is the parent of what is done with it here.
 *
 *     npx tsx samples/opentelemetry/main.ts [--watch]
 */
import { trace } from '@opentelemetry/api'
import { EMPTY, lastValueFrom, map, toArray } from 'rxjs'
import type { Pool } from 'rxjs-parallel'
import { fanIn, fanOut, parallelMap, pull, threadPool } from 'rxjs-parallel'
import { isStarted } from '../isStarted.js'
import { watched } from '../watch/watched.js'
import { carried, carry } from './carrying.js'
import type { Order } from './prices.worker.js'
import type { SpanRecord } from './spans.js'
import { startTracing } from './spans.js'

type Prices = Pool<typeof import('./prices.worker.js')>

/** Takes orders in, each in a span of its own. Emits what was saved; leaves out what has failed. */
export function process(orders: Iterable<Order>, pool: Prices) {
  // #region pipeline
  const tracer = trace.getTracer('samples')
  const save = ({ id, total }: { id: string; total: number }) =>
    tracer.startActiveSpan('save', (span) => {
      span.end()
      return `${id}: ${total}`
    })
  return pull(received(orders)).pipe(
    parallelMap(pool.tasks.price, { onError: () => EMPTY }), // spans end in errors, too
    map(carried(save)), // in the span of `price`
  )

  function* received(orders: Iterable<Order>) {
    for (const order of orders)
      yield tracer.startActiveSpan('order', (span) => {
        span.end()
        return carry(order)
      })
  }
  // #endregion
}

/** The spans that have ended in each of the pool's threads. */
export function spansInThreads(pool: Prices) {
  const everywhere = pull([null]).pipe(fanOut(pool.tasks.spans, { route: 'broadcast' }), fanIn())
  return lastValueFrom(everywhere.pipe(toArray()))
}

export async function main(log: (line: string) => void = console.log) {
  const endedHere = startTracing()
  await using pool: Prices = threadPool(new URL('./prices.worker.ts', import.meta.url), { size: 2 })
  const orders: Order[] = [
    { id: 'first', amounts: [10, 20] },
    { id: 'second', amounts: [] },
    { id: 'third', amounts: [5] },
  ]
  await process(orders, pool).forEach(log)
  const ended = [...endedHere(), ...(await spansInThreads(pool)).flatMap((thread) => thread.ended)]
  for (const line of tree(ended)) log(line)
}

/** The spans as a tree, children below their parents. */
export function* tree(spans: readonly SpanRecord[], parent?: string, indent = ''): Generator<string> {
  for (const { id, name, error } of spans.filter((span) => span.parent === parent)) {
    yield `${indent}${name}${error === undefined ? '' : ` (${error})`}`
    yield* tree(spans, id, `${indent}  `)
  }
}

if (isStarted(import.meta.url)) await watched(main)
