// #region imports
import { from, lastValueFrom, toArray } from 'rxjs'
import { TestScheduler } from 'rxjs/testing'
import { CloneError, threadPool } from 'rxjs-parallel'
import { inlinePool } from 'rxjs-parallel/testing'
import { expect, test } from 'vitest'
import { largeOrders } from '../src/orders.js'
import type { Order } from '../src/orders.worker.js'
import tasks from '../src/orders.worker.js'

const small: Order = { id: 'small', lines: [{ price: 20, quantity: 3 }] }
const large: Order = { id: 'large', lines: [{ price: 50, quantity: 4 }] }
const empty: Order = { id: 'empty', lines: [] }
// #endregion

// #region task
test('a task is a function', () => {
  expect(tasks.price(small)).toEqual({ id: 'small', total: 60 })
  expect(() => tasks.price(empty)).toThrow(RangeError)
})
// #endregion

// #region inline
test('a pipeline runs in this thread', async () => {
  const orders$ = largeOrders(from([small, large]), inlinePool(tasks))
  expect(await lastValueFrom(orders$.pipe(toArray()))).toEqual([{ id: 'large', total: 200 }])
})

test('its errors arrive as they do from a thread', async () => {
  const orders$ = largeOrders(from([large, empty]), inlinePool(tasks))
  await expect(lastValueFrom(orders$)).rejects.toThrow(new RangeError('order empty is empty'))
})

test('what no thread could be sent is refused here, too', async () => {
  const withCallback = { ...large, onPaid() {} }
  const orders$ = largeOrders(from([withCallback]), inlinePool(tasks))
  await expect(lastValueFrom(orders$)).rejects.toThrow(CloneError)
})
// #endregion

// #region marbles
test('in virtual time', () => {
  const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected))
  scheduler.run(({ cold, expectObservable }) => {
    // Two threads, each of which is busy with an order for 3 ms.
    const pool = inlinePool(tasks, { threads: 2, cost: () => 3 })
    const orders$ = cold('(abc)|', { a: large, b: small, c: large })
    const priced = { id: 'large', total: 200 }
    expectObservable(largeOrders(orders$, pool)).toBe('---a--(c|)', { a: priced, c: priced })
  })
})
// #endregion

// #region threads
test('on real threads', async () => {
  const worker = new URL('../src/orders.worker.ts', import.meta.url)
  await using pool = threadPool<typeof import('../src/orders.worker.js')>(worker, { size: 2 })
  const orders$ = largeOrders(from([small, large, large]), pool)
  expect(await lastValueFrom(orders$.pipe(toArray()))).toEqual([
    { id: 'large', total: 200 },
    { id: 'large', total: 200 },
  ])
})
// #endregion
