import { of, range, Subject, switchMap } from 'rxjs'
import { parallelMap, threadPool } from 'rxjs-parallel'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Gate } from '../support/gate.js'
import { some } from '../support/isolation.js'
import { rejection, valuesOf } from '../support/outcome.js'
import { fixture, poolOptions } from '../support/pools.js'
import { until } from '../support/until.js'

/** A pool, what its threads went through, and how it can be seen that all of them work. */
function setUp(options: { size?: number; concurrency?: number } = {}) {
  const pool = threadPool<typeof import('../fixtures/crash.worker.mjs')>(fixture('crash.worker.mjs'), {
    ...poolOptions,
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
  // What was given up may be the last to end, in the other thread.
  await until('nothing is in flight', () => pool.stats.inFlight === 0 && pool.stats.queued === 0)
}

/**
 * Has a pool's item ignore that it is given up, and what follows happen before its thread is ended for it: with another
 * pool, where the machine stood still for that long.
 * @returns what `meanwhile` did, and what the pool's threads went through.
 */
async function whileHeld<R>(
  options: { concurrency?: number },
  meanwhile: (set: ReturnType<typeof setUp>, gate: Gate) => Promise<R>,
): Promise<{ result: R; events: string[] }> {
  for (let triesLeft = 5; ; ) {
    const set = setUp(options)
    const gate = new Gate()
    const subscription = of({ cells: gate.cells, n: 1 }).pipe(parallelMap(set.tasks.deaf)).subscribe()
    await gate.untilStarted(1)
    subscription.unsubscribe()
    const result = await meanwhile(set, gate)
    if (set.events.length === 1 || --triesLeft === 0) return { result, events: set.events }
  }
}

describe('an item that does not stop when it is told to', () => {
  it.each(some(3, ['spin', 'never', 'emitThenSpin', 'spinLater', 'emitThenNever'] as const))(
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
        expect.stringMatching(new RegExp(`^crashed: an item (of '${name}' )?didn't stop within 1000 ms`)),
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
    const { result, events } = await whileHeld({}, async ({ pool, tasks }, gate) => {
      const next = new Gate()
      const other = valuesOf(of({ cells: next.cells, n: 2 }).pipe(parallelMap(tasks.deaf)))
      await pool.ready()
      const begun = next.started
      gate.open()
      next.open()
      return { begun, values: await other }
    })
    expect(events).toEqual(['started'])
    // One at a time: the second begins when the first has left.
    expect(result).toEqual({ begun: 0, values: [2] })
  })

  it('leaves the other places to others', async () => {
    const { result, events } = await whileHeld({ concurrency: 2 }, async (set, gate) => {
      const double = await set.pool.run(set.tasks.double, 21)
      const left = gate.ended
      gate.open()
      await works(set)
      return { double, left }
    })
    expect(events).toEqual(['started'])
    expect(result).toEqual({ double: 42, left: 0 })
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
      // A machine that stands still for more than the grace period costs a thread; switches would cost hundreds.
      const crashes = set.events.filter((event) => event.startsWith('crashed'))
      expect(crashes.length).toBeLessThan(5)
      expect(set.pool.stats.threads).toHaveLength(2)
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
