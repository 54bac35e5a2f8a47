/**
 * A pool's life: it starts, tells what it does, changes its size, and comes to an end.
 * @module
 */
import { from, of, Subject, take, toArray } from 'rxjs'
import { fanIn } from '../../../operators/fanIn.js'
import { fanOut } from '../../../operators/fanOut.js'
import { fromTask } from '../../../operators/fromTask.js'
import { parallelMap } from '../../../operators/parallelMap.js'
import type { ContractCase, ContractPool } from '../contractCase.js'
import { oneThread } from '../contractCase.js'
import { expectCode, expectSame, rejectionOf } from '../expect.js'
import { kept, nextEvent, numbers, outcomeOf, uniqueName, valuesOf } from '../streams.js'

/** That it takes nothing new. */
async function expectClosed(pool: ContractPool): Promise<void> {
  const { tasks } = pool
  expectCode('run', await rejectionOf('run', pool.run(tasks.identity, 1)), 'POOL_CLOSED')
  expectCode('ready', await rejectionOf('ready', pool.ready()), 'POOL_CLOSED')
  expectCode('resize', await rejectionOf('resize', pool.resize(1)), 'POOL_CLOSED')
  const streams = {
    parallelMap: of(1).pipe(parallelMap(tasks.identity)),
    fanOut: of(1).pipe(fanOut(tasks.pass), fanIn()),
    fromTask: fromTask(tasks.upTo, 1),
  }
  for (const [operator, stream] of Object.entries(streams))
    expectCode(operator, (await outcomeOf<unknown>(stream)).error, 'POOL_CLOSED')
}

/** How many threads run that many branches. */
async function threadsOf({ tasks }: ContractPool, branches: number): Promise<number> {
  const route = 'roundRobin'
  const outputs = from(numbers(branches)).pipe(fanOut(tasks.threadOf, { branches, route }), fanIn())
  return new Set((await valuesOf(outputs)).map(({ threadId }) => threadId)).size
}

export const lifeCases: readonly ContractCase[] = [
  {
    name: 'ready: starts all threads, and events$ tells so',
    run: async (pool) => {
      const started: string[] = []
      const both = new Promise<void>((resolve) => {
        pool.events$.subscribe(({ type, threadId }) => {
          if (type === 'started' && started.push(threadId) === 2) resolve()
        })
      })
      await pool.ready()
      await pool.ready()
      await both
      const threads = pool.stats.threads.map(({ threadId }) => threadId)
      expectSame('the threads that there are', threads.sort(), started.sort())
      expectSame('how many they are', [new Set(threads).size, pool.size], [2, 2])
    },
  },
  {
    name: 'tasks: are the same references each time, and no Promise',
    run: async (pool) => {
      const { tasks } = pool
      expectSame('whether they are the same', pool.tasks.double === tasks.double, true)
      expectSame('the name of one', pool.tasks.double.name, 'double')
      expectSame('whether an async function can return them', (await pool.tasks) === pool.tasks, true)
    },
  },
  {
    name: 'stats: count what is in flight, queued, done and failed',
    options: { size: 1, concurrency: 1 },
    run: async (pool) => {
      const { tasks } = pool
      const counts = () => {
        const { inFlight, queued, done, failed } = pool.stats
        return { inFlight, queued, done, failed }
      }
      expectSame('at first', counts(), { inFlight: 0, queued: 0, done: 0, failed: 0 })
      const items = numbers(10).map(() => ({ name: uniqueName('held'), does: 'hold' }) as const)
      const held = from(items).pipe(parallelMap(tasks.act, { batch: 1, concurrency: 1 }), take(1))
      await held.forEach(() => {
        expectSame('while one is held', counts(), { inFlight: 1, queued: 9, done: 0, failed: 0 })
      })
      await valuesOf(from(numbers(5)).pipe(parallelMap(tasks.identity)))
      await rejectionOf('run', pool.run(tasks.failAt3, 3))
      const { done, failed } = counts()
      expectSame('afterwards', { done, failed }, { done: 5, failed: 1 })
      const [thread] = pool.stats.threads
      expectSame('the thread', thread?.threadId, await pool.run(tasks.threadId, 0))
    },
  },
  {
    name: 'stats$: emits at once, and then now and again',
    run: async (pool) => {
      const [stats] = await valuesOf(pool.stats$.pipe(take(2), toArray()))
      expectSame(
        'what was done',
        stats!.map(({ done }) => done),
        [0, 0],
      )
    },
  },
  {
    name: 'resize: adds threads, and lets those that are too many finish',
    run: async (pool) => {
      const { tasks } = pool
      expectSame('threads at first', await threadsOf(pool, 2), 2)
      await pool.resize(3)
      expectSame('its size', pool.size, 3)
      expectSame('threads of three branches', await threadsOf(pool, 3), 3)
      const results = valuesOf(from(numbers(100)).pipe(parallelMap(tasks.later, { batch: 1 })))
      await pool.resize(1)
      expectSame('its size', pool.size, 1)
      expectSame('the threads that there are', pool.stats.threads.length, 1)
      expectSame('the results of what ran meanwhile', await results, numbers(100))
    },
  },
  {
    name: 'resize: refuses what is no size',
    run: async (pool) => {
      for (const size of [0, -1, 1.5, Number.NaN, '2'])
        expectCode(`of ${size}`, await rejectionOf('resize', pool.resize(size as number)), 'INVALID_ARGUMENT')
      expectSame('its size', pool.size, 2)
    },
  },
  {
    name: 'close: lets what runs finish, and takes nothing new',
    options: oneThread,
    run: async (pool) => {
      const { tasks } = pool
      const [began, gate] = [uniqueName('began'), uniqueName('gate')]
      const run = kept(pool.run(tasks.meet, { tells: began, awaits: gate, value: 'finished' }))
      const source = new Subject<string>()
      const pipeline = valuesOf(source.pipe(parallelMap(tasks.tell)))
      await pool.run(tasks.told, began)
      const stopped = nextEvent(pool, 'stopped')
      let closed = false
      const closing = kept(
        pool.close().then(() => {
          closed = true
        }),
      )
      await expectClosed(pool)
      expectSame('whether it is closed while something runs', closed, false)
      source.next(gate)
      source.complete()
      expectSame('the result of the run', await run, 'finished')
      expectSame('the results of the pipeline', await pipeline, [undefined])
      await closing
      await stopped
      expectSame('the threads that are left', pool.stats.threads.length, 0)
      await expectClosed(pool)
    },
  },
  {
    name: 'close: lets a stage finish',
    run: async (pool) => {
      const source = new Subject<number>()
      const sums = valuesOf(source.pipe(fanOut(pool.tasks.runningSum, { branches: 1 }), fanIn()))
      source.next(1)
      const closing = kept(pool.close())
      source.next(2)
      source.complete()
      expectSame('the sums', await sums, [1, 3])
      await closing
    },
  },
  {
    name: 'close: may be called again, and on a pool that nobody used',
    run: async (pool) => {
      await Promise.all([pool.close(), pool.close()])
      await pool.close()
      await pool.terminate()
    },
  },
  {
    name: 'close: is what `await using` calls',
    run: async (pool) => {
      expectSame('a run', await pool.run(pool.tasks.double, 21), 42)
      await pool[Symbol.asyncDispose]()
      await expectClosed(pool)
    },
  },
  {
    name: 'terminate: fails what runs and what waits, at once',
    run: async (pool) => {
      const { tasks } = pool
      const items = numbers(20).map(() => ({ name: uniqueName('held'), does: 'hold' }) as const)
      let begin = () => {}
      const began = new Promise<void>((resolve) => {
        begin = resolve
      })
      const pipeline = outcomeOf(from(items).pipe(parallelMap(tasks.act)), begin)
      const branches = outcomeOf(new Subject<unknown>().pipe(fanOut(tasks.pass), fanIn()))
      // Which has its turn beside them, if there is a thread for it, but doesn't end.
      const run = kept(rejectionOf('run', pool.run(tasks.told, uniqueName('never told'))))
      await began
      const terminated = kept(pool.terminate())
      expectCode('the run', await run, 'POOL_CLOSED')
      expectCode('the pipeline', (await pipeline).error, 'POOL_CLOSED')
      expectCode('the stage', (await branches).error, 'POOL_CLOSED')
      await terminated
      expectSame('the threads that are left', pool.stats.threads.length, 0)
      await expectClosed(pool)
    },
  },
]
