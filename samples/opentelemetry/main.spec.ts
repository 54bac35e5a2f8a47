import { trace } from '@opentelemetry/api'
import { lastValueFrom, toArray } from 'rxjs'
import { threadPool } from 'rxjs-parallel'
import { expect, it, onTestFinished } from 'vitest'
import { main, process, spansInThreads, tree } from './main.js'
import type { Order } from './prices.worker.js'
import { startTracing } from './spans.js'

const orders = Array.from({ length: 40 }, (_, i): Order => ({ id: `${i}`, amounts: i === 7 ? [] : [i, 1] }))

// Real threads and the real SDK, in each of them and here.
it('has one trace an order, from here into a thread and back', async () => {
  const endedHere = startTracing()
  onTestFinished(() => void trace.disable())
  await using pool = threadPool<typeof import('./prices.worker.js')>(
    new URL('./prices.worker.ts', import.meta.url),
    { size: 2, startTimeout: 50_000 },
  )
  await pool.ready()
  const saved = await lastValueFrom(process(orders, pool).pipe(toArray()))
  expect(saved).toEqual(orders.filter(({ id }) => id !== '7').map(({ id }) => `${id}: ${Number(id) + 1}`))

  const here = endedHere()
  const threads = await spansInThreads(pool)
  expect(new Set(threads.map(({ threadId }) => threadId)).size).toBe(2)
  const prices = threads.flatMap(({ ended }) => ended)
  const received = here.filter(({ name }) => name === 'order')
  const saves = here.filter(({ name }) => name === 'save')
  expect([received.length, prices.length, saves.length]).toEqual([40, 40, 39])
  // Each order is a trace of its own, and each of its spans the parent of the next.
  expect(new Set(received.map((span) => span.trace)).size).toBe(40)
  for (const span of received) {
    expect(span.parent).toBeUndefined()
    const price = prices.find(({ parent }) => parent === span.id)
    expect(price).toMatchObject({ name: 'price', trace: span.trace })
    const save = saves.find(({ parent }) => parent === price?.id)
    if (price?.error === undefined) expect(save?.trace).toBe(span.trace)
    else expect([save, price.error]).toEqual([undefined, 'RangeError: order 7 is empty'])
  }
})

it('prints what was saved, and the traces as trees', async () => {
  onTestFinished(() => void trace.disable())
  const lines: string[] = []
  await main((line) => lines.push(line))
  expect(lines).toEqual([
    'first: 30',
    'third: 5',
    ...['order', '  price', '    save'],
    ...['order', '  price (RangeError: order second is empty)'],
    ...['order', '  price', '    save'],
  ])
})

it('draws a tree', () => {
  const span = (id: string, parent?: string) => ({ name: id, trace: 't', id, parent, error: undefined })
  expect([...tree([span('b', 'a'), span('a'), span('c', 'b'), span('d', 'a')])]).toEqual([
    'a',
    '  b',
    '    c',
    '  d',
  ])
})
