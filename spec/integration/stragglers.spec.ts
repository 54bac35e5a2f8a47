import { of, range, Subject, switchMap } from 'rxjs'
import { parallelMap, threadPool } from 'rxjs-parallel'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Gate } from '../support/gate.js'
import { rejection, valuesOf } from '../support/outcome.js'
import { fixture } from '../support/pools.js'

/** A pool, what its threads went through, and how it can be seen that all of them work. */
function setUp(options: { size?: number; concurrency?: number } = {}) {
  const pool = threadPool<typeof import('../fixtures/crash.worker.mjs')>(fixture('crash.worker.mjs'), {
    size: 1,
    ...options,
  })
  onTestFinished(() => pool.close())
  const events: string[] = []
  pool.events$.subscribe(({ type, error }) =>
    events.push(error ? `${type}: ${(error as Error).message}` : type),
  )
  return { pool, tasks: pool.tasks, events }
}

/** What a pipeline gives in which no item may be lost or run twice. */
async function works({ pool, tasks }: ReturnType<typeof setUp>) {
  const values = await valuesOf(range(0, 500).pipe(parallelMap(tasks.double)))
  expect(values).toEqual(Array.from({ length: 500 }, (_, n) => 2 * n))
  expect(pool.stats).toMatchObject({ inFlight: 0, queued: 0 })
}

describe('an item that does not stop when it is told to', () => {
  it.each(['spin', 'spinLater', 'never', 'emitThenSpin', 'emitThenNever'] as const)(
    'has its thread ended and replaced (%s)',
    async (name) => {
      const set = setUp()
      await set.pool.ready()
      const gate = new Gate()
      const controller = new AbortController()
      const { signal } = controller
      const run = set.pool.run(set.tasks[name], { n: 1, at: 1, cells: gate.cells }, { signal })
      await gate.untilStarted(1)
      controller.abort()
      expect((await rejection(run)).name).toBe('AbortError')
      await works(set)
      expect(set.events).toEqual([
        'started',
        expect.stringMatching(/^crashed: an item didn't stop within 1000 ms/),
        'replaced',
      ])
    },
  )

  it('costs nothing of what else its thread had', async () => {
    const set = setUp()
    const gate = new Gate()
    const subscription = of({ cells: gate.cells, n: 1 }).pipe(parallelMap(set.tasks.deaf)).subscribe()
    await gate.untilStarted(1)
    const others = valuesOf(range(0, 100).pipe(parallelMap(set.tasks.double)))
    subscription.unsubscribe()
    expect(await others).toEqual(Array.from({ length: 100 }, (_, n) => 2 * n))
    expect(set.events.slice(1)).toEqual([expect.stringContaining('crashed'), 'replaced'])
  })

  it('holds its place until it does, and costs nothing then', async () => {
    const set = setUp()
    const gate = new Gate()
    const subscription = of({ cells: gate.cells, n: 1 }).pipe(parallelMap(set.tasks.deaf)).subscribe()
    await gate.untilStarted(1)
    subscription.unsubscribe()
    const next = new Gate()
    const other = valuesOf(of({ cells: next.cells, n: 2 }).pipe(parallelMap(set.tasks.deaf)))
    await set.pool.ready()
    // One at a time: the second begins when the first has left.
    expect(next.started).toBe(0)
    gate.open()
    next.open()
    expect(await other).toEqual([2])
    expect(set.events).toEqual(['started'])
  })

  it('leaves the other places to others', async () => {
    const set = setUp({ concurrency: 2 })
    const gate = new Gate()
    const subscription = of({ cells: gate.cells, n: 1 }).pipe(parallelMap(set.tasks.deaf)).subscribe()
    await gate.untilStarted(1)
    subscription.unsubscribe()
    await works(set)
    expect(set.events).toEqual(['started'])
    gate.open()
  })
})

describe('switchMap over a heavy inner pipeline', () => {
  it.each(['obedient', 'obedientSpin'] as const)(
    'keeps the pool healthy over thousands of switches (%s)',
    async (name) => {
      const set = setUp({ size: 2 })
      await set.pool.ready()
      const outer = new Subject<number>()
      const values: unknown[] = []
      const inner = (n: number) => ({ n, at: n })
      const subscription = outer
        .pipe(switchMap((n) => of(inner(n), inner(n)).pipe(parallelMap(set.tasks[name] as never))))
        .subscribe((value) => values.push(value))
      for (let n = 0; n < 2000; n++) {
        outer.next(n)
        // Some are begun, some are not.
        if (n % 7 === 0) await new Promise((resolve) => setImmediate(resolve))
      }
      subscription.unsubscribe()
      expect(values).toEqual([])
      await works(set)
      expect(set.events).toEqual(['started', 'started'])
    },
  )

  it('has the last result', async () => {
    const set = setUp({ size: 2 })
    const values = await valuesOf(
      range(0, 3000).pipe(
        switchMap((n) => of(n).pipe(parallelMap(set.tasks.double), parallelMap(set.tasks.double))),
      ),
    )
    expect(values).toEqual([4 * 2999])
    await works(set)
  })
})

describe('run with a signal', () => {
  it('is rejected with the reason, and tells the task', async () => {
    const set = setUp()
    const gate = new Gate()
    const controller = new AbortController()
    const run = set.pool.run(
      set.tasks.obedient,
      { n: 1, at: 1, cells: gate.cells },
      {
        signal: controller.signal,
      },
    )
    await gate.untilStarted(1)
    controller.abort('enough')
    expect(await rejection(run)).toBe('enough')
    await gate.untilCancelled(1)
    await works(set)
  })
})
