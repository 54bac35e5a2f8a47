/**
 * Branches and their stages: routes, state, ends and errors; and streams brought together again.
 * @module
 */
import type { Observable } from 'rxjs'
import { concat, EMPTY, from, map, mergeMap, NEVER, of, range, Subject, take, throwError } from 'rxjs'
import type { Branch } from '../../../operators/branch.js'
import { fanIn } from '../../../operators/fanIn.js'
import type { FanOutOptions } from '../../../operators/fanOut.js'
import { fanOut } from '../../../operators/fanOut.js'
import { pull } from '../../../operators/pull.js'
import type { ContractCase, ContractPool } from '../contractCase.js'
import { expectCode, expectSame, expectThat } from '../expect.js'
import { byNumber, numbers, outcomeOf, valuesOf } from '../streams.js'

const items = numbers(120)

/** What each branch was given, and the threads that did it. */
async function byBranch(
  { tasks }: ContractPool,
  source: Observable<unknown>,
  options: FanOutOptions<unknown>,
) {
  const branches: Branch<unknown>[] = []
  const values: unknown[][] = []
  const threads: Set<string>[] = []
  const outputs = source.pipe(
    fanOut(tasks.threadOf, options),
    mergeMap((branch) => {
      branches.push(branch)
      const [own, names] = [(values[branch.index] = []) as unknown[], (threads[branch.index] = new Set())]
      return branch.pipe(
        map(({ value, threadId }) => {
          own.push(value)
          names.add(threadId)
        }),
      )
    }),
  )
  await valuesOf(outputs)
  return { branches, values, threads: threads.map((names) => [...names]) }
}

const isEven = (n: number) => n % 2 === 0

export const branchCases: readonly ContractCase[] = [
  {
    name: 'fanOut: has as many branches as the pool has threads, each in its own',
    run: async (pool) => {
      const { branches, threads } = await byBranch(pool, from(items), { route: 'roundRobin' })
      expectSame(
        'their indices',
        branches.map(({ index }) => index),
        [0, 1],
      )
      expectSame(
        'the threads that their stages ran in, by what the branches say',
        threads,
        branches.map(({ threadId }) => [threadId]),
      )
      expectThat('the threads', threads[0]![0] !== threads[1]![0], 'two', threads)
    },
  },
  {
    name: 'fanOut: may have more branches than there are threads',
    run: async (pool) => {
      const { values, threads } = await byBranch(pool, from(items), { route: 'roundRobin', branches: 4 })
      expectSame(
        'the values of each',
        values,
        [0, 1, 2, 3].map((k) => items.filter((n) => n % 4 === k)),
      )
      expectSame('the threads of the third and the fourth', threads.slice(2), threads.slice(0, 2))
    },
  },
  {
    name: "fanOut: 'roundRobin' takes each branch in turn",
    run: async (pool) => {
      for (const source of [from(items), pull(items)]) {
        const { values } = await byBranch(pool, source, { route: 'roundRobin' })
        expectSame('the values of each', values, [items.filter(isEven), items.filter((n) => !isEven(n))])
      }
    },
  },
  {
    name: "fanOut: 'broadcast' gives each value to every branch",
    run: async (pool) => {
      for (const source of [from(items), pull(items)]) {
        const { values } = await byBranch(pool, source, { route: 'broadcast' })
        expectSame('the values of each', values, [items, items])
      }
    },
  },
  {
    name: "fanOut: 'balance' gives each value to one branch",
    run: async (pool) => {
      for (const source of [from(items), pull(items)]) {
        const { values } = await byBranch(pool, source, {})
        expectSame('all values, sorted', (values.flat() as number[]).sort(byNumber), items)
      }
    },
  },
  {
    name: "fanOut: 'balance' goes around a branch that is stuck",
    run: async ({ tasks }) => {
      const source = pull<unknown>(['stuck', ...numbers(200)])
      // Few may stand in line behind the one that is stuck.
      const passed = await valuesOf(source.pipe(fanOut(tasks.stuckAt), fanIn(), take(100)))
      expectSame('how many pass by', passed.length, 100)
      expectSame('whether what is stuck is among them', passed.includes('stuck'), false)
    },
  },
  {
    name: 'fanOut: by a key gives the values of a key to one branch, in their order',
    run: async (pool) => {
      const keyOf = (n: unknown) => (n as number) % 7
      for (const source of [from(items), pull(items)]) {
        const { values } = await byBranch(pool, source, { route: keyOf })
        for (const key of numbers(7))
          expectSame(
            `the values of key ${key} in the branches that have any`,
            values.map((own) => own.filter((n) => keyOf(n) === key)).filter((own) => own.length > 0),
            [items.filter((n) => keyOf(n) === key)],
          )
      }
    },
  },
  {
    name: 'fanOut: a task in the place of a stage runs once an item, in order',
    run: async ({ tasks }) => {
      const doubled = from(items).pipe(fanOut(tasks.double, { branches: 1 }), fanIn())
      expectSame(
        'the results',
        await valuesOf(doubled),
        items.map((n) => n * 2),
      )
      const many = of(2, 3).pipe(fanOut(tasks.upTo, { branches: 1 }), fanIn())
      expectSame('of a generator', await valuesOf(many), [1, 2, 1, 2, 3])
      const failing = range(1, 5).pipe(fanOut(tasks.failAt3, { branches: 1 }), fanIn())
      const error = new RangeError('failed at 3')
      expectSame('of one that fails', await outcomeOf(failing), { values: [1, 2], end: 'error', error })
    },
  },
  {
    name: 'fanIn: merges sorted branches into one sorted stream',
    run: async ({ tasks }) => {
      const routes = ['balance', 'roundRobin', (n: unknown) => (n as number) % 3] as const
      for (const route of routes) {
        const merged = pull(items).pipe(fanOut(tasks.passNumbers, { route }), fanIn({ order: byNumber }))
        expectSame(`the values with route: ${String(route)}`, await valuesOf(merged), items)
      }
    },
  },
  {
    name: 'fanIn: takes round-robin branches in turn',
    run: async ({ tasks }) => {
      const turns = from(items).pipe(
        fanOut(tasks.passNumbers, { route: 'roundRobin' }),
        fanIn({ order: 'roundRobin' }),
      )
      expectSame('the values', await valuesOf(turns), items)
    },
  },
  {
    name: "stages: keep state over their branch's stream, and begin anew with each subscription",
    run: async ({ tasks }) => {
      const sums = of(1, 2, 3).pipe(fanOut(tasks.runningSum, { branches: 1 }), fanIn())
      expectSame('the sums', await valuesOf(sums), [1, 3, 6])
      expectSame('the sums once more', await valuesOf(sums), [1, 3, 6])
    },
  },
  {
    name: 'stages: emit while their source goes on',
    run: async ({ tasks }) => {
      const sums = concat(of(1, 2), NEVER).pipe(fanOut(tasks.runningSum, { branches: 1 }), fanIn(), take(2))
      expectSame('the first sums', await valuesOf(sums), [1, 3])
    },
  },
  {
    name: 'stages: see the completion of their source, and may emit after it',
    run: async ({ tasks }) => {
      const collected = from(items).pipe(fanOut(tasks.collect, { branches: 1 }), fanIn())
      expectSame('what was collected', await valuesOf(collected), [items])
      const none = EMPTY.pipe(fanOut(tasks.collect), fanIn())
      expectSame('of an empty source', await valuesOf(none), [[], []])
    },
  },
  {
    name: 'stages: that complete end their branch; when all have, nobody reads the source any more',
    run: async ({ tasks }) => {
      const source = new Subject<unknown>()
      const first = outcomeOf(source.pipe(fanOut(tasks.firstTwo), fanIn()))
      for (const n of numbers(6)) source.next(n)
      const { values, end } = await first
      expectSame('the outcome', [values.length, end], [4, 'complete'])
      expectSame('whether anybody reads the source', source.observed, false)
    },
  },
  {
    name: 'stages: that fail do so after their values, and the other branches go on',
    run: async ({ tasks }) => {
      const source = range(1, 6)
      const one = await outcomeOf(source.pipe(fanOut(tasks.stageFailAt3, { branches: 1 }), fanIn()))
      const error = new RangeError('failed at 3')
      expectSame('a branch alone', one, { values: [1, 2], end: 'error', error })
      const two = source.pipe(fanOut(tasks.stageFailAt3, { route: 'roundRobin' }), fanIn({ errors: 'last' }))
      const { values, error: last } = await outcomeOf(two)
      expectSame('the values of two branches', values.sort(byNumber), [1, 2, 4, 6])
      expectSame('their error', last, error)
      const early = await outcomeOf(source.pipe(fanOut(tasks.stageFailAtOnce, { branches: 1 }), fanIn()))
      expectSame('one that fails at once', early.error, new TypeError('failed before it began'))
    },
  },
  {
    name: 'stages: an error of the source comes out of each branch',
    run: async ({ tasks }) => {
      const source = throwError(() => new RangeError('of the source'))
      const { error } = await outcomeOf(source.pipe(fanOut(tasks.pass), fanIn({ errors: 'last' })))
      const expected = [new RangeError('of the source'), new RangeError('of the source')]
      expectSame('the errors', (error as AggregateError).errors, expected)
    },
  },
  {
    name: 'stages: one whose thread dies fails with a WorkerCrashError',
    options: { size: 1, concurrency: 1 },
    needs: 'crash',
    run: async (pool) => {
      const { tasks } = pool
      const source = new Subject<number>()
      const kill = () => void pool.run(tasks.crashIf, { crash: true }).catch(() => {})
      const outcome = outcomeOf(source.pipe(fanOut(tasks.runningSum), fanIn()), kill)
      source.next(1)
      const { values, error } = await outcome
      expectSame('the values before', values, [1])
      expectCode('the error', error, 'WORKER_CRASH')
      const again = await valuesOf(of(1, 2).pipe(fanOut(tasks.runningSum), fanIn()))
      expectSame('the sums of another', again, [1, 3])
    },
  },
]
