/**
 * What can be paused is read, and produced, only as far as there is room.
 * @module
 */
import { map, take } from 'rxjs'
import { fanIn } from '../../../operators/fanIn.js'
import { fanOut } from '../../../operators/fanOut.js'
import { fromTask } from '../../../operators/fromTask.js'
import { parallelMap } from '../../../operators/parallelMap.js'
import { pull } from '../../../operators/pull.js'
import { toAsyncIterable } from '../../../operators/toAsyncIterable.js'
import type { ContractCase, ContractPool } from '../contractCase.js'
import { oneThread } from '../contractCase.js'
import { expectSame, expectThat } from '../expect.js'
import { byNumber, countedSource, numbers, uniqueName, valuesOf } from '../streams.js'

const length = 2000
/** So far a source may be read ahead of items that are held: a pool may send some before they are wanted. */
const aheadMost = 500
/** More than whatever may be on its way. */
const long = 100_000

/** Items that are held until they are all let go, in one thread. */
function heldItems(pool: ContractPool) {
  const [began, gate] = [uniqueName('began'), uniqueName('gate')]
  return {
    toItem: map((value: number) => ({ tells: began, awaits: gate, value })),
    begun: () => pool.run(pool.tasks.told, began),
    letGo: () => pool.run(pool.tasks.tell, gate, undefined),
  }
}

function expectAhead(what: string, count: number, most: number): void {
  expectThat(what, count > 0 && count <= most, `from 1 to ${most}`, count)
}

export const backpressureCases: readonly ContractCase[] = [
  {
    name: 'backpressure: a source is read boundedly ahead of threads that are busy',
    run: async ({ tasks }) => {
      const { items, reads } = countedSource(length)
      const toItem = map(() => ({ name: uniqueName('held'), does: 'hold' }) as const)
      const began = pull(items).pipe(toItem, parallelMap(tasks.act, { batch: 1 }), take(1))
      await began.forEach(() => {
        expectAhead('values read while threads are busy', reads.count, aheadMost)
      })
      expectSame('times that the source was ended', reads.ended, 1)
    },
  },
  {
    name: 'backpressure: a source is read boundedly ahead of items that are held, and on when they are done',
    options: oneThread,
    run: async (pool) => {
      const { tasks } = pool
      for (const ordered of [true, false]) {
        const held = heldItems(pool)
        const { items, reads } = countedSource(length)
        const options = { ordered, concurrency: 2, batch: 1 }
        const results = valuesOf(pull(items).pipe(held.toItem, parallelMap(tasks.meet, options)))
        await held.begun()
        expectAhead('values read while items are held', reads.count, aheadMost)
        await held.letGo()
        const values = (await results) as number[]
        expectSame('the results', ordered ? values : values.sort(byNumber), numbers(length))
        expectSame('times that the source was ended', reads.ended, 1)
      }
    },
  },
  {
    name: 'backpressure: a source is read boundedly ahead of a stage that is held',
    options: oneThread,
    run: async (pool) => {
      const { tasks } = pool
      const held = heldItems(pool)
      const { items, reads } = countedSource(length)
      const results = valuesOf(
        pull(items).pipe(held.toItem, fanOut(tasks.meetEach, { branches: 1 }), fanIn()),
      )
      await held.begun()
      expectAhead('values read while the stage is held', reads.count, aheadMost)
      await held.letGo()
      expectSame('the results', await results, numbers(length))
    },
  },
  {
    name: 'backpressure: leaving ends the source',
    run: async ({ tasks }) => {
      const { items, reads } = countedSource(1_000_000)
      for await (const n of toAsyncIterable(pull(items).pipe(parallelMap(tasks.double)))) if (n === 20) break
      expectSame('times that the source was ended', reads.ended, 1)
    },
  },
  {
    name: 'backpressure: a source is read only as fast as results are taken',
    run: async (pool) => {
      const { items, reads } = countedSource(long)
      const results = toAsyncIterable(pull(items).pipe(parallelMap(pool.tasks.double)), { size: 10 })
      await takeAll(
        results,
        (n) => n * 2,
        async () => {
          // Meanwhile it could read on.
          for (const n of numbers(10)) await pool.run(pool.tasks.later, n)
          expectAhead('values read when one was taken', reads.count, long / 2)
        },
      )
    },
  },
  {
    name: "backpressure: a task's generator is paused, and leaves its thread to others meanwhile",
    options: { size: 1, concurrency: 1 },
    run: async (pool) => {
      const { tasks } = pool
      const name = uniqueName('produced')
      const produced = toAsyncIterable(fromTask(tasks.produce, name, long), { size: 10 })
      await takeAll(
        produced,
        (n) => n,
        async () => {
          for (const n of numbers(10)) await pool.run(tasks.later, n)
          expectAhead('values produced when one was taken', await pool.run(tasks.tallyOf, name), long / 2)
        },
      )
    },
  },
]

/** Pauses after the first value, and then takes all. */
async function takeAll(
  values: AsyncIterable<number>,
  expected: (n: number) => number,
  pause: () => Promise<void>,
): Promise<void> {
  const taken: number[] = []
  for await (const value of values) {
    if (taken.push(value) === 1) await pause()
  }
  expectSame('what was taken', taken, numbers(long).map(expected))
}
