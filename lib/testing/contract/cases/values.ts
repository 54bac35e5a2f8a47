/**
 * One outcome an item, in order or as they come; what values and results may be.
 * @module
 */
import { EMPTY, firstValueFrom, from, of, range, throwError } from 'rxjs'
import { fromTask } from '../../../operators/fromTask.js'
import { parallelMap } from '../../../operators/parallelMap.js'
import { pull } from '../../../operators/pull.js'
import type { ContractCase } from '../contractCase.js'
import { oneThread } from '../contractCase.js'
import { expectSame } from '../expect.js'
import { portrait } from '../portrait.js'
import { byNumber, numbers, outcomeOf, uniqueName, valuesOf } from '../streams.js'

function cyclic(): unknown {
  const list: unknown[] = []
  list.push({ list })
  return list
}

/** Some of them stand for an end or for nothing in some protocol: here they are values like any other. */
const ordinaryValues: readonly unknown[] = [
  null,
  undefined,
  Number.NaN,
  -0,
  0,
  '',
  false,
  Number.POSITIVE_INFINITY,
  10n ** 20n,
  [],
  {},
  [null, undefined],
  { done: true, value: undefined },
  { type: 'complete' },
  { error: { name: 'Error', message: 'no' } },
  'text, and 𝄞',
  new Date(0),
  new Map<unknown, unknown>([['a', { b: [1n] }]]),
  new Set([1, '1']),
  /a+/gi,
  new Uint8Array([1, 255]),
  new Float64Array([-0, Number.NaN]),
  new BigInt64Array([-1n]),
  new ArrayBuffer(2),
  new RangeError('as a value'),
  cyclic(),
]

const batches = [1, 7, 'auto'] as const
const lengths = numbers(40).map((n) => (n * 7) % 11)
const emitted = lengths.flatMap((length) => numbers(length).map((n) => n + 1))

export const valueCases: readonly ContractCase[] = [
  {
    name: 'values: each item has one outcome, in order, whatever the batch',
    run: async ({ tasks }) => {
      const items = numbers(500)
      for (const batch of batches)
        expectSame(
          `the results with batch: ${batch}`,
          await valuesOf(from(items).pipe(parallelMap(tasks.double, { batch }))),
          items.map((n) => n * 2),
        )
    },
  },
  {
    name: 'values: each item has one outcome, without order, whatever the batch',
    run: async ({ tasks }) => {
      const items = numbers(100)
      for (const batch of batches) {
        const results = await valuesOf(from(items).pipe(parallelMap(tasks.later, { batch, ordered: false })))
        const sorted = (results as number[]).sort(byNumber)
        expectSame(`the results with batch: ${batch}, sorted`, sorted, items)
      }
    },
  },
  {
    name: 'values: an empty source completes',
    run: async ({ tasks }) => {
      const outcome = await outcomeOf(EMPTY.pipe(parallelMap(tasks.identity)))
      expectSame('the outcome', outcome, { values: [], end: 'complete', error: undefined })
    },
  },
  {
    name: 'values: a source that fails at once fails the stream with its error',
    run: async ({ tasks }) => {
      const source = throwError(() => new RangeError('of the source'))
      const outcome = await outcomeOf(source.pipe(parallelMap(tasks.identity)))
      expectSame('the outcome', outcome, {
        values: [],
        end: 'error',
        error: new RangeError('of the source'),
      })
    },
  },
  {
    name: 'values: what is done first waits for what comes before it',
    options: oneThread,
    run: async ({ tasks }) => {
      const gate = uniqueName('gate')
      const items = [
        { awaits: gate, value: 0 },
        { tells: gate, value: 1 },
      ]
      const results = await valuesOf(from(items).pipe(parallelMap(tasks.meet, { batch: 1 })))
      expectSame('the results', results, [0, 1])
    },
  },
  {
    name: 'values: without order they come as they are done',
    options: oneThread,
    run: async ({ tasks }) => {
      const gate = uniqueName('gate')
      const items = [
        { awaits: gate, value: 0 },
        { tells: gate, value: 1 },
      ]
      const results = await valuesOf(from(items).pipe(parallelMap(tasks.meet, { batch: 1, ordered: false })))
      expectSame('the results', results, [1, 0])
    },
  },
  {
    name: 'values: arrive in the thread, and come back, as what they are',
    run: async ({ tasks }) => {
      const arrived = await valuesOf(from(ordinaryValues).pipe(parallelMap(tasks.portraitOf)))
      expectSame('what arrived', arrived, ordinaryValues.map(portrait))
      const back = await valuesOf(from(ordinaryValues).pipe(parallelMap(tasks.identity)))
      expectSame('what came back', back, ordinaryValues)
      const later = await valuesOf(from(ordinaryValues).pipe(parallelMap(tasks.later)))
      expectSame('what Promises resolved to', later, ordinaryValues)
    },
  },
  {
    name: 'values: numbers keep every bit, together and alone',
    run: async ({ tasks }) => {
      const values = [0, -0, Number.NaN, 1e-320, 0.1 + 0.2, 2 ** 53 + 2, -(2 ** 31) - 1, 1e308]
      for (const batch of [1, values.length])
        expectSame(
          `with batch: ${batch}`,
          await valuesOf(from(values).pipe(parallelMap(tasks.identity, { batch }))),
          values,
        )
    },
  },
  {
    name: 'values: are copies, so that neither side sees what the other changes',
    run: async (pool) => {
      const value = { list: [1] }
      const back = (await pool.run(pool.tasks.identity, value)) as typeof value
      back.list.push(2)
      expectSame('what was sent', value, { list: [1] })
    },
  },
  {
    name: 'results: generators, async generators and Observables emit many, those of an item together',
    run: async ({ tasks }) => {
      for (const name of ['upTo', 'upToLater', 'upToObserved'] as const) {
        const results = await valuesOf(from(lengths).pipe(parallelMap(tasks[name])))
        expectSame(`the results of ${name}`, results, emitted)
      }
    },
  },
  {
    name: 'results: none of many is lost without order',
    run: async ({ tasks }) => {
      for (const name of ['upTo', 'upToLater', 'upToObserved'] as const) {
        const results = await valuesOf(from(lengths).pipe(parallelMap(tasks[name], { ordered: false })))
        expectSame(`the results of ${name}, sorted`, results.sort(byNumber), [...emitted].sort(byNumber))
      }
    },
  },
  {
    name: 'results: an item may emit thousands of them',
    run: async ({ tasks }) => {
      const expected = numbers(20_000).map((n) => n + 1)
      expectSame('of parallelMap', await valuesOf(of(20_000).pipe(parallelMap(tasks.upTo))), expected)
      expectSame('of fromTask', await valuesOf(fromTask(tasks.upTo, 20_000)), expected)
    },
  },
  {
    name: 'results: emitted ones are ordinary values like any other',
    run: async ({ tasks }) => {
      const results = await valuesOf(fromTask(tasks.each, ordinaryValues))
      expectSame('the results', results, ordinaryValues)
    },
  },
  {
    name: 'results: what could be looped over, and is no generator, is one value',
    run: async ({ tasks }) => {
      const values = [[1, 2], new Map([[1, 2]]), new Set([1]), 'text', new Uint8Array([1, 2])]
      expectSame('the results', await valuesOf(pull(values).pipe(parallelMap(tasks.identity))), values)
    },
  },
  {
    name: 'results: the first come while the item is at work on more',
    options: oneThread,
    run: async (pool) => {
      const name = uniqueName('held')
      const stream = of({ name, does: 'hold' } as const).pipe(parallelMap(pool.tasks.act))
      expectSame('the first', await firstValueFrom(stream), 'began')
    },
  },
  {
    name: 'arguments: spread gives an item as several',
    run: async ({ tasks }) => {
      const lists: unknown[][] = [[1, 'a'], [], [undefined, null], [[1], { a: 1 }, -0]]
      const results = await valuesOf(from(lists).pipe(parallelMap(tasks.argumentsOf, { spread: true })))
      expectSame('the arguments', results, lists)
    },
  },
  {
    name: 'arguments: of run and fromTask are all passed on',
    run: async (pool) => {
      const { tasks } = pool
      for (const list of [[], [1], [undefined], [null, undefined, [1], { a: 1 }]]) {
        expectSame('those of run', await pool.run(tasks.argumentsOf, ...list), list)
        expectSame('those of fromTask', await valuesOf(fromTask(tasks.argumentsOf, ...list)), [list])
      }
    },
  },
  {
    name: 'run: resolves to the result, or to the last of many',
    run: async (pool) => {
      const { tasks } = pool
      const { signal } = new AbortController()
      expectSame('of a value', await pool.run(tasks.double, 21), 42)
      expectSame('of a Promise', await pool.run(tasks.later, 'x'), 'x')
      expectSame('of undefined', await pool.run(tasks.identity, undefined), undefined)
      expectSame('of a generator', await pool.run(tasks.upTo, 5), 5)
      expectSame('of none', await pool.run(tasks.upTo, 0), undefined)
      expectSame('with a signal', await pool.run(tasks.double, 21, { signal }), 42)
    },
  },
  {
    name: 'run: many at once have each its own result',
    run: async (pool) => {
      const results = await Promise.all(numbers(200).map((n) => pool.run(pool.tasks.later, n)))
      expectSame('the results', results, numbers(200))
    },
  },
  {
    name: 'several pipelines on one pool have each its own results',
    run: async ({ tasks }) => {
      const results = await Promise.all(
        [1, 2, 3].map((k) => valuesOf(range(k * 1000, 100).pipe(parallelMap(tasks.double)))),
      )
      const expected = [1, 2, 3].map((k) => numbers(100).map((n) => (k * 1000 + n) * 2))
      expectSame('the results', results, expected)
    },
  },
  {
    name: 'fusion: two parallelMaps give what one after the other gives',
    run: async ({ tasks }) => {
      const items = numbers(100)
      const chain = from(items).pipe(parallelMap(tasks.double), parallelMap(tasks.later))
      expectSame(
        'values',
        await valuesOf(chain),
        items.map((n) => n * 2),
      )
      const many = from(lengths).pipe(parallelMap(tasks.double), parallelMap(tasks.upTo))
      const expected = lengths.flatMap((n) => numbers(2 * n).map((each) => each + 1))
      expectSame('many', await valuesOf(many), expected)
      const failing = from(items).pipe(parallelMap(tasks.failAt3), parallelMap(tasks.double))
      expectSame('an error', await outcomeOf(failing), {
        values: [0, 2, 4],
        end: 'error',
        error: new RangeError('failed at 3'),
      })
    },
  },
]
