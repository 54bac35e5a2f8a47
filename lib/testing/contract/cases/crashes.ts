/**
 * Threads that die, or have to: one item fails, and all else goes on.
 * @module
 */
import { from, of } from 'rxjs'
import { parallelMap } from '../../../operators/parallelMap.js'
import type { ContractCase } from '../contractCase.js'
import { expectCode, expectSame, expectThat, rejectionOf } from '../expect.js'
import { nextEvent, numbers, outcomeOf, valuesOf } from '../streams.js'

export const crashCases: readonly ContractCase[] = [
  {
    name: 'crash: the item at work fails with a WorkerCrashError that has it, and the others go on',
    needs: 'crash',
    run: async ({ tasks }) => {
      const items = numbers(40).map((value) => ({ value, crash: value === 3 }))
      for (const batch of [1, 8, 'auto'] as const) {
        const errors: unknown[] = []
        const onError = (error: unknown) => {
          errors.push(error)
          return of('crashed')
        }
        const results = await valuesOf(from(items).pipe(parallelMap(tasks.crashIf, { batch, onError })))
        const expected = items.map(({ value, crash }) => (crash ? 'crashed' : value))
        expectSame(`the results with batch: ${batch}`, results, expected)
        expectCode('the error', errors[0], 'WORKER_CRASH')
        expectSame('its item', (errors[0] as { value?: unknown }).value, items[3])
      }
    },
  },
  {
    name: 'crash: ends the stream after the results before it, where nothing handles it',
    needs: 'crash',
    run: async ({ tasks }) => {
      const items = numbers(10).map((value) => ({ value, crash: value === 3 }))
      const { values, error } = await outcomeOf(from(items).pipe(parallelMap(tasks.crashIf)))
      expectSame('the results before it', values, [0, 1, 2])
      expectCode('the error', error, 'WORKER_CRASH')
    },
  },
  {
    name: 'crash: events$ tells that a thread crashed and was replaced',
    options: { size: 1, concurrency: 1 },
    needs: 'crash',
    run: async (pool) => {
      const { tasks } = pool
      const [crashed, replaced] = [nextEvent(pool, 'crashed'), nextEvent(pool, 'replaced')]
      const before = await pool.run(tasks.threadId, 0)
      const error = await rejectionOf('run', pool.run(tasks.crashIf, { crash: true }))
      expectCode('the error', error, 'WORKER_CRASH')
      expectSame('the thread that the error names', (error as { threadId?: unknown }).threadId, before)
      expectSame('the thread that crashed', (await crashed).threadId, before)
      const after = await pool.run(tasks.threadId, 0)
      expectSame('the thread that replaced it', (await replaced).threadId, after)
      expectThat('its name', after !== before, 'another', after)
    },
  },
  {
    name: 'crash: runs that wait have their results, one after another that kills its thread',
    options: { size: 1, concurrency: 1 },
    needs: 'crash',
    run: async (pool) => {
      const results = await Promise.allSettled(
        numbers(12).map((value) => pool.run(pool.tasks.crashIf, { value, crash: value % 4 === 1 })),
      )
      const outcomes = results.map((result) =>
        result.status === 'fulfilled' ? result.value : result.reason.code,
      )
      const expected = numbers(12).map((value) => (value % 4 === 1 ? 'WORKER_CRASH' : value))
      expectSame('the outcomes', outcomes, expected)
    },
  },
  {
    name: 'timeout: an endless loop is ended with its thread, and the others go on',
    needs: 'endlessLoops',
    run: async ({ tasks }) => {
      const hanging = outcomeOf(of({ hang: true }).pipe(parallelMap(tasks.hangIf, { timeout: 50 })))
      const items = numbers(100).map((value) => ({ value }))
      const others = valuesOf(from(items).pipe(parallelMap(tasks.hangIf)))
      expectCode('the error', (await hanging).error, 'TASK_TIMEOUT')
      expectSame('the results of the others', await others, numbers(100))
      const after = await valuesOf(from(items).pipe(parallelMap(tasks.hangIf, { batch: 1 })))
      expectSame('the results afterwards', after, numbers(100))
    },
  },
]
