import type { Worker } from 'node:worker_threads'
import { filter, firstValueFrom, from, map, mergeMap, NEVER, of } from 'rxjs'
import type { PoolEvent, ThreadPoolOptions } from 'rxjs-parallel'
import { fanIn, fanOut, isParallelError, parallelMap, threadPool, WorkerCrashError } from 'rxjs-parallel'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Gate } from '../support/gate.js'
import { inProcesses, isolation, some } from '../support/isolation.js'
import { outcomeOf, rejection, valuesOf } from '../support/outcome.js'
import { fixture, poolOptions, stagesPool } from '../support/pools.js'
import { onStarted } from '../support/startedThreads.js'
import { until } from '../support/until.js'

function crashPool(options: ThreadPoolOptions = {}) {
  return threadPool<typeof import('../fixtures/crash.worker.mjs')>(fixture('crash.worker.mjs'), {
    ...poolOptions,
    ...options,
  })
}

const length = 60
const at = 23
const items = Array.from({ length }, (_, n) => ({ n, at }))
const batches = some(1, ['auto', 1, 7] as const)

describe.each(['exit', 'exitLater', 'timer', 'rejection', 'closePort'] as const)(
  'a thread that dies (%s)',
  (name) => {
    it.each(batches)('costs the item at work, and no other (batch: %s)', async (batch) => {
      await using pool = crashPool()
      const failures: [error: any, value: unknown][] = []
      const onError = (error: unknown, value: unknown) => {
        failures.push([error, value])
        return of('crashed')
      }
      const results = await valuesOf(from(items).pipe(parallelMap(pool.tasks[name], { batch, onError })))
      expect(results).toEqual(items.map(({ n }) => (n === at ? 'crashed' : n)))
      expect(failures).toHaveLength(1)
      const [error, value] = failures[0]!
      expect(error).toBeInstanceOf(WorkerCrashError)
      expect(isParallelError(error, 'WORKER_CRASH')).toBe(true)
      expect(error.value).toEqual({ n: at, at })
      expect(value).toEqual({ n: at, at })
      expect(error.threadId).toMatch(/\/\d+$/)
      expect(error.message).toContain(error.threadId)
      expect(error.message).toContain(`items[${at}]`)
    })
  },
)

describe('a thread that dies', () => {
  it('fails the stream by default, after the results before the item', async () => {
    await using pool = crashPool()
    const { values, error } = await outcomeOf(from(items).pipe(parallelMap(pool.tasks.exit)))
    expect(values).toEqual(items.slice(0, at).map(({ n }) => n))
    expect(error).toBeInstanceOf(WorkerCrashError)
    expect(error.exitCode).toBe(9)
  })

  it('has its exception as the cause', async () => {
    await using pool = crashPool({ size: 1 })
    const thrown = await rejection(pool.run(pool.tasks.timer, { n: 1, at: 1 }))
    expect(thrown).toBeInstanceOf(WorkerCrashError)
    expect(thrown.cause).toEqual(new RangeError('of a timer'))
    const rejected = await rejection(pool.run(pool.tasks.rejection, { n: 1, at: 1 }))
    expect(rejected.cause).toEqual(new RangeError('that nobody handles'))
    expect(rejected.cause.stack).toContain('crash.worker.mjs')
  })

  it('is replaced', async () => {
    await using pool = crashPool({ size: 1 })
    const events: PoolEvent[] = []
    pool.events$.subscribe((event) => events.push(event))
    await rejection(pool.run(pool.tasks.exit, { n: 1, at: 1 }))
    expect(await pool.run(pool.tasks.double, 21)).toBe(42)
    expect(events.map(({ type }) => type)).toEqual(['started', 'crashed', 'replaced'])
    const [started, crashed, replaced] = events
    expect(crashed!.threadId).toBe(started!.threadId)
    expect(replaced!.threadId).not.toBe(started!.threadId)
    expect(pool.stats).toMatchObject({ inFlight: 0, queued: 0, done: 1, failed: 1 })
    expect(pool.stats.threads).toHaveLength(1)
  })

  it('tells by an event why', async () => {
    await using pool = crashPool({ size: 1 })
    const events: PoolEvent[] = []
    pool.events$.subscribe((event) => events.push(event))
    await rejection(pool.run(pool.tasks.timer, { n: 1, at: 1 }))
    const crashed = events.find(({ type }) => type === 'crashed')
    expect(crashed!.error).toEqual(new RangeError('of a timer'))
  })

  it('tells by an event how, where nothing was thrown', async () => {
    await using pool = crashPool({ size: 1 })
    const crashed = firstValueFrom(pool.events$.pipe(filter(({ type }) => type === 'crashed')))
    await rejection(pool.run(pool.tasks.exit, { n: 1, at: 1 }))
    const { error, threadId } = await crashed
    expect(error).toBeInstanceOf(WorkerCrashError)
    expect(error).toMatchObject({
      threadId,
      message: expect.stringContaining("while it ran 'exit': something"),
    })
  })

  it('for lack of memory is replaced, and costs its item only', async () => {
    // V8 explains itself at length.
    await using pool = crashPool({ memoryLimit: 32, worker: { stderr: true } })
    const onError = (error: any) => of(error.code as string)
    const few = [0, 1, 2, 3].map((n) => ({ n, at: 2 }))
    const results = await valuesOf(from(few).pipe(parallelMap(pool.tasks.memory, { batch: 1, onError })))
    expect(results).toEqual([0, 1, 'WORKER_CRASH', 3])
    const error = await rejection(pool.run(pool.tasks.memory, { n: 1, at: 1 }))
    expect(error).toBeInstanceOf(WorkerCrashError)
    // Of a process nothing else is known: V8 aborts it.
    expect(inProcesses ? error.signal : error.cause.code).toBe(
      inProcesses ? 'SIGABRT' : 'ERR_WORKER_OUT_OF_MEMORY',
    )
    expect(await pool.run(pool.tasks.double, 21)).toBe(42)
  })

  it('again and again costs an item each time', async () => {
    await using pool = crashPool()
    const onError = (error: any) => of(error.code as string)
    const deadly = Array.from({ length: 6 }, (_, n) => ({ n, at: n % 2 === 0 ? n : -1 }))
    const results = await valuesOf(from(deadly).pipe(parallelMap(pool.tasks.exit, { onError })))
    expect(results).toEqual(['WORKER_CRASH', 1, 'WORKER_CRASH', 3, 'WORKER_CRASH', 5])
  })

  it.each(some(2, ['auto', 3, 1, 7] as const))(
    'fails the stream after the results before it, however they were sent (batch: %s)',
    async (batch) => {
      await using pool = crashPool({ size: 1 })
      const { values, error } = await outcomeOf(from(items).pipe(parallelMap(pool.tasks.exit, { batch })))
      expect(values).toEqual(items.slice(0, at).map(({ n }) => n))
      expect(error).toBeInstanceOf(WorkerCrashError)
    },
  )

  it('does not cost what other pipelines run in it', async () => {
    await using pool = crashPool({ size: 1 })
    const numbers = Array.from({ length: 300 }, (_, i) => i)
    const sound = valuesOf(from(numbers).pipe(parallelMap(pool.tasks.double, { batch: 3 })))
    const deadly = outcomeOf(from(items).pipe(parallelMap(pool.tasks.exit, { batch: 1, ordered: false })))
    expect((await deadly).error).toBeInstanceOf(WorkerCrashError)
    expect(await sound).toEqual(numbers.map((n) => n * 2))
  })

  it('after an item has emitted some of its values neither loses nor doubles those', async () => {
    await using pool = crashPool()
    const onError = () => of('crashed')
    const few = [1, 2, 3].map((n) => ({ n, at: 2 }))
    const results = await valuesOf(from(few).pipe(parallelMap(pool.tasks.emit, { onError })))
    expect(results.filter((value) => value !== 2)).toEqual([1, -1, 'crashed', 3, -3])
    expect(results.filter((value) => value === 2).length).toBeLessThan(2)
  })

  it.each([
    { concurrency: 1, ordered: true },
    { concurrency: 1, ordered: false },
    { concurrency: 3, ordered: true },
    { concurrency: 3, ordered: false },
  ])('does not have items run again that had emitted values before others began (%o)', async (how) => {
    const { concurrency, ordered } = how
    await using pool = crashPool({ size: 1, concurrency })
    const count = 3000
    const three = [0, 1, 2].map((n) => ({ n, at: 2, count: n === 2 ? 1 : count }))
    const onError = (_error: unknown, { n }: { n: number }) => of(`${n} crashed`)
    const results = await valuesOf(
      from(three).pipe(parallelMap(pool.tasks.emitMany, { batch: 3, ordered, onError })),
    )
    for (const { n } of three) {
      const values = results.filter((value) => value === n)
      const crashed = results.filter((value) => value === `${n} crashed`)
      if (crashed.length === 0) expect(values).toHaveLength(count)
      else expect([crashed.length, values.length <= count]).toEqual([1, true])
    }
    expect(results).toContain('2 crashed')
  })

  it('while it finishes what it has, after the pool became smaller, has stopped', async () => {
    await using pool = crashPool()
    await pool.ready()
    const gate = new Gate()
    const runs = [1, 2].map((n) => pool.run(pool.tasks.exitWithOthers, { n, at: n, cells: gate.cells }))
    const errors = Promise.all(runs.map(rejection))
    await gate.untilStarted(2)
    const resized = pool.resize(1)
    gate.open()
    await resized
    expect((await errors).map(({ code }) => code)).toEqual(['WORKER_CRASH', 'WORKER_CRASH'])
    expect(await pool.run(pool.tasks.double, 21)).toBe(42)
  })

  it.each([1, 7] as const)(
    'gives each of several items in progress one outcome, and costs none that had not begun (batch: %s)',
    async (batch) => {
      await using pool = crashPool({ size: 1, concurrency: 3 })
      const gate = new Gate()
      const onError = (error: any) => of(error.code as string)
      const seven = Array.from({ length: 7 }, (_, n) => ({ n, at: 1, cells: gate.cells }))
      const result = valuesOf(from(seven).pipe(parallelMap(pool.tasks.exitWithOthers, { batch, onError })))
      await gate.untilStarted(1)
      gate.open()
      const results = await result
      expect(results).toHaveLength(7)
      expect(results[1]).toBe('WORKER_CRASH')
      expect(results.slice(3)).toEqual([3, 4, 5, 6])
    },
  )

  it('with several items of several pipelines in progress lets each of them run its suspects by themselves', async () => {
    await using pool = crashPool({ size: 1, concurrency: 6 })
    const gate = new Gate()
    const onError = (error: any) => of(error.code as string)
    const pipelines = [0, 1, 2].map((pipeline) => {
      const two = [0, 1].map((n) => ({
        n,
        at: pipeline === 0 ? 1 : -1,
        cells: gate.cells,
        waits: n !== 1 || pipeline !== 0,
      }))
      return valuesOf(from(two).pipe(parallelMap(pool.tasks.exitWithOthers, { batch: 1, onError })))
    })
    await gate.untilStarted(6)
    gate.open(2)
    expect(await Promise.all(pipelines)).toEqual([
      [0, 'WORKER_CRASH'],
      [0, 1],
      [0, 1],
    ])
  })

  it('is known to have been at an item that began more than a thousand messages ago', async () => {
    await using pool = crashPool({ size: 1, concurrency: 2 })
    const gate = new Gate()
    const deadly = 1023
    const many = Array.from({ length: 1100 }, (_, n) => ({
      n,
      at: deadly,
      cells: gate.cells,
      waits: n === 0,
    }))
    const onError = (error: any) => of(error.code as string)
    const crashed = firstValueFrom(pool.events$.pipe(filter(({ type }) => type === 'crashed')))
    const result = valuesOf(from(many).pipe(parallelMap(pool.tasks.exitWithOthers, { batch: 1, onError })))
    await gate.untilStarted(deadly + 1)
    gate.open()
    await crashed
    gate.open(2)
    // The one that waited all the time is a suspect, runs again by itself, and is none any more.
    expect(await result).toEqual(many.map(({ n }) => (n === deadly ? 'WORKER_CRASH' : n)))
  })

  it('is not waited for by a pipeline that has been left', async () => {
    await using pool = crashPool({ size: 1 })
    const gate = new Gate()
    const events: PoolEvent[] = []
    pool.events$.subscribe((event) => events.push(event))
    const subscription = of({ cells: gate.cells, n: 1, at: 1 })
      .pipe(parallelMap(pool.tasks.exitWithOthers))
      .subscribe({ error: () => expect.unreachable() })
    await gate.untilStarted(1)
    subscription.unsubscribe()
    gate.open()
    await until('it has crashed', () => events.some(({ type }) => type === 'crashed'))
    expect(await pool.run(pool.tasks.double, 21)).toBe(42)
  })
})

describe('a thread that dies with a stage', () => {
  it('fails the branch, whose state is lost', async () => {
    await using pool = stagesPool()
    const { values, error } = await outcomeOf(
      of(1, 2, 3).pipe(fanOut(pool.tasks.dieAt3, { branches: 1 }), fanIn()),
    )
    expect(error).toBeInstanceOf(WorkerCrashError)
    expect(error.message).toContain('stage')
    expect(error.threadId).toMatch(/\/\d+$/)
    expect(values.length).toBeLessThanOrEqual(2)
  })

  it('fails the other branches in the same thread, and none elsewhere', async () => {
    await using pool = stagesPool()
    await pool.ready()
    const ends = await valuesOf(
      from([1, 2, 3, 4, 5, 6]).pipe(
        fanOut(pool.tasks.dieAt3, { branches: 3, route: 'roundRobin' }),
        mergeMap((branch) => from(outcomeOf(branch)).pipe(map(({ error }) => [branch.index, error?.code]))),
      ),
    )
    expect(Object.fromEntries(ends)[2]).toBe('WORKER_CRASH')
    expect(Object.fromEntries(ends)[1]).toBe(undefined)
  })

  it('fails a branch whose source goes on', async () => {
    await using pool = stagesPool({ size: 1 })
    const source = from([1, 2, 3]).pipe((numbers) => from([numbers, NEVER]).pipe(mergeMap((each) => each)))
    const { error } = await outcomeOf(source.pipe(fanOut(pool.tasks.dieAt3), fanIn()))
    expect(error).toBeInstanceOf(WorkerCrashError)
    expect(await pool.run(pool.tasks.double, 21)).toBe(42)
  })
})

// A process has none.
describe.skipIf(inProcesses)('a thread that closes the port of its parent', () => {
  it('goes on: values travel on another', async () => {
    await using pool = crashPool()
    const results = await valuesOf(from(items).pipe(parallelMap(pool.tasks.closeParentPort)))
    expect(results).toEqual(items.map(({ n }) => n))
    expect(await pool.run(pool.tasks.double, 21)).toBe(42)
  })
})

// Of processes: processCrash.spec.ts.
describe.skipIf(inProcesses)('a thread that is terminated from outside', () => {
  /** The threads that have been started since. */
  function startedThreads(): Worker[] {
    const threads: Worker[] = []
    const add = (thread: Worker) => void threads.push(thread)
    process.on('worker', add)
    onTestFinished(() => void process.off('worker', add))
    return threads
  }

  it('costs what was at work in it, and no other', async () => {
    const threads = startedThreads()
    await using pool = crashPool({ size: 1 })
    const gate = new Gate()
    const onError = (error: unknown) => of(error as WorkerCrashError)
    const result = valuesOf(
      from(items).pipe(
        map((item) => (item.n === at ? { ...item, cells: gate.cells } : { ...item, at: -1 })),
        parallelMap(pool.tasks.spin, { onError }),
      ),
    )
    await gate.untilStarted(1)
    await threads[0]!.terminate()
    const results = await result
    const [error] = results.splice(at, 1)
    expect(error).toBeInstanceOf(WorkerCrashError)
    expect(error).toMatchObject({ value: { n: at } })
    expect(results).toEqual(items.filter(({ n }) => n !== at).map(({ n }) => n))
    expect(threads).toHaveLength(2)
  })

  it('while it is idle is replaced when there is something to do', async () => {
    const threads = startedThreads()
    await using pool = crashPool({ size: 1 })
    const events: PoolEvent[] = []
    pool.events$.subscribe((event) => events.push(event))
    await pool.ready()
    await threads[0]!.terminate()
    expect(await pool.run(pool.tasks.double, 21)).toBe(42)
    expect(events.map(({ type }) => type)).toEqual(['started', 'crashed', 'replaced'])
  })

  it('each time that it has started, makes the pool fail clearly', async () => {
    const kill = (thread: Worker) => void thread.terminate()
    await using pool = crashPool({ size: 1 })
    await pool.ready()
    process.on('worker', kill)
    const error = await rejection(
      pool.run(pool.tasks.exit, { n: 1, at: 1 }).catch(() => pool.run(pool.tasks.double, 1)),
    )
    process.off('worker', kill)
    expect(error.code).toBe('WORKER_START')
    expect(await pool.run(pool.tasks.double, 21)).toBe(42)
  })
})

describe('threads that can not be started now and then', () => {
  it('are tried again, however often, as long as others get on in between', async () => {
    await using pool = stagesPool({ size: 1 })
    let kills = false
    onStarted((thread) => {
      if (!kills) return
      kills = false
      thread.kill()
    })
    for (let i = 0; i < 4; i++) {
      const { error } = await outcomeOf(of(1, 2, 3).pipe(fanOut(pool.tasks.dieAt3), fanIn()))
      expect(error).toBeInstanceOf(WorkerCrashError)
      kills = true
    }
  })
})

describe('threads that die soon after their start', () => {
  it('are not replaced for ever: what waits for them fails', async () => {
    const worker = new URL('../fixtures/shortLived.worker.mjs', import.meta.url)
    await using pool = threadPool<{ default: { wait: () => Promise<void> } }>(worker, {
      size: 1,
      isolation,
    })
    const error = await rejection(pool.run(pool.tasks.wait))
    // It depends on the moment whether the item had begun.
    expect(['WORKER_START', 'WORKER_CRASH']).toContain(error.code)
  })
})
