/**
 * What tasks are told of where they run, and what goes there without being copied.
 * @module
 */
import { from, map, of, range, take } from 'rxjs'
import { parallelMap } from '../../../operators/parallelMap.js'
import type { ContractCase } from '../contractCase.js'
import { oneThread } from '../contractCase.js'
import { expectSame, expectThat } from '../expect.js'
import { numbers, uniqueName, valuesOf } from '../streams.js'

export const contextCases: readonly ContractCase[] = [
  {
    name: 'context: has a thread, a signal, cancelled, shared and transfer',
    options: { size: 1, concurrency: 1 },
    run: async (pool) => {
      const context = await pool.run(pool.tasks.contextOf, { a: 1 })
      const { threadId } = context
      expectThat('the thread', typeof threadId === 'string' && threadId !== '', 'a name', threadId)
      expectSame('the context', context, {
        threadId: pool.stats.threads[0]?.threadId,
        hasSignal: true,
        aborted: false,
        cancelled: false,
        shared: 'object',
        transfers: true,
      })
    },
  },
  {
    name: 'context: goes to tasks alone: plain functions get nothing but their arguments',
    run: async ({ tasks }) => {
      expectSame('the arguments', await valuesOf(of(1).pipe(parallelMap(tasks.argumentsOf))), [[1]])
    },
  },
  {
    name: 'concurrency: 1 gives a thread one item at once',
    options: { size: 1, concurrency: 1 },
    run: async ({ tasks }) => {
      const name = uniqueName('active')
      const results = await valuesOf(
        range(0, 20).pipe(
          map(() => name),
          parallelMap(tasks.atOnce),
        ),
      )
      expectSame('items at once', Math.max(...results), 1)
    },
  },
  {
    name: 'concurrency: items of one thread go on while others wait',
    options: oneThread,
    run: async ({ tasks }) => {
      const names = numbers(4).map(() => uniqueName('met'))
      // Each waits for the one after it, and the last for the first.
      const items = names.map((tells, n) => ({ tells, awaits: names[(n + 1) % 4]!, value: n }))
      const results = await valuesOf(from(items).pipe(parallelMap(tasks.meet, { batch: 1 })))
      expectSame('the results', results, [0, 1, 2, 3])
    },
  },
  {
    name: 'concurrency: all threads work at once',
    run: async ({ tasks }) => {
      const items = numbers(2).map(() => ({ name: uniqueName('held'), does: 'hold' }) as const)
      const stream = from(items).pipe(parallelMap(tasks.act, { ordered: false, batch: 1 }), take(2))
      expectSame('those that have begun', await valuesOf(stream), ['began', 'began'])
    },
  },
  {
    name: 'transfer: what is to be moved arrives whole',
    run: async (pool) => {
      const { tasks } = pool
      const items = numbers(5).map((n) => new Uint8Array(10).fill(n))
      const transfer = (bytes: Uint8Array) => [bytes.buffer as ArrayBuffer]
      const sums = await valuesOf(from(items).pipe(parallelMap(tasks.sum, { transfer })))
      expectSame('the sums', sums, [0, 10, 20, 30, 40])
      expectSame('a result', await pool.run(tasks.bytes, 3), new Uint8Array([7, 7, 7]))
    },
  },
  {
    name: 'transfer: what is moved is gone where it was',
    options: oneThread,
    needs: 'transfer',
    run: async (pool) => {
      const { tasks } = pool
      const bytes = new Uint8Array(10).fill(2)
      const transfer = ({ buffer }: Uint8Array) => [buffer as ArrayBuffer]
      expectSame('the sum', await valuesOf(of(bytes).pipe(parallelMap(tasks.sum, { transfer }))), [20])
      expectSame('what is left here', bytes.length, 0)
      const name = uniqueName('moved')
      expectSame('a result', (await pool.run(tasks.bytesAway, name)).length, 8)
      expectSame('what is left there', await pool.run(tasks.told, name), 0)
    },
  },
  {
    name: 'shared memory: is the same on both sides',
    needs: 'sharedMemory',
    run: async ({ tasks }) => {
      const shared = new Int32Array(new SharedArrayBuffer(4))
      await valuesOf(
        range(0, 100).pipe(
          map(() => shared),
          parallelMap(tasks.increment),
        ),
      )
      expectSame('the sum', shared[0], 100)
    },
  },
]
