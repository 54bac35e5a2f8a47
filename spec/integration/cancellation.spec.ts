import {
  concat,
  from,
  map,
  NEVER,
  of,
  race,
  Subject,
  switchMap,
  take,
  takeUntil,
  throwError,
  timeout,
} from 'rxjs'
import { fromTask, parallelMap } from 'rxjs-parallel'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Gate } from '../support/gate.js'
import { outcomeOf, valuesOf } from '../support/outcome.js'
import { tasksPool } from '../support/pools.js'
import { until } from '../support/until.js'

const pool = tasksPool()
const { tasks } = pool

beforeAll(() => pool.ready())
afterAll(() => pool.close())

/** Both threads work, and have nothing else to do. */
async function poolIsUsable() {
  await until('nothing is in flight', () => pool.stats.inFlight === 0 && pool.stats.queued === 0)
  const gate = new Gate()
  const held = from([1, 2].map((value) => ({ cells: gate.cells, value })))
  const result = valuesOf(held.pipe(parallelMap(tasks.hold, { batch: 1 })))
  await gate.untilStarted(2)
  gate.open()
  expect(await result).toEqual([1, 2])
}

describe('unsubscribing', () => {
  it('aborts the signal of tasks that wait', async () => {
    const gate = new Gate()
    const subscription = from([gate, gate])
      .pipe(
        map(({ cells }) => ({ cells })),
        parallelMap(tasks.untilAborted, { batch: 1 }),
      )
      .subscribe()
    await gate.untilStarted(2)
    expect(gate.cancelled).toBe(0)
    subscription.unsubscribe()
    await gate.untilCancelled(2)
    await poolIsUsable()
  })

  it('is seen by `cancelled` in a loop that never returns to its event loop', async () => {
    const gate = new Gate()
    const subscription = from([gate, gate])
      .pipe(
        map(({ cells }) => ({ cells })),
        parallelMap(tasks.untilCancelled, { batch: 1 }),
      )
      .subscribe()
    await gate.untilStarted(2)
    subscription.unsubscribe()
    await gate.untilCancelled(2)
    await poolIsUsable()
  })

  it.each(['naturals', 'naturalsLater'] as const)(
    "runs a generator's finally in its thread (%s)",
    async (name) => {
      const gate = new Gate()
      let received = 0
      const subscription = from([gate.cells, gate.cells])
        .pipe(parallelMap(tasks[name], { batch: 1, ordered: false }))
        .subscribe(() => received++)
      await until('values come from both', () => received > 10 && gate.started === 2)
      expect(gate.ended).toBe(0)
      subscription.unsubscribe()
      await gate.untilEnded(2)
      await poolIsUsable()
    },
  )

  it('cancels nothing else', async () => {
    const gate = new Gate()
    const left = new Gate()
    const kept = valuesOf(
      of({ cells: gate.cells, value: 7 }).pipe(parallelMap(tasks.holdLater, { batch: 1 })),
    )
    const subscription = of({ cells: left.cells }).pipe(parallelMap(tasks.untilAborted)).subscribe()
    await Promise.all([gate.untilStarted(1), left.untilStarted(1)])
    subscription.unsubscribe()
    await left.untilCancelled(1)
    gate.open()
    expect(await kept).toEqual([7])
    expect(gate.cancelled).toBe(0)
  })

  it('happens in every way that RxJS has', async () => {
    const stop = new Subject<void>()
    const ways = [
      takeUntil(stop),
      timeout({ first: 1, with: () => of('late') }),
      (source: any) => race(source, of('first')),
    ]
    for (const way of ways) {
      const gate = new Gate()
      const result = valuesOf(of({ cells: gate.cells }).pipe(parallelMap(tasks.untilAborted), way as never))
      if (way === ways[0]) {
        await gate.untilStarted(1)
        stop.next()
      }
      await result
      // One that had not begun need not be told.
      await until('it has ended', () => gate.cancelled === gate.started)
    }
    await poolIsUsable()
  })

  it('is what an error of the source brings about, too', async () => {
    const gate = new Gate()
    const failing = new Subject<{ cells: Int32Array }>()
    const result = outcomeOf(failing.pipe(parallelMap(tasks.untilAborted)))
    failing.next({ cells: gate.cells })
    await gate.untilStarted(1)
    failing.error(new Error('of the source'))
    expect((await result).error).toEqual(new Error('of the source'))
    await gate.untilCancelled(1)
    await poolIsUsable()
  })

  it('is what an error of one item brings about for the others', async () => {
    const gate = new Gate()
    const source = concat(of({ cells: gate.cells }), of({ cells: null as never }), NEVER)
    const { error } = await outcomeOf(
      source.pipe(parallelMap(tasks.untilAborted, { batch: 1, ordered: false })),
    )
    expect(error).toBeInstanceOf(TypeError)
    await until('the other is told', () => gate.cancelled === gate.started)
    await poolIsUsable()
  })

  it('of a producer ends it', async () => {
    const gate = new Gate()
    const subscription = fromTask(tasks.untilAborted, { cells: gate.cells }).subscribe()
    await gate.untilStarted(1)
    subscription.unsubscribe()
    await gate.untilCancelled(1)
    await poolIsUsable()
  })
})

describe('switchMap', () => {
  it('over an inner parallelMap leaves the pool usable', async () => {
    const gates = Array.from({ length: 20 }, () => new Gate())
    const outer = new Subject<number>()
    const values: unknown[] = []
    const subscription = outer
      .pipe(
        switchMap((n) =>
          n < gates.length
            ? of({ cells: gates[n]!.cells }).pipe(parallelMap(tasks.untilAborted))
            : of(n).pipe(parallelMap(tasks.double)),
        ),
      )
      .subscribe((value) => values.push(value))
    for (const [n, gate] of gates.entries()) {
      outer.next(n)
      // Some are begun, some are not.
      if (n % 3 === 0) await gate.untilStarted(1)
    }
    outer.next(21)
    await until('the last has its result', () => values.length > 0)
    expect(values).toEqual([42])
    await until('all others are told', () => gates.every(({ cancelled, started }) => cancelled === started))
    subscription.unsubscribe()
    await poolIsUsable()
  })

  it('over blocking work has the last result once the thread is free', async () => {
    const gate = new Gate()
    const outer = new Subject<number>()
    const result = valuesOf(
      outer.pipe(
        switchMap((value) => of({ cells: gate.cells, value }).pipe(parallelMap(tasks.hold, { batch: 1 }))),
      ),
    )
    for (let n = 0; n < 30; n++) outer.next(n)
    outer.complete()
    gate.open()
    expect(await result).toEqual([29])
    await poolIsUsable()
  })

  it('many times over leaves nothing behind', async () => {
    const result = from(Array.from({ length: 300 }, (_, i) => i)).pipe(
      switchMap((n) => fromTask(tasks.upTo, n + 1)),
      take(1000),
    )
    expect((await valuesOf(result)).at(-1)).toBe(300)
    await poolIsUsable()
  })
})

describe('close()', () => {
  it('waits for what was cancelled, and no longer', async () => {
    const own = tasksPool({ size: 1 })
    const gate = new Gate()
    const subscription = of({ cells: gate.cells }).pipe(parallelMap(own.tasks.untilAborted)).subscribe()
    await gate.untilStarted(1)
    subscription.unsubscribe()
    await own.close()
    expect(own.stats.threads).toEqual([])
    expect((await outcomeOf(throwError(() => 1).pipe(parallelMap(tasks.identity)))).error).toBe(1)
  })
})
