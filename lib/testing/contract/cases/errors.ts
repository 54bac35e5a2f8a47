/**
 * What is thrown comes back as what it was; what can't be sent is named.
 * @module
 */
import { from, of } from 'rxjs'
import { fanIn } from '../../../operators/fanIn.js'
import { fanOut } from '../../../operators/fanOut.js'
import { fromTask } from '../../../operators/fromTask.js'
import { parallelMap } from '../../../operators/parallelMap.js'
import type { ContractCase, ContractPool } from '../contractCase.js'
import { oneThread } from '../contractCase.js'
import { errorOf, expectCode, expectSame, expectThat, rejectionOf } from '../expect.js'
import { numbers, outcomeOf, uniqueName, valuesOf } from '../streams.js'
import type { ThrownName } from '../thrown.js'
import { ContractError } from '../thrown.js'

/** What comes of a task that throws it. */
async function thrownIn(pool: ContractPool, name: ThrownName): Promise<unknown> {
  return rejectionOf(`a task that throws (${name})`, pool.run(pool.tasks.throwing, name))
}

/** That it is an error. */
async function errorIn(pool: ContractPool, name: ThrownName): Promise<Error & Record<string, unknown>> {
  return errorOf(`what comes of it (${name})`, await thrownIn(pool, name)) as Error & Record<string, unknown>
}

export const errorCases: readonly ContractCase[] = [
  {
    name: 'errors: come out of functions, Promises and generators, after the results of the items before',
    run: async (pool) => {
      const { tasks } = pool
      for (const name of ['throwing', 'rejecting', 'generating'] as const)
        expectSame(name, await outcomeOf(of('range' as const).pipe(parallelMap(tasks[name]))), {
          values: [],
          end: 'error',
          error: new RangeError('out of range'),
        })
      const failing = from(numbers(10)).pipe(parallelMap(tasks.failAt3))
      const error = new RangeError('failed at 3')
      expectSame('an item among others', await outcomeOf(failing), { values: [0, 1, 2], end: 'error', error })
    },
  },
  {
    name: 'errors: come after what their item has emitted',
    run: async ({ tasks }) => {
      const expected = { values: [1, 2], end: 'error', error: new RangeError('failed at the end') }
      expectSame('parallelMap', await outcomeOf(of(2, 1).pipe(parallelMap(tasks.upToThenFail))), expected)
      expectSame('fromTask', await outcomeOf(fromTask(tasks.upToThenFail, 2)), expected)
    },
  },
  {
    name: 'errors: keep their class, name, message and own properties',
    run: async (pool) => {
      const plain = await errorIn(pool, 'plain')
      expectSame(
        'a plain one',
        [Object.getPrototypeOf(plain) === Error.prototype, plain],
        [true, new Error('plain')],
      )
      const range = await errorIn(pool, 'range')
      expectSame('a RangeError', [range instanceof RangeError, range], [true, new RangeError('out of range')])
      const { code, details } = await errorIn(pool, 'properties')
      expectSame('own properties', { code, details }, { code: 'E_CODE', details: { list: [1, null] } })
    },
  },
  {
    name: "errors: keep the stack of their thread, which the caller's follows",
    run: async (pool) => {
      const { stack = '', stackThere } = await errorIn(pool, 'traced')
      const there = String(stackThere)
      const holds = stack.startsWith(there) && stack.length > there.length
      expectThat('the stack', holds, `one that goes on after ${JSON.stringify(there)}`, stack)
    },
  },
  {
    name: 'errors: keep their causes, and those of an AggregateError',
    run: async (pool) => {
      const { cause } = await errorIn(pool, 'causes')
      const inner = errorOf('the cause', cause)
      expectSame('the causes', [inner, inner.cause], [new RangeError('inner'), 'just words'])
      const several = (await errorIn(pool, 'aggregate')) as unknown as AggregateError
      expectSame('whether it is an AggregateError', several instanceof AggregateError, true)
      expectSame('its errors', several.errors, [new TypeError('first'), 'second'])
    },
  },
  {
    name: 'errors: of a registered class come back as themselves, others as the nearest that is known',
    run: async (pool) => {
      const registered = await errorIn(pool, 'registered')
      expectSame('whether it is a ContractError', registered instanceof ContractError, true)
      expectSame('what it has', [registered.status, registered.isClientError], [404, true])
      const unregistered = await errorIn(pool, 'unregistered')
      expectSame('whether it is a TypeError', unregistered instanceof TypeError, true)
      expectSame('its name and message', String(unregistered), 'Unregistered: of a class of its own')
    },
  },
  {
    name: 'errors: what is thrown and no error stays what it was',
    run: async (pool) => {
      const expected = {
        string: 'just words',
        null: null,
        undefined,
        record: { code: 7, nested: { list: [1] } },
      }
      for (const [name, value] of Object.entries(expected))
        expectSame(name, await thrownIn(pool, name as ThrownName), value)
    },
  },
  {
    name: 'errors: what is thrown and cannot be sent makes nothing hang',
    run: async (pool) => {
      for (const name of ['function', 'symbol', 'hostile'] as const)
        expectCode(name, await thrownIn(pool, name), 'CLONE')
      expectSame('a run after them', await pool.run(pool.tasks.double, 21), 42)
    },
  },
  {
    name: 'errors: a task that is not there is named, and a stage is no task',
    run: async (pool) => {
      const tasks = pool.tasks as unknown as Record<string, typeof pool.tasks.identity>
      const missing = await rejectionOf('run', pool.run(tasks.misspelt!, 1))
      expectCode('a task that is not there', missing, 'UNKNOWN_TASK')
      const { message } = errorOf('it', missing)
      expectThat('its message', message.includes('misspelt'), "one with 'misspelt' in it", message)
      expectCode('a stage', await rejectionOf('run', pool.run(tasks.pass!, 1)), 'INVALID_ARGUMENT')
      const { error } = await outcomeOf(of(1).pipe(fanOut(tasks.misspelt!), fanIn()))
      expectCode('a branch', error, 'UNKNOWN_TASK')
    },
  },
  {
    name: 'CloneError: names the part of an item that cannot be sent, and leaves the other items alone',
    run: async (pool) => {
      const items: unknown[] = [0, 1, 2, { onDone: () => 1 }, 4]
      for (const batch of [1, 5]) {
        const { values, error } = await outcomeOf(
          from(items).pipe(parallelMap(pool.tasks.identity, { batch })),
        )
        expectSame('the results before it', values, [0, 1, 2])
        expectPath(error, 'items[3].onDone')
        const onError = () => of('refused')
        const replaced = from(items).pipe(parallelMap(pool.tasks.identity, { batch, onError }))
        expectSame('the results around it', await valuesOf(replaced), [0, 1, 2, 'refused', 4])
      }
      const run = pool.run(pool.tasks.argumentsOf, 1, { f: () => 1 })
      expectCode('an argument', await rejectionOf('run', run), 'CLONE')
    },
  },
  {
    name: 'CloneError: names the part of a result that cannot be sent, and leaves the other items alone',
    run: async (pool) => {
      const error = await rejectionOf('run', pool.run(pool.tasks.unsendableAt3, 3))
      expectPath(error, 'result.items[0].onDone')
      for (const batch of [1, 5]) {
        const onError = () => of('refused')
        const replaced = from([1, 2, 3, 4, 5]).pipe(parallelMap(pool.tasks.unsendableAt3, { batch, onError }))
        expectSame('the results around it', await valuesOf(replaced), [1, 2, 'refused', 4, 5])
      }
    },
  },
  {
    name: 'CloneError: fails the branch whose item it is',
    run: async ({ tasks }) => {
      const items: unknown[] = [1, { list: [() => 1] }, 3]
      const { error } = await outcomeOf(from(items).pipe(fanOut(tasks.pass, { branches: 1 }), fanIn()))
      expectPath(error, 'items[1].list[0]')
    },
  },
  {
    name: 'onError: what it returns stands in the place of the item',
    run: async ({ tasks }) => {
      const onError = (error: unknown, value: number) => of(String(error), value)
      for (const batch of [1, 6])
        expectSame(
          `the results with batch: ${batch}`,
          await valuesOf(from(numbers(6)).pipe(parallelMap(tasks.failAt3, { batch, onError }))),
          [0, 1, 2, 'RangeError: failed at 3', 3, 4, 5],
        )
    },
  },
  {
    name: 'retry: runs a failed item again, so often and no more',
    options: { size: 1, concurrency: 1 },
    run: async ({ tasks }) => {
      const runs = (retry: number) =>
        outcomeOf(of({ name: uniqueName('runs'), times: 2 }).pipe(parallelMap(tasks.failTimes, { retry })))
      expectSame('with retry: 2', await runs(2), { values: [3], end: 'complete', error: undefined })
      const error = new RangeError('run 2')
      expectSame('with retry: 1', await runs(1), { values: [], end: 'error', error })
    },
  },
  {
    name: 'retry: its delay is told the error and the number of the try',
    options: { size: 1, concurrency: 1 },
    run: async ({ tasks }) => {
      const tries: unknown[] = []
      const delay = (error: unknown, retryCount: number) => {
        tries.push([error, retryCount])
        return of(undefined)
      }
      const item = { name: uniqueName('runs'), times: 2 }
      const results = await valuesOf(
        of(item).pipe(parallelMap(tasks.failTimes, { retry: { count: 5, delay } })),
      )
      expectSame('the results', results, [3])
      expectSame('the tries', tries, [
        [new RangeError('run 1'), 1],
        [new RangeError('run 2'), 2],
      ])
    },
  },
  {
    name: 'timeout: an item that takes longer fails, and is told so by its signal',
    options: oneThread,
    run: async (pool) => {
      const name = uniqueName('late')
      const late = of({ awaits: name, value: 1 }).pipe(parallelMap(pool.tasks.meet, { timeout: 20 }))
      const { error } = await outcomeOf(late)
      expectCode('the error', error, 'TASK_TIMEOUT')
      expectSame('its item', (error as { value?: unknown }).value, { awaits: name, value: 1 })
      const act = uniqueName('act')
      const told = of({ name: act, does: 'hold' } as const).pipe(parallelMap(pool.tasks.act, { timeout: 20 }))
      expectCode('the error of one that listens', (await outcomeOf(told)).error, 'TASK_TIMEOUT')
      expectSame("its signal's reason", await pool.run(pool.tasks.told, act), 'TimeoutError')
    },
  },
]

function expectPath(error: unknown, path: string): void {
  expectCode('the error', error, 'CLONE')
  const { path: given, message } = error as { path: string; message: string }
  expectSame('its path', given, path)
  expectThat('its message', message.includes(path), `one with ${path} in it`, message)
}
