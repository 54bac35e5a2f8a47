import { from, map, of } from 'rxjs'
import type { Pool, PoolEvent } from 'rxjs-parallel'
import { fanIn, fanOut, fromTask, parallelMap, threadPool, WorkerCrashError } from 'rxjs-parallel'
import { describe, expect, it } from 'vitest'
import type { Deadly, Way } from '../../fixtures/deadly.worker.mjs'
import { isAlive, pidOf } from '../../support/alive.js'
import { Gate } from '../../support/gate.js'
import { outcomeOf, rejection, valuesOf } from '../../support/outcome.js'
import { deadlyPool, fixture } from '../../support/pools.js'
import { until } from '../../support/until.js'
import { workerFiles } from '../../support/workerFiles.js'

const write = workerFiles()

const signals = ['SIGSEGV', 'SIGABRT', 'SIGKILL'] as const
const batches = [1, 100] as const

/** As many items, of which some end their process. */
function items(length: number, deadly: Readonly<Record<number, Way>>): Deadly[] {
  return Array.from({ length }, (_, n) => ({ n, how: deadly[n] }))
}

/** Takes down which items failed, and how. */
function failures() {
  const seen: [error: any, item: Deadly][] = []
  const onError = (error: unknown, item: Deadly) => {
    seen.push([error, item])
    return of(`failed ${item.n}`)
  }
  return { seen, onError }
}

function eventsOf(pool: Pool<unknown>): PoolEvent[] {
  const events: PoolEvent[] = []
  pool.events$.subscribe((event) => events.push(event))
  return events
}

const typesOf = (events: readonly PoolEvent[]) => events.map(({ type }) => type)

const expected = (length: number, ...failed: number[]) =>
  Array.from({ length }, (_, n) => (failed.includes(n) ? `failed ${n}` : n))

describe.each(signals)('a process that ends by %s', (how) => {
  it.each(batches)('costs the item at work, and no other (batch: %s)', async (batch) => {
    await using pool = deadlyPool()
    const { seen, onError } = failures()
    const source = from(items(100, { 42: how }))
    const results = await valuesOf(source.pipe(parallelMap(pool.tasks.run, { batch, onError })))
    expect(results).toEqual(expected(100, 42))
    expect(seen).toHaveLength(1)
    const [error, item] = seen[0]!
    expect(error).toBeInstanceOf(WorkerCrashError)
    expect(error).toMatchObject({ signal: how, exitCode: undefined, value: { n: 42, how } })
    const start = `thread ${error.threadId} died (ended by ${how}) while it ran 'run' for items[42]: `
    expect(error.message.slice(0, start.length)).toBe(start)
    expect(item).toEqual({ n: 42, how })
  })
})

describe('a process that dies', () => {
  it('in the midst of tasks that wait costs the item at work, and no other', async () => {
    await using pool = deadlyPool()
    const { seen, onError } = failures()
    const source = from(items(60, { 17: 'SIGSEGV' }))
    const results = await valuesOf(source.pipe(parallelMap(pool.tasks.later, { onError })))
    expect(results).toEqual(expected(60, 17))
    expect(seen).toHaveLength(1)
  })

  it.each(batches)(
    'with several items in progress costs only the one that did it (batch: %s)',
    async (batch) => {
      await using pool = deadlyPool({ concurrency: 5 })
      const { seen, onError } = failures()
      const source = from(items(40, { 9: 'SIGKILL', 31: 'exit' }))
      const results = await valuesOf(source.pipe(parallelMap(pool.tasks.later, { batch, onError })))
      expect(results).toEqual(expected(40, 9, 31))
      expect(seen.map(([error]) => error.signal ?? error.exitCode).sort()).toEqual([9, 'SIGKILL'])
    },
  )

  it('by several items of a batch costs these', async () => {
    await using pool = deadlyPool()
    const { onError } = failures()
    const deadly = { 3: 'SIGSEGV', 4: 'SIGABRT', 50: 'SIGKILL', 99: 'exit' } as const
    const source = from(items(100, deadly))
    const results = await valuesOf(source.pipe(parallelMap(pool.tasks.run, { batch: 100, onError })))
    expect(results).toEqual(expected(100, 3, 4, 50, 99))
  })

  it('by every item costs every one', async () => {
    await using pool = deadlyPool()
    const { onError } = failures()
    const source = from(items(4, { 0: 'exit', 1: 'SIGKILL', 2: 'exit', 3: 'SIGKILL' }))
    const results = await valuesOf(source.pipe(parallelMap(pool.tasks.run, { batch: 2, onError })))
    expect(results).toEqual(expected(4, 0, 1, 2, 3))
  })

  it('has its item run again as `retry` says, and tells how it ended at last', async () => {
    await using pool = deadlyPool()
    const [twice, always] = [2, 1000].map((times) => ({ times, cells: new Gate().cells }))
    const source = from(items(20, { 5: 'SIGSEGV', 15: 'SIGKILL' })).pipe(
      map((item) => ({ ...item, ...(item.n === 5 ? twice! : always!) })),
    )
    const { seen, onError } = failures()
    const results = await valuesOf(source.pipe(parallelMap(pool.tasks.runTimes, { retry: 2, onError })))
    expect(results).toEqual(expected(20, 15))
    expect(seen).toHaveLength(1)
    expect(seen[0]![0]).toMatchObject({ code: 'WORKER_CRASH', signal: 'SIGKILL', value: { n: 15 } })
  })

  it('fails the stream by default, after the results before the item', async () => {
    await using pool = deadlyPool()
    const { values, error } = await outcomeOf(
      from(items(100, { 42: 'SIGABRT' })).pipe(parallelMap(pool.tasks.run)),
    )
    expect(values).toEqual(expected(42))
    expect(error).toMatchObject({ code: 'WORKER_CRASH', signal: 'SIGABRT', value: { n: 42 } })
  })

  it('has sent what it had done, however large', async () => {
    await using pool = deadlyPool({ size: 1 })
    const { seen, onError } = failures()
    const source = from(items(8, { 3: 'SIGKILL', 6: 'SIGSEGV' }))
    const results = await valuesOf(source.pipe(parallelMap(pool.tasks.large, { batch: 1, onError })))
    expect(results.map((result) => (typeof result === 'object' ? result.n : result))).toEqual(
      expected(8, 3, 6),
    )
    expect(seen).toHaveLength(2)
  })

  it('does not cost what other pipelines run in it', async () => {
    await using pool = deadlyPool({ size: 1 })
    const numbers = Array.from({ length: 3000 }, (_, i) => i)
    const sound = valuesOf(from(numbers).pipe(parallelMap(pool.tasks.double)))
    const { seen, onError } = failures()
    const source = from(items(60, { 5: 'SIGSEGV', 40: 'exit' }))
    const deadly = valuesOf(source.pipe(parallelMap(pool.tasks.run, { onError })))
    expect(await sound).toEqual(numbers.map((n) => n * 2))
    expect(await deadly).toEqual(expected(60, 5, 40))
    expect(seen).toHaveLength(2)
  })

  it('while a producer waits for room fails that, and names the item that did it', async () => {
    await using pool = deadlyPool({ size: 1 })
    await using slow = deadlyPool({ size: 1 })
    const gate = new Gate()
    const events = eventsOf(pool)
    const producer = outcomeOf(
      fromTask(pool.tasks.emit, { n: 7 }).pipe(
        map((n) => ({ cells: gate.cells, n })),
        parallelMap(slow.tasks.hold, { batch: 1, concurrency: 1 }),
      ),
    )
    await gate.untilStarted(1)
    const error = await rejection(pool.run(pool.tasks.run, { n: 1, how: 'SIGSEGV' }))
    expect(error).toMatchObject({ code: 'WORKER_CRASH', value: { n: 1 } })
    gate.open()
    expect((await producer).error).toMatchObject({ code: 'WORKER_CRASH', value: { n: 7 } })
    // Which of the two it was, only a second run could tell.
    expect(typesOf(events)).toEqual(['started', 'crashed', 'replaced', 'crashed'])
  })

  it('by what is in a stage fails the branch, whose state is lost', async () => {
    await using pool = deadlyPool({ size: 1 })
    const source = from(items(3, { 2: 'SIGSEGV' }))
    const { error } = await outcomeOf(source.pipe(fanOut(pool.tasks.bySignal), fanIn()))
    expect(error).toBeInstanceOf(WorkerCrashError)
    expect(error).toMatchObject({ signal: 'SIGSEGV' })
    expect(error.message).toContain(
      "(ended by SIGSEGV) while it ran the stage 'bySignal', whose state is lost",
    )
    expect(await pool.run(pool.tasks.double, 21)).toBe(42)
  })
})

describe('a process that runs out of memory', () => {
  it('costs the item at work, and no other', async () => {
    await using pool = deadlyPool({ memoryLimit: 64 })
    const { seen, onError } = failures()
    const source = from(items(20, { 12: 'memory' }))
    const results = await valuesOf(source.pipe(parallelMap(pool.tasks.run, { onError })))
    expect(results).toEqual(expected(20, 12))
    expect(seen[0]![0]).toMatchObject({ code: 'WORKER_CRASH', signal: 'SIGABRT', value: { n: 12 } })
  })
})

describe('a process that is killed from outside', () => {
  it('while it works costs what it ran', async () => {
    await using pool = deadlyPool({ size: 1 })
    const gate = new Gate()
    const held = rejection(pool.run(pool.tasks.hold, { cells: gate.cells, n: 1 }))
    await gate.untilStarted(1)
    process.kill(pidOf(pool.stats.threads[0]!.threadId), 'SIGKILL')
    expect(await held).toMatchObject({ code: 'WORKER_CRASH', signal: 'SIGKILL', value: { n: 1 } })
  })

  it('while it is idle is replaced when it is needed', async () => {
    await using pool = deadlyPool({ size: 1 })
    await pool.run(pool.tasks.double, 1)
    const events = eventsOf(pool)
    const pid = pidOf(pool.stats.threads[0]!.threadId)
    process.kill(pid, 'SIGKILL')
    // Without a turn of the event loop nothing tells the pool of it: what comes now is sent to where nobody reads.
    while (isAlive(pid));
    const results = valuesOf(from([1, 2, 3]).pipe(parallelMap(pool.tasks.double, { batch: 1 })))
    expect(await results).toEqual([2, 4, 6])
    expect(typesOf(events)).toEqual(['crashed', 'replaced'])
  })

  it('while it is being written to fails nothing else', async () => {
    await using pool = deadlyPool({ size: 1 })
    const gate = new Gate()
    const held = rejection(pool.run(pool.tasks.hold, { cells: gate.cells, n: 1 }))
    await gate.untilStarted(1)
    // More than its pipe holds, so that most of it still waits here.
    const large = { n: 2, bytes: new Uint8Array(5_000_000) }
    const behind = valuesOf(of(large, large).pipe(parallelMap(pool.tasks.run, { batch: 1 })))
    await until('it waits there', () => pool.stats.inFlight > 0)
    process.kill(pidOf(pool.stats.threads[0]!.threadId), 'SIGKILL')
    expect(await held).toMatchObject({ code: 'WORKER_CRASH', value: { n: 1 } })
    expect(await behind).toEqual([2, 2])
  })
})

describe('an exit code', () => {
  it('is told as it is of a thread', async () => {
    await using pool = deadlyPool({ size: 1 })
    const error = await rejection(pool.run(pool.tasks.run, { n: 1, how: 'exit' }))
    expect(error).toMatchObject({ exitCode: 9, signal: undefined, value: { n: 1 } })
    expect(error.message).toContain(
      "(exit code 9) while it ran 'run' for run arguments[0]: something in it called",
    )
  })
})

describe('the process of a worker', () => {
  it('that is ended by a signal while it loads fails to start', async () => {
    const worker = write('dies.mjs', 'process.kill(process.pid, "SIGKILL"); for (;;);')
    await using pool = threadPool<any>(worker, { size: 1, isolation: 'process' })
    const error = await rejection(pool.ready())
    expect(error.code).toBe('WORKER_START')
    expect(error.message).toContain('dies.mjs was ended by SIGKILL (somebody killed it')
  })

  it.each([
    ['execPath', { execPath: '/nowhere/node' }],
    ['cwd', { cwd: '/nowhere' }],
  ])('that the system cannot start fails to start (%s)', async (_option, worker) => {
    await using pool = threadPool<any>(fixture('deadly.worker.mjs'), {
      size: 2,
      isolation: 'process',
      worker,
    })
    const error = await rejection(pool.ready())
    expect(error.code).toBe('WORKER_START')
    expect(error.message).toContain('ENOENT')
    expect(error.cause.code).toBe('ENOENT')
  })

  it('that is refused its options fails to start', async () => {
    await using pool = deadlyPool({ worker: { execArgv: ['--no-such-option'], stderr: true } })
    const error = await rejection(pool.ready())
    expect(error.code).toBe('WORKER_START')
    expect(error.message).toContain('ended (exit code 9) before it called expose()')
  })
})
