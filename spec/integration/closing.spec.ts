import { concat, filter, firstValueFrom, from, NEVER, of, range, Subject, take, tap } from 'rxjs'
import type { Pool, PoolEvent, ThreadPoolOptions } from 'rxjs-parallel'
import { fanIn, fanOut, fromTask, PoolClosedError, parallelMap, threadPool } from 'rxjs-parallel'
import { describe, expect, it } from 'vitest'
import { runProgram, startProgram } from '../support/childProcess.js'
import { Gate } from '../support/gate.js'
import { inProcesses, some } from '../support/isolation.js'
import type { Outcome } from '../support/outcome.js'
import { outcomeOf, rejection } from '../support/outcome.js'
import { fixture, poolOptions, stagesPool, tasksPool } from '../support/pools.js'
import type { Started } from '../support/startedThreads.js'
import { nextStarted, onStarted } from '../support/startedThreads.js'
import { until } from '../support/until.js'

/** All threads that are started from now on. */
function watchThreads(): Started[] {
  const threads: Started[] = []
  onStarted((thread) => void threads.push(thread))
  return threads
}

function crashPool(options: ThreadPoolOptions = {}) {
  return threadPool<typeof import('../fixtures/crash.worker.mjs')>(fixture('crash.worker.mjs'), {
    ...poolOptions,
    size: 1,
    ...options,
  })
}

/** A pool in some state. */
interface Situation {
  pool: Pool<unknown>
  /** What is under way, and how each of it ends if the pool is closed: with this code, or without an error. */
  pending: [outcome: Promise<Outcome<unknown>>, code?: string | RegExp][]
  /** Lets what is held go on. */
  release?: () => void
}

const runOf = (promise: Promise<unknown>) => outcomeOf(from(promise))

const held = (count: number, gate: Gate) =>
  from(Array.from({ length: count }, (_, value) => ({ cells: gate.cells, value })))

const states: Record<string, () => Situation | Promise<Situation>> = {
  'was never used': () => ({ pool: tasksPool(), pending: [] }),
  'was just asked for something': () => {
    const pool = tasksPool()
    return {
      pool,
      pending: [[runOf(pool.run(pool.tasks.double, 1))], [outcomeOf(fromTask(pool.tasks.upTo, 3))]],
    }
  },
  'was just asked for branches': () => {
    const pool = stagesPool()
    const { tasks } = pool
    return {
      pool,
      pending: [
        [outcomeOf(of(1, 2).pipe(fanOut(tasks.runningSum), fanIn()))],
        [outcomeOf(of(1, 2).pipe(fanOut(tasks.double), fanIn()))],
      ],
    }
  },
  'was asked for branches that were left': () => {
    const pool = stagesPool()
    NEVER.pipe(fanOut(pool.tasks.pass), fanIn()).subscribe().unsubscribe()
    return { pool, pending: [] }
  },
  'starts its threads': async () => {
    const pool = tasksPool()
    const started = nextStarted()
    const ready = runOf(pool.ready())
    const result = outcomeOf(range(0, 100).pipe(parallelMap(pool.tasks.double)))
    await started
    // Nobody waits for threads of a pool that is closed.
    return { pool, pending: [[ready, /^POOL_CLOSED|WORKER_START$/], [result]] }
  },
  'is idle': async () => {
    const pool = tasksPool()
    await pool.ready()
    await pool.run(pool.tasks.double, 1)
    return { pool, pending: [] }
  },
  'runs functions that block': async () => {
    const pool = tasksPool()
    const gate = new Gate()
    const result = outcomeOf(held(20, gate).pipe(parallelMap(pool.tasks.hold, { batch: 3 })))
    await gate.untilStarted(2)
    return { pool, pending: [[result]], release: () => gate.open() }
  },
  'runs functions that wait': async () => {
    const pool = tasksPool({ concurrency: 3 })
    const gate = new Gate()
    const result = outcomeOf(held(20, gate).pipe(parallelMap(pool.tasks.holdLater)))
    await gate.untilStarted(6)
    return { pool, pending: [[result]], release: () => gate.open() }
  },
  'runs a generator': async () => {
    const pool = tasksPool()
    const gate = new Gate()
    const values = fromTask(pool.tasks.holdBetween, { cells: gate.cells, values: [1, 2, 3] })
    let came = false
    const result = outcomeOf(values.pipe(tap(() => (came = true))))
    await until('it has begun', () => came)
    return { pool, pending: [[result]], release: () => gate.open(3) }
  },
  'runs stages': async () => {
    const pool = stagesPool()
    const gate = new Gate()
    const result = outcomeOf(held(20, gate).pipe(fanOut(pool.tasks.hold), fanIn()))
    await gate.untilStarted(2)
    return { pool, pending: [[result]], release: () => gate.open() }
  },
  'runs chains of tasks': async () => {
    const pool = tasksPool()
    const gate = new Gate()
    const result = outcomeOf(
      held(20, gate).pipe(parallelMap(pool.tasks.hold), parallelMap(pool.tasks.double as never)),
    )
    await gate.untilStarted(2)
    return { pool, pending: [[result]], release: () => gate.open() }
  },
  'waits for an item that was cancelled': async () => {
    const pool = crashPool()
    const gate = new Gate()
    const item = { n: 1, at: 1, cells: gate.cells }
    const subscription = of(item).pipe(parallelMap(pool.tasks.spin)).subscribe()
    await gate.untilStarted(1)
    subscription.unsubscribe()
    return { pool, pending: [] }
  },
  'waits for the next try of an item': async () => {
    const pool = tasksPool()
    const gate = new Gate()
    const retry = { count: 1, delay: 200 }
    const item = { cells: gate.cells, times: 1, value: 'done' }
    const result = outcomeOf(of(item).pipe(parallelMap(pool.tasks.failTimes, { retry })))
    await gate.untilEnded(1)
    return { pool, pending: [[result]] }
  },
  'waits for the replacement of an item': async () => {
    const pool = tasksPool()
    const replacement = new Subject()
    let failed = false
    const onError = () => {
      failed = true
      return replacement
    }
    const result = outcomeOf(of('no').pipe(parallelMap(pool.tasks.fail, { onError })))
    await until('it has failed', () => failed)
    return { pool, pending: [[result]], release: () => replacement.complete() }
  },
  'is becoming smaller': async () => {
    const pool = tasksPool()
    const gate = new Gate()
    const result = outcomeOf(held(4, gate).pipe(parallelMap(pool.tasks.hold, { batch: 1 })))
    await gate.untilStarted(2)
    const resized = runOf(pool.resize(1))
    return { pool, pending: [[result], [resized, /^undefined$/]], release: () => gate.open() }
  },
  'has a thread that dies': async () => {
    const pool = crashPool()
    const gate = new Gate()
    const result = outcomeOf(
      of({ n: 1, at: 1, cells: gate.cells }).pipe(parallelMap(pool.tasks.exitWithOthers)),
    )
    await gate.untilStarted(1)
    return { pool, pending: [[result, 'WORKER_CRASH']], release: () => gate.open() }
  },
  'replaces a thread': async () => {
    const pool = crashPool()
    const crashed = firstValueFrom(pool.events$.pipe(filter(({ type }) => type === 'crashed')))
    const results = [1, 2, 3].map((n) => runOf(pool.run(pool.tasks.exit, { n, at: 1 })))
    await crashed
    const [first, ...others] = results as [Promise<Outcome<unknown>>, ...Promise<Outcome<unknown>>[]]
    return { pool, pending: [[first, 'WORKER_CRASH'], ...others.map((each) => [each] as [typeof each])] }
  },
  'waits before it tries again to start a thread': async () => {
    const pool = crashPool()
    await pool.ready()
    const stopKilling = onStarted((thread) => thread.kill())
    const started = nextStarted()
    await rejection(pool.run(pool.tasks.exit, { n: 1, at: 1 }))
    const result = runOf(pool.run(pool.tasks.double, 21))
    await (await started).ended
    stopKilling()
    for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve))
    return { pool, pending: [[result]] }
  },
}

const everyState = Object.entries(states)

/** Nothing of it is left, and it takes nothing any more. */
async function isClosed(closed: Pool<unknown>) {
  const pool = closed as Pool<typeof import('../fixtures/stages.worker.mjs')>
  expect(pool.stats).toMatchObject({ inFlight: 0, queued: 0, threads: [] })
  const refused = [
    await rejection(pool.run(pool.tasks.double, 1)),
    await rejection(pool.ready()),
    await rejection(pool.resize(2)),
    (await outcomeOf(of(1).pipe(parallelMap(pool.tasks.double)))).error,
    (await outcomeOf(of(1).pipe(fanOut(pool.tasks.pass), fanIn()))).error,
    (await outcomeOf(fromTask(pool.tasks.double, 1))).error,
  ]
  for (const error of refused) expect(error).toBeInstanceOf(PoolClosedError)
}

type Way = [how: string, end: (pool: Pool<unknown>) => Promise<unknown>]

describe.each(everyState)('a pool that %s', (_, enter) => {
  it.each(
    some<Way>(1, [
      ['close()', (pool: Pool<unknown>) => pool.close()],
      ['the end of its block', (pool: Pool<unknown>) => pool[Symbol.asyncDispose]()],
      ['close(), called twice', (pool: Pool<unknown>) => Promise.all([pool.close(), pool.close()])],
    ]),
  )('ends by %s when all that it has taken has ended', async (_how, close) => {
    const threads = watchThreads()
    const { pool, pending, release } = await enter()
    const closed = close(pool)
    release?.()
    await closed
    for (const [outcome, code] of pending) {
      const { error, completed } = await outcome
      if (code === undefined) expect([error, completed]).toEqual([undefined, true])
      else if (!completed || typeof code === 'string') expect(String(error?.code)).toMatch(code)
    }
    expect(threads.every(({ hasEnded }) => hasEnded)).toBe(true)
    await isClosed(pool)
  })

  it.each(
    some<Way>(1, [
      ['terminate()', (pool: Pool<unknown>) => pool.terminate()],
      [
        'terminate(), called twice',
        (pool: Pool<unknown>) => Promise.all([pool.terminate(), pool.terminate()]),
      ],
      [
        'close() and then terminate()',
        (pool: Pool<unknown>) => Promise.all([pool.close(), pool.terminate()]),
      ],
      [
        'terminate() and then close()',
        (pool: Pool<unknown>) => Promise.all([pool.terminate(), pool.close()]),
      ],
    ]),
  )('ends at once by %s', async (_how, terminate) => {
    const threads = watchThreads()
    const { pool, pending } = await enter()
    await terminate(pool)
    for (const [outcome, code] of pending) {
      const { error, completed } = await outcome
      // It may have ended just before.
      if (!completed && code !== error?.code)
        expect(String(error?.code)).toMatch(/^POOL_CLOSED|WORKER_START$/)
    }
    expect(threads.every(({ hasEnded }) => hasEnded)).toBe(true)
    await isClosed(pool)
  })
})

describe('from within a subscriber', () => {
  const numbers = Array.from({ length: 1000 }, (_, n) => n)

  it('close() lets the pipeline go on', async () => {
    const pool = tasksPool()
    let closed: Promise<void> | undefined
    const { values, error } = await outcomeOf(
      from(numbers).pipe(
        parallelMap(pool.tasks.double),
        tap(() => (closed ??= pool.close())),
      ),
    )
    expect([values, error]).toEqual([numbers.map((n) => n * 2), undefined])
    await closed
    await isClosed(pool)
  })

  it('terminate() ends the pipeline there', async () => {
    const pool = tasksPool()
    let terminated: Promise<void> | undefined
    const { values, error } = await outcomeOf(
      from(numbers).pipe(
        parallelMap(pool.tasks.double, { batch: 7 }),
        tap((value) => {
          if (value === 6) terminated = pool.terminate()
        }),
      ),
    )
    expect(values).toEqual([0, 2, 4])
    expect(error).toBeInstanceOf(PoolClosedError)
    await terminated
    await isClosed(pool)
  })

  it.each(['close', 'terminate'] as const)('%s() may follow the end of the pipeline', async (how) => {
    const pool = tasksPool()
    const closed = new Promise<void>((resolve) => {
      const end = () => resolve(pool[how]())
      concat(from(numbers), NEVER)
        .pipe(parallelMap(pool.tasks.double), take(10))
        .subscribe({ complete: end, error: end })
    })
    await closed
    await isClosed(pool)
  })

  it('of events$ either may be called', async () => {
    for (const how of ['close', 'terminate'] as const) {
      const pool = tasksPool({ size: 1 })
      const events: PoolEvent[] = []
      let closed: Promise<void> | undefined
      pool.events$.subscribe((event) => {
        events.push(event)
        closed ??= pool[how]()
      })
      const { values, error } = await runOf(pool.run(pool.tasks.double, 21))
      expect([values, error?.code]).toEqual(how === 'close' ? [[42], undefined] : [[], 'POOL_CLOSED'])
      await closed
      expect(events.map(({ type }) => type)).toEqual(['started', 'stopped'])
      await isClosed(pool)
    }
  })
})

// Of processes: processOrphans.spec.ts.
describe.skipIf(inProcesses).concurrent('Ctrl-C', () => {
  it.each(['spinning', 'waiting', 'streaming', 'starting'])('ends a program at once (%s)', async (what) => {
    const program = startProgram('interrupted.program.mjs', what)
    await program.printed('is at work')
    program.kill('SIGINT')
    expect(await program.ended).toMatchObject({ code: null, signal: 'SIGINT', complaints: '' })
  })

  it('may be answered by terminate(), after which nothing keeps the program', async () => {
    const program = startProgram('interrupted.program.mjs', 'answering')
    await program.printed('is at work')
    program.kill('SIGINT')
    expect(await program.ended).toEqual({
      code: 0,
      signal: null,
      lines: ['is at work', 'failed by POOL_CLOSED', 'terminated'],
      complaints: '',
    })
  })
})

describe.concurrent('a program that never closes its pool', () => {
  it.each(['crashed', 'timedOut', 'staged', 'retried', 'switched'])('ends by itself (%s)', async (what) => {
    expect(await runProgram('lifetime.program.mjs', what)).toEqual({
      code: 0,
      signal: null,
      lines: ['done'],
      complaints: '',
    })
  })
})
