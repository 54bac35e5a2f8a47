import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { firstValueFrom, from, of, Subject, take, toArray } from 'rxjs'
import type { Pool, PoolEvent } from 'rxjs-parallel'
import { fanIn, fanOut, isParallelError, PoolClosedError, parallelMap, threadPool } from 'rxjs-parallel'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { Gate } from '../support/gate.js'
import { inProcesses, isolation } from '../support/isolation.js'
import { outcomeOf, rejection, thrownBy, valuesOf } from '../support/outcome.js'
import { fixture, stagesPool, tasksPool } from '../support/pools.js'
import { until } from '../support/until.js'

/** Everything that happens to a pool's threads. */
function eventsOf(pool: Pool<unknown>): PoolEvent[] {
  const events: PoolEvent[] = []
  const subscription = pool.events$.subscribe((event) => events.push(event))
  onTestFinished(() => subscription.unsubscribe())
  return events
}

const typesOf = (events: readonly PoolEvent[]) => events.map(({ type }) => type)

describe('threads', () => {
  it('start when they are first needed', async () => {
    await using pool = tasksPool()
    const events = eventsOf(pool)
    const source = new Subject<number>()
    const subscription = source.pipe(parallelMap(pool.tasks.double)).subscribe()
    for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve))
    expect(pool.stats.threads).toEqual([])
    expect(events).toEqual([])
    expect(await pool.run(pool.tasks.double, 1)).toBe(2)
    expect(typesOf(events)).toEqual(['started'])
    subscription.unsubscribe()
  })

  it('are no more than there is work for', async () => {
    await using pool = tasksPool({ size: 4 })
    const events = eventsOf(pool)
    for (let i = 0; i < 5; i++) await pool.run(pool.tasks.double, i)
    expect(typesOf(events)).toEqual(['started'])
  })

  it.each([
    ['none has started', 0],
    ['one is there already', 1],
  ])('are as many as there are runs at once (%s)', async (_when, before) => {
    await using pool = tasksPool({ size: 3 })
    for (let i = 0; i < before; i++) await pool.run(pool.tasks.double, i)
    const gate = new Gate()
    const runs = [1, 2, 3].map((value) => pool.run(pool.tasks.hold, { cells: gate.cells, value }))
    // None ends before all have begun.
    await gate.untilStarted(3)
    gate.open()
    expect(await Promise.all(runs)).toEqual([1, 2, 3])
  })

  it('take items that would wait behind one that emits and goes on', async () => {
    await using pool = tasksPool()
    const gate = new Gate()
    const items = from([1, 2].map(() => ({ cells: gate.cells, values: ['began', 'done'] })))
    const began = items.pipe(parallelMap(pool.tasks.holdBetween, { batch: 1, ordered: false }), take(2))
    expect(await valuesOf(began)).toEqual(['began', 'began'])
  })

  it('start all with ready()', async () => {
    await using pool = tasksPool()
    const events = eventsOf(pool)
    await pool.ready()
    await pool.ready()
    await until('both are told', () => events.length === 2)
    expect(typesOf(events)).toEqual(['started', 'started'])
    expect(pool.stats.threads).toHaveLength(2)
  })

  it('have names of their own: host, process and thread', async () => {
    await using pool = tasksPool()
    await using other = tasksPool({ size: 1 })
    const gate = new Gate()
    const held = pool.run(pool.tasks.hold, { cells: gate.cells })
    await gate.untilStarted(1)
    await pool.ready()
    const names = [await pool.run(pool.tasks.threadId, 0), await other.run(other.tasks.threadId, 0)]
    gate.open()
    await held
    const ofProcess = inProcesses ? '\\d+' : process.pid
    for (const name of names) expect(name).toMatch(new RegExp(`^${hostname()}/${ofProcess}/\\d+$`))
    const inStats = [...pool.stats.threads, ...other.stats.threads].map(({ threadId }) => threadId)
    expect(new Set(inStats).size).toBe(3)
    expect(inStats).toEqual(expect.arrayContaining(names))
  })

  it('stop when they have been idle for idleTimeout, and start again', async () => {
    await using pool = tasksPool({ size: 1, idleTimeout: 20 })
    const events = eventsOf(pool)
    await pool.run(pool.tasks.double, 1)
    await until('it has stopped', () => events.some(({ type }) => type === 'stopped'))
    expect(pool.stats.threads).toEqual([])
    expect(await pool.run(pool.tasks.double, 2)).toBe(4)
    expect(typesOf(events).slice(0, 3)).toEqual(['started', 'stopped', 'started'])
  })

  it('stop no further than to min', async () => {
    await using pool = tasksPool({ size: { min: 1, max: 2 }, idleTimeout: 20 })
    const events = eventsOf(pool)
    const gate = new Gate()
    const items = from([1, 2].map((value) => ({ cells: gate.cells, value })))
    const result = valuesOf(items.pipe(parallelMap(pool.tasks.holdLater, { batch: 1 })))
    await until('both have started', () => events.length === 2)
    gate.open()
    await result
    await until('one has stopped', () => events.some(({ type }) => type === 'stopped'))
    for (let i = 0; i < 5; i++) await pool.run(pool.tasks.double, i)
    expect(pool.stats.threads).toHaveLength(1)
    expect(typesOf(events).filter((type) => type === 'stopped')).toHaveLength(1)
  })

  it('do not stop while they work', async () => {
    await using pool = tasksPool({ size: 1, idleTimeout: 1 })
    const gate = new Gate()
    const events = eventsOf(pool)
    const held = pool.run(pool.tasks.holdLater, { cells: gate.cells, value: 1 })
    await gate.untilStarted(1)
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setTimeout(resolve, 1))
    expect(typesOf(events)).toEqual(['started'])
    gate.open()
    expect(await held).toBe(1)
  })
})

describe('size', () => {
  it('is a number, {min, max}, or the cores that there are', async () => {
    await using four = tasksPool({ size: 4 })
    await using range = tasksPool({ size: { min: 1, max: 3 } })
    await using cores = threadPool(fixture('tasks.worker.mjs'))
    const { availableParallelism } = await import('node:os')
    expect([four.size, range.size, cores.size]).toEqual([4, 3, availableParallelism()])
  })

  it('with min has ready() start so many', async () => {
    await using pool = tasksPool({ size: { min: 1, max: 3 } })
    await pool.ready()
    expect(pool.stats.threads).toHaveLength(1)
  })

  it('grows by resize', async () => {
    await using pool = tasksPool({ size: 1 })
    const gate = new Gate()
    const items = from(Array.from({ length: 6 }, (_, value) => ({ cells: gate.cells, value })))
    const result = valuesOf(items.pipe(parallelMap(pool.tasks.hold, { batch: 1 })))
    await gate.untilStarted(1)
    await pool.resize(2)
    expect(pool.size).toBe(2)
    await gate.untilStarted(2)
    gate.open()
    expect(await result).toEqual([0, 1, 2, 3, 4, 5])
    expect(gate.most).toBe(2)
  })

  it('shrinks by resize: a thread too many finishes what it has', async () => {
    await using pool = tasksPool()
    await pool.ready()
    const events = eventsOf(pool)
    const gate = new Gate()
    const items = from(Array.from({ length: 6 }, (_, value) => ({ cells: gate.cells, value })))
    const result = valuesOf(items.pipe(parallelMap(pool.tasks.hold, { batch: 1 })))
    await gate.untilStarted(2)
    let resized = false
    const resizing = pool.resize(1).then(() => (resized = true))
    expect(pool.size).toBe(1)
    for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve))
    expect(resized).toBe(false)
    gate.open()
    await resizing
    expect(await result).toEqual([0, 1, 2, 3, 4, 5])
    expect(pool.stats.threads).toHaveLength(1)
    expect(typesOf(events)).toContain('stopped')
    expect(await pool.run(pool.tasks.double, 1)).toBe(2)
  })

  it('resizes to between two numbers', async () => {
    await using pool = tasksPool({ size: 1 })
    await pool.ready()
    await pool.resize({ min: 2, max: 3 })
    await pool.ready()
    expect([pool.size, pool.stats.threads.length]).toEqual([3, 2])
  })

  it('shrinks by resize at once where a thread is idle', async () => {
    await using pool = tasksPool()
    await pool.ready()
    await pool.resize(1)
    expect(pool.stats.threads).toHaveLength(1)
  })

  it('cannot be anything else', async () => {
    await using pool = tasksPool()
    for (const size of [0, -1, 1.5, Number.NaN, '2', null]) {
      const error = await rejection(pool.resize(size as never))
      expect(error.code).toBe('INVALID_ARGUMENT')
      expect(error.message).toContain('resize')
    }
    expect(pool.size).toBe(2)
  })
})

describe('run', () => {
  const pool = tasksPool()
  const { tasks } = pool
  beforeAll(() => pool.ready())
  afterAll(() => pool.close())

  it('resolves to the result', async () => {
    expect(await pool.run(tasks.pow, 2, 10)).toBe(1024)
    expect(await pool.run(tasks.later, 'x')).toBe('x')
    expect(await pool.run(tasks.argumentsOf)).toEqual([])
    expect(await pool.run(tasks.identity, undefined)).toBe(undefined)
    expect(await pool.run(tasks.identity, null)).toBe(null)
  })

  it('resolves to the last value of a task that emits many, and to nothing of one that emits none', async () => {
    expect(await pool.run(tasks.upTo, 5)).toBe(5)
    expect(await pool.run(tasks.upToLater, 5)).toBe(5)
    expect(await pool.run(tasks.upToObservable, 5)).toBe(5)
    expect(await pool.run(tasks.upTo, 0)).toBe(undefined)
  })

  it('rejects with what the task throws', async () => {
    expect(await rejection(pool.run(tasks.fail, 'no'))).toEqual(new Error('no'))
    expect(await rejection(pool.run(tasks.upToThenFail, 3))).toEqual(new Error('failed at the end'))
  })

  it('rejects with a task that is none, and with one that is not exposed', async () => {
    const none = await rejection(pool.run('double' as never))
    expect(none.code).toBe('INVALID_ARGUMENT')
    const unknown = await rejection(pool.run((tasks as any).misspelt))
    expect(unknown.code).toBe('UNKNOWN_TASK')
    expect(unknown.message).toContain('misspelt')
  })

  it('rejects with arguments that cannot be sent', async () => {
    const error = await rejection(pool.run(tasks.argumentsOf, 1, { f: () => 1 }))
    expect(error.code).toBe('CLONE')
    expect(error.message).toContain(`arguments[1].f is a function and can't be sent to a ${isolation}`)
  })

  it('runs many at once', async () => {
    const results = await Promise.all(Array.from({ length: 500 }, (_, i) => pool.run(tasks.double, i)))
    expect(results).toEqual(Array.from({ length: 500 }, (_, i) => i * 2))
  })

  it('gives references that are the same each time', async () => {
    expect(tasks.double).toBe(tasks.double)
    expect(tasks.double.name).toBe('double')
    // Not taken for a promise, whatever name it is asked for.
    expect(await Promise.resolve(pool.tasks)).toBe(pool.tasks)
  })
})

describe('stats', () => {
  it('count what is in flight, queued, done and failed', async () => {
    await using pool = tasksPool({ size: 1 })
    await pool.ready()
    expect(pool.stats).toMatchObject({ inFlight: 0, queued: 0, done: 0, failed: 0 })
    const gate = new Gate()
    const items = from(Array.from({ length: 10 }, (_, value) => ({ cells: gate.cells, value })))
    const result = valuesOf(items.pipe(parallelMap(pool.tasks.hold, { batch: 1, concurrency: 1 })))
    await gate.untilStarted(1)
    expect(pool.stats).toMatchObject({ inFlight: 1, queued: 9, done: 0, failed: 0 })
    expect(pool.stats.threads[0]!.inFlight).toBe(1)
    gate.open()
    await result
    await rejection(pool.run(pool.tasks.fail, 'no'))
    const { stats } = pool
    expect(stats).toMatchObject({ inFlight: 0, queued: 0, done: 10, failed: 1 })
    expect(stats.threads).toHaveLength(1)
    expect(stats.threads[0]).toMatchObject({ inFlight: 0, done: 11, threadId: expect.any(String) })
    expect(stats.perSecond).toBeGreaterThan(0)
  })

  it('have service times and utilisation that make sense', async () => {
    await using pool = tasksPool({ size: 1 })
    const { serviceTime } = pool.stats
    expect(serviceTime).toEqual({ p50: 0, p90: 0, p99: 0 })
    await valuesOf(from(Array.from({ length: 100 }, (_, i) => i)).pipe(parallelMap(pool.tasks.double)))
    const { p50, p90, p99 } = pool.stats.serviceTime
    expect(p50).toBeGreaterThan(0)
    expect(p90).toBeGreaterThanOrEqual(p50)
    expect(p99).toBeGreaterThanOrEqual(p90)
    for (const { utilization } of pool.stats.threads) {
      expect(utilization).toBeGreaterThanOrEqual(0)
      expect(utilization).toBeLessThanOrEqual(1)
    }
  })

  it('are emitted by stats$ at once and then now and again', async () => {
    await using pool = tasksPool({ size: 1 })
    const stats = await firstValueFrom(pool.stats$.pipe(take(2), toArray()))
    expect(stats.map(({ done }) => done)).toEqual([0, 0])
    await pool.run(pool.tasks.double, 1)
    expect((await firstValueFrom(pool.stats$)).done).toBe(1)
  })
})

describe('close', () => {
  it('lets what runs finish, and stops the threads', async () => {
    const pool = tasksPool()
    await pool.ready()
    const events = eventsOf(pool)
    const gate = new Gate()
    const items = from(Array.from({ length: 8 }, (_, value) => ({ cells: gate.cells, value })))
    const result = valuesOf(items.pipe(parallelMap(pool.tasks.hold, { batch: 1 })))
    await gate.untilStarted(2)
    const closing = pool.close()
    gate.open()
    await closing
    expect(await result).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect(typesOf(events)).toEqual(['stopped', 'stopped'])
    expect(pool.stats.threads).toEqual([])
  })

  it('lets a pipeline whose source goes on finish, too', async () => {
    const pool = tasksPool({ size: 1 })
    const source = new Subject<number>()
    const result = valuesOf(source.pipe(parallelMap(pool.tasks.double)))
    const closing = pool.close()
    source.next(1)
    source.next(2)
    source.complete()
    expect(await result).toEqual([2, 4])
    await closing
  })

  it('lets a stage finish', async () => {
    const pool = stagesPool({ size: 1 })
    const source = new Subject<number>()
    const result = valuesOf(source.pipe(fanOut(pool.tasks.runningSum), fanIn()))
    source.next(1)
    await pool.run(pool.tasks.double, 1)
    const closing = pool.close()
    source.next(2)
    source.complete()
    expect(await result).toEqual([1, 3])
    await closing
  })

  it('takes nothing new: run rejects, pipelines fail, with a PoolClosedError', async () => {
    const pool = stagesPool({ size: 1 })
    await pool.close()
    const { tasks } = pool
    const errors = [
      await rejection(pool.run(tasks.double, 1)),
      await rejection(pool.ready()),
      await rejection(pool.resize(2)),
      (await outcomeOf(of(1).pipe(parallelMap(tasks.double)))).error,
      (await outcomeOf(of(1).pipe(fanOut(tasks.pass), fanIn()))).error,
      (await outcomeOf(of(1).pipe(fanOut(tasks.double), fanIn()))).error,
    ]
    for (const error of errors) {
      expect(error).toBeInstanceOf(PoolClosedError)
      expect(isParallelError(error, 'POOL_CLOSED')).toBe(true)
      expect(error.message).toContain('stages.worker.mjs')
    }
  })

  it('may be called again, and on a pool that was never used', async () => {
    const pool = tasksPool()
    await Promise.all([pool.close(), pool.close()])
    await pool.close()
    await pool.terminate()
  })

  it('is what `await using` calls', async () => {
    let outer: Pool<typeof import('../fixtures/tasks.worker.mjs')>
    {
      await using pool = tasksPool({ size: 1 })
      outer = pool
      expect(await pool.run(pool.tasks.double, 1)).toBe(2)
    }
    expect(outer.stats.threads).toEqual([])
    expect(await rejection(outer.run(outer.tasks.double, 1))).toBeInstanceOf(PoolClosedError)
    const another = tasksPool()
    await another[Symbol.asyncDispose]()
    expect(await rejection(another.ready())).toBeInstanceOf(PoolClosedError)
  })

  it('is named by the option', async () => {
    const pool = tasksPool({ name: 'of the kitchen' })
    await pool.close()
    expect((await rejection(pool.run(pool.tasks.double, 1))).message).toContain('of the kitchen')
  })
})

describe('terminate', () => {
  it('fails what runs and what waits with a PoolClosedError, at once', async () => {
    const pool = tasksPool()
    await pool.ready()
    const events = eventsOf(pool)
    const gate = new Gate()
    const items = from(Array.from({ length: 20 }, (_, value) => ({ cells: gate.cells, value })))
    const pipeline = outcomeOf(items.pipe(parallelMap(pool.tasks.hold, { batch: 1 })))
    const run = rejection(pool.run(pool.tasks.hold, { cells: gate.cells }))
    await gate.untilStarted(2)
    await pool.terminate()
    expect((await pipeline).error).toBeInstanceOf(PoolClosedError)
    expect(await run).toBeInstanceOf(PoolClosedError)
    expect(pool.stats).toMatchObject({ inFlight: 0, queued: 0, threads: [] })
    expect(typesOf(events)).toEqual(['stopped', 'stopped'])
    expect(await rejection(pool.run(pool.tasks.double, 1))).toBeInstanceOf(PoolClosedError)
  })

  it('starts no thread for what still waits while it fails, one after the other', async () => {
    const pool = tasksPool({ size: 1 })
    await pool.ready()
    const gate = new Gate()
    const items = Array.from({ length: 10 }, (_, value) => ({ cells: gate.cells, value }))
    const pipelines = [1, 2, 3].map(() =>
      outcomeOf(from(items).pipe(parallelMap(pool.tasks.hold, { batch: 1 }))),
    )
    await gate.untilStarted(1)
    await pool.terminate()
    expect(pool.stats.threads).toEqual([])
    for (const { error } of await Promise.all(pipelines)) expect(error).toBeInstanceOf(PoolClosedError)
  })

  it('fails stages with a PoolClosedError', async () => {
    const pool = stagesPool()
    const source = new Subject<number>()
    const result = outcomeOf(
      source.pipe(fanOut(pool.tasks.pass, { route: 'broadcast' }), fanIn({ errors: 'last' })),
    )
    source.next(1)
    await pool.run(pool.tasks.double, 1)
    await pool.terminate()
    const { error } = await result
    expect(error.errors).toHaveLength(2)
    for (const each of error.errors) expect(each).toBeInstanceOf(PoolClosedError)
  })

  it('while threads start fails what waits for them', async () => {
    const pool = tasksPool()
    const run = rejection(pool.run(pool.tasks.double, 1))
    await pool.terminate()
    expect(await run).toBeInstanceOf(PoolClosedError)
  })

  it('after close() ends what close() waits for', async () => {
    const pool = tasksPool({ size: 1 })
    const gate = new Gate()
    const run = rejection(pool.run(pool.tasks.hold, { cells: gate.cells }))
    await gate.untilStarted(1)
    const closing = pool.close()
    await pool.terminate()
    await closing
    expect(await run).toBeInstanceOf(PoolClosedError)
  })
})

describe('a worker', () => {
  const file = fixture('tasks.worker.mjs')
  const path = fileURLToPath(file)
  const works = async (worker: Parameters<typeof threadPool>[0]) => {
    await using pool = threadPool<typeof import('../fixtures/tasks.worker.mjs')>(worker, {
      size: 1,
      isolation,
    })
    expect(await pool.run(pool.tasks.double, 21)).toBe(42)
  }

  it.each([
    ['a URL', file],
    ['a file: string', file.href],
    ['an absolute path', path],
    ['a path from the working directory', relative(process.cwd(), path)],
    ['the same with ./', `./${relative(process.cwd(), path)}`],
    ['a data: URL', new URL(`data:text/javascript,import ${encodeURIComponent(JSON.stringify(file.href))}`)],
  ])('may be given as %s', (_kind, worker) => works(worker))

  it('may be TypeScript, given by the name that its compiled file will have', async () => {
    for (const name of ['typed.worker.ts', 'typed.worker.js']) {
      await using pool = threadPool<typeof import('../fixtures/typed.worker.js')>(fixture(name), {
        size: 1,
        isolation,
      })
      expect(await pool.run(pool.tasks.double, 21)).toBe(42)
    }
    expect(existsSync(fixture('typed.worker.js'))).toBe(false)
  })

  it.skipIf(inProcesses)('may be given as a function, which is called once a thread', async () => {
    const made: Worker[] = []
    const make = () => {
      const worker = new Worker(file)
      made.push(worker)
      return worker
    }
    await using pool = threadPool<typeof import('../fixtures/tasks.worker.mjs')>(make, { size: 2 })
    expect(made).toHaveLength(0)
    await pool.ready()
    expect(made).toHaveLength(2)
    expect(await pool.run(pool.tasks.double, 21)).toBe(42)
  })

  it('is given the options of `worker`', async () => {
    await using pool = threadPool<typeof import('../fixtures/typed.worker.js')>(fixture('typed.worker.ts'), {
      size: 1,
      isolation,
      worker: { env: { COLOUR: 'green' }, argv: ['x'] },
    })
    expect(await pool.run(pool.tasks.environment, 'COLOUR')).toBe('green')
  })

  it('can be loaded by a program, which its functions then run in', async () => {
    const { default: tasks } = await import('../fixtures/typed.worker.js')
    expect(tasks.double(2)).toBe(4)
  })

  it.each([undefined, null, 5, {}])('cannot be %s', (bad) => {
    const error = thrownBy(() => threadPool(bad as never))
    expect(error.code).toBe('INVALID_ARGUMENT')
    expect(error.message).toContain('threadPool')
  })
})

describe('a bad option', () => {
  it.each([
    ['size', { size: 0 }],
    ['size', { size: 1.5 }],
    ['size must be', { size: '2' }],
    ['size', { size: Number.POSITIVE_INFINITY }],
    ['size must be', { size: null }],
    ['size.min', { size: { min: -1, max: 2 } }],
    ['size.max', { size: { min: 0, max: 0 } }],
    ['size.min', { size: { min: 3, max: 2 } }],
    ['size.max', { size: { min: 1 } }],
    ['least', { size: { least: 1, max: 2 } }],
    ['concurrency', { concurrency: 0 }],
    ['concurrency', { concurrency: 'many' }],
    ['name', { name: 5 }],
    ['memoryLimit', { memoryLimit: 1 }],
    ['memoryLimit', { memoryLimit: '64' }],
    ['memoryLimit', { memoryLimit: Number.POSITIVE_INFINITY }],
    ['isolation', { isolation: 'container' }],
    ['isolation', { isolation: null }],
    ['process', { isolation: 'process', worker: { workerData: 1 } }],
    ["no option 'worker.resourceLimits'", { isolation: 'process', worker: { resourceLimits: {} } }],
    ["no option 'worker.stdio'", { isolation: 'process', worker: { stdio: 'pipe' } }],
    ['startTimeout', { startTimeout: 0 }],
    ['startTimeout', { startTimeout: '1s' }],
    ['idleTimeout', { idleTimeout: -1 }],
    ['worker', { worker: 'fast' }],
    ['threads', { threads: 2 }],
    ['options', 5],
  ])('(%s) is said when the pool is made: %j', (word, options) => {
    const error = thrownBy(() => threadPool(fixture('tasks.worker.mjs'), options as never))
    expect(error.code).toBe('INVALID_ARGUMENT')
    expect(error.message).toContain('threadPool')
    expect(error.message).toContain(word)
  })
})
