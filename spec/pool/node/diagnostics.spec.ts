import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { from, of, range } from 'rxjs'
import type { Pool } from 'rxjs-parallel'
import { parallelMap, pull, threadPool } from 'rxjs-parallel'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { DiagnosticsMessages, RunTrace } from '../../../lib/pool/diagnostics.js'
import { rejection, valuesOf } from '../../support/outcome.js'
import { fixture, poolOptions, tasksPool } from '../../support/pools.js'

type Name = keyof DiagnosticsMessages

/** All that a channel says until the test ends. */
function messagesOf<N extends Name>(name: N): DiagnosticsMessages[N][] {
  const messages: DiagnosticsMessages[N][] = []
  const take = (message: unknown) => void messages.push(message as DiagnosticsMessages[N])
  subscribe(name, take)
  onTestFinished(() => void unsubscribe(name, take))
  return messages
}

function crashPool(): Pool<typeof import('../../fixtures/crash.worker.mjs')> {
  return threadPool(fixture('crash.worker.mjs'), { ...poolOptions, size: 1 })
}

describe('a pool', () => {
  it('is announced when it is made, and when it is closed, once', async () => {
    const [made, closed] = [messagesOf('rxjs-parallel:pool:create'), messagesOf('rxjs-parallel:pool:close')]
    const pool = tasksPool({ name: 'announced' })
    expect(made).toEqual([{ pool: { id: expect.any(Number), name: 'announced' }, instance: pool }])
    await pool.run(pool.tasks.double, 1)
    expect(closed).toEqual([])
    await pool.close()
    await pool.terminate()
    expect(closed).toEqual([{ pool: made[0]!.pool }])
  })

  it('has an id of its own, whatever its name', () => {
    const made = messagesOf('rxjs-parallel:pool:create')
    tasksPool({ name: 'twin' })
    tasksPool({ name: 'twin' })
    expect(new Set(made.map(({ pool }) => pool.id)).size).toBe(2)
  })

  it("tells of its threads what events$ tells, also when they don't start", async () => {
    const [told, errors] = [messagesOf('rxjs-parallel:pool:event'), messagesOf('rxjs-parallel:pool:error')]
    const pool = crashPool()
    const events: unknown[] = []
    pool.events$.subscribe((event) => events.push(event))
    await valuesOf(of({ n: 1, at: 1 }).pipe(parallelMap(pool.tasks.exit, { onError: () => of(0) })))
    await pool.run(pool.tasks.double, 1)
    await pool.close()
    expect(told.map(({ type }) => type)).toEqual(['started', 'crashed', 'replaced', 'stopped'])
    expect(told.map(({ pool: _, ...event }) => event)).toEqual(events)
    expect(errors).toEqual([])

    const broken = threadPool<{ default: { any(): void } }>(fixture('missing.mjs'), { name: 'broken' })
    const error = await rejection(broken.run(broken.tasks.any))
    expect(errors).toEqual([{ pool: { id: expect.any(Number), name: 'broken' }, error: expect.anything() }])
    expect(errors[0]!.error).toMatchObject({ code: 'WORKER_START', message: error.message })
  })
})

describe('batches', () => {
  it('begin and end, with all items', async () => {
    const [begun, ended] = [messagesOf('rxjs-parallel:batch:start'), messagesOf('rxjs-parallel:batch:end')]
    await using pool = tasksPool()
    await valuesOf(range(0, 5000).pipe(parallelMap(pool.tasks.double), parallelMap(pool.tasks.double)))
    const idOf = ({ threadId, batch }: { threadId: string; batch: number }) => `${threadId} ${batch}`
    expect(ended.map(idOf).sort()).toEqual(begun.map(idOf).sort())
    expect(ended.reduce((sum, { completed }) => sum + completed, 0)).toBe(5000)
    expect(begun[0]).toMatchObject({ tasks: ['double', 'double'] })
    expect(begun[0]!.threadId).toMatch(/\/\d+$/)
  })

  it.each([
    [
      'failed',
      { batch: 1, onError: () => of(0) },
      [1, 2, 3, 4].map((n) => [n === 3 ? 0 : 1, n === 3 ? 1 : 0]),
    ],
    ['failed, in one batch', { batch: 4, onError: () => of(0) }, [[3, 1]]],
  ])('say how many %s', async (_what, options, expected) => {
    const ended = messagesOf('rxjs-parallel:batch:end')
    await using pool = tasksPool({ size: 1 })
    await pool.ready()
    await valuesOf(from([1, 2, 3, 4]).pipe(parallelMap(pool.tasks.failAt3, options)))
    expect(ended.map(({ completed, failed }) => [completed, failed])).toEqual(expected)
  })

  it('end when their thread dies, with what is lost in neither count', async () => {
    const ended = messagesOf('rxjs-parallel:batch:end')
    await using pool = crashPool()
    const items = [1, 2, 3].map((n) => ({ n, at: 2 }))
    await valuesOf(from(items).pipe(parallelMap(pool.tasks.exit, { batch: 3, onError: () => of(0) })))
    const sum = (count: (batch: (typeof ended)[number]) => number) => ended.reduce((n, b) => n + count(b), 0)
    expect(sum(({ completed }) => completed)).toBe(2)
    expect(sum(({ failed }) => failed)).toBe(0)
    expect(sum(({ items, completed }) => items - completed)).toBeGreaterThan(0)
  })

  it('end when they are cancelled', async () => {
    const [begun, ended] = [messagesOf('rxjs-parallel:batch:start'), messagesOf('rxjs-parallel:batch:end')]
    await using pool = tasksPool({ size: 1 })
    const cells = new Int32Array(new SharedArrayBuffer(64))
    const running = pull([{ cells }]).pipe(parallelMap(pool.tasks.untilAborted)).subscribe()
    await expect.poll(() => begun.length).toBe(1)
    running.unsubscribe()
    await expect.poll(() => ended).toMatchObject([{ batch: begun[0]!.batch, completed: 0, failed: 0 }])
  })
})

describe('errors of items', () => {
  it.each([
    ['its task throws', 'fail', 'no', { name: 'Error' }],
    ["it can't be sent", 'double', () => 1, { code: 'CLONE' }],
  ] as const)('are told when %s', async (_when, task, item, error) => {
    const told = messagesOf('rxjs-parallel:item:error')
    await using pool = tasksPool()
    const failing = of(item as unknown as number).pipe(
      parallelMap(pool.tasks[task] as typeof pool.tasks.double),
    )
    const emitted = await rejection(valuesOf(failing))
    expect(told).toMatchObject([{ tasks: [task], item: 'items[0]', error }])
    expect(told[0]!.error).toBe(emitted)
  })

  it('are told when its thread dies or it outstays its time, also where something replaces it', async () => {
    const told = messagesOf('rxjs-parallel:item:error')
    await using pool = crashPool()
    const onError = () => of(0)
    const items = [1, 2].map((n) => ({ n, at: 2 }))
    await valuesOf(from(items).pipe(parallelMap(pool.tasks.exit, { onError })))
    await valuesOf(from(items).pipe(parallelMap(pool.tasks.never, { onError, timeout: 1000 })))
    expect(told.map(({ tasks, item, error }) => [...tasks, item, (error as { code: string }).code])).toEqual([
      ['exit', 'items[1]', 'WORKER_CRASH'],
      ['never', 'items[1]', 'TASK_TIMEOUT'],
    ])
  })

  it('are told after the last retry only', async () => {
    const told = messagesOf('rxjs-parallel:item:error')
    await using pool = tasksPool()
    const cells = () => new Int32Array(new SharedArrayBuffer(64))
    const task = parallelMap(pool.tasks.failTimes, { retry: 2, onError: () => of('replaced') })
    expect(await valuesOf(of({ cells: cells(), times: 2, value: 'third' }).pipe(task))).toEqual(['third'])
    expect(told).toEqual([])
    expect(await valuesOf(of({ cells: cells(), times: 3, value: 'fourth' }).pipe(task))).toEqual(['replaced'])
    expect(told).toHaveLength(1)
  })
})

describe('runs', () => {
  const runs = tracingChannel<RunTrace>('rxjs-parallel:run')

  /** The runs that are traced until the test ends, each with what has happened to it. */
  function tracesOf() {
    const traces = new Map<RunTrace, string[]>()
    const note = (event: string) => (message: object) => {
      const trace = message as RunTrace
      traces.set(trace, [...(traces.get(trace) ?? []), event])
    }
    const handlers = {
      start: note('start'),
      end: note('end'),
      asyncStart: note('asyncStart'),
      asyncEnd: note('asyncEnd'),
      error: note('error'),
    }
    runs.subscribe(handlers)
    onTestFinished(() => void runs.unsubscribe(handlers))
    return traces
  }

  it('have a start, an end and a result', async () => {
    const traces = tracesOf()
    await using pool = tasksPool({ name: 'traced' })
    expect(await Promise.all([pool.run(pool.tasks.pow, 2, 3), pool.run(pool.tasks.double, 1)])).toEqual([
      8, 2,
    ])
    const [first, second] = traces.keys()
    expect(first).toMatchObject({ pool: { name: 'traced' }, task: 'pow', args: [2, 3], result: 8 })
    expect(second).toMatchObject({ task: 'double', result: 2 })
    expect(second!.id).not.toBe(first!.id)
    expect([...traces.values()][0]).toEqual(['start', 'end', 'asyncStart', 'asyncEnd'])
  })

  it('have an error', async () => {
    const traces = tracesOf()
    await using pool = tasksPool()
    const error = await rejection(pool.run(pool.tasks.fail, 'no'))
    const [[trace, events]] = [...traces] as [[RunTrace, string[]]]
    expect(trace.error).toBe(error)
    expect(events).toEqual(['start', 'end', 'error', 'asyncStart', 'asyncEnd'])
  })

  it('run in the store that a subscriber binds', async () => {
    const store = new AsyncLocalStorage<RunTrace>()
    runs.start.bindStore(store)
    onTestFinished(() => void runs.start.unbindStore(store))
    const traces = tracesOf()
    let inStore: RunTrace | undefined
    const read = () => {
      inStore = store.getStore()
    }
    runs.end.subscribe(read)
    onTestFinished(() => void runs.end.unsubscribe(read))
    await using pool = tasksPool()
    await pool.run(pool.tasks.double, 1)
    expect(inStore).toBe([...traces.keys()][0])
  })
})

it('is not in the builds for browsers', () => {
  const folder = fileURLToPath(new URL('../../../dist/browser/', import.meta.url))
  const files = readdirSync(folder).filter((name) => name.endsWith('.js'))
  expect(files).not.toEqual([])
  const holding = files.filter((name) =>
    /diagnostics_channel|rxjs-parallel:/.test(readFileSync(folder + name, 'utf8')),
  )
  expect(holding).toEqual([])
})
