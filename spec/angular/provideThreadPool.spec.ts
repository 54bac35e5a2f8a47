// @vitest-environment jsdom
import '@angular/compiler'
import type { EnvironmentInjector as Injector } from '@angular/core'
import {
  createEnvironmentInjector,
  EnvironmentInjector,
  InjectionToken,
  inject,
  PLATFORM_ID,
  provideZonelessChangeDetection,
} from '@angular/core'
import { takeUntilDestroyed } from '@angular/core/rxjs-interop'
import { TestBed } from '@angular/core/testing'
import { of } from 'rxjs'
import type { Pool } from 'rxjs-parallel'
import { fanIn, fanOut, PoolClosedError, parallelMap, WorkerStartError } from 'rxjs-parallel'
import type { ThreadPoolProviderOptions } from 'rxjs-parallel/angular'
import { injectPool, provideThreadPool } from 'rxjs-parallel/angular'
import { inlinePool } from 'rxjs-parallel/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { Gate } from '../support/gate.js'
import { rejection, thrownBy } from '../support/outcome.js'
import { poolOptions } from '../support/pools.js'
import type { Started } from '../support/startedThreads.js'
import { onStarted } from '../support/startedThreads.js'
import { component, injected, show, startWorker, TASKS } from './support/testBed.js'

const provide = (options: ThreadPoolProviderOptions = {}) =>
  provideThreadPool(TASKS, startWorker('tasks.worker.mjs'), {
    ...poolOptions,
    size: 1,
    ...(options as object),
  })

/** Threads that were started in this test. */
let started: Started[]

beforeEach(() => {
  started = []
  onStarted((thread) => started.push(thread))
  TestBed.configureTestingModule({ providers: [provideZonelessChangeDetection()] })
})

const newInjector = (...providers: Parameters<typeof createEnvironmentInjector>[0]): Injector =>
  createEnvironmentInjector(providers, TestBed.inject(EnvironmentInjector))

const poolIn = (injector: Injector) => injector.runInContext(() => injectPool(TASKS))

describe('a pool', () => {
  it('starts no thread before something runs', async () => {
    const pool = poolIn(newInjector(provide()))
    pool.stats$.subscribe().unsubscribe()
    expect(pool.stats.threads).toEqual([])
    expect(started).toHaveLength(0)
    expect(await pool.run(pool.tasks.double, 21)).toBe(42)
    expect(started).toHaveLength(1)
  })

  it('is one for each injector that provides it', () => {
    const injector = newInjector(provide())
    const below = createEnvironmentInjector([], injector)
    expect(poolIn(below)).toBe(poolIn(injector))
    expect(injector.get(TASKS)).toBe(poolIn(injector))
    expect(poolIn(newInjector(provide()))).not.toBe(poolIn(injector))
  })

  it('has the options that were given, and is called as its token', async () => {
    const pool = poolIn(newInjector(provide({ size: 3 })))
    expect(pool.size).toBe(3)
    await pool.close()
    expect(await rejection(pool.run(pool.tasks.double, 1))).toMatchObject({
      message: 'the pool TASKS is closed',
    })
  })

  it('tells of its threads', async () => {
    const pool = poolIn(newInjector(provide()))
    const events: string[] = []
    pool.events$.subscribe(({ type }) => events.push(type))
    await pool.ready()
    expect(pool.stats.threads).toHaveLength(1)
    await pool.resize(2)
    expect(pool.size).toBe(2)
    await pool.close()
    expect(events).toEqual(['started', 'stopped'])
  })
})

describe('the end of its injector', () => {
  it('ends its threads, whatever they are at', async () => {
    const gate = new Gate()
    const injector = newInjector(provide())
    const pool = poolIn(injector)
    const run = rejection(pool.run(pool.tasks.hold, { cells: gate.cells }))
    await gate.untilStarted(1)
    injector.destroy()
    expect(await run).toBeInstanceOf(PoolClosedError)
    await started[0]!.ended
    expect(gate.ended).toBe(0)
  })

  it("is a component's, where that provides it", async () => {
    const fixture = show(
      component(
        class {
          readonly pool = injectPool(TASKS)
        },
        { providers: [provide()] },
      ),
    )
    const { pool } = fixture.componentInstance
    expect(await pool.run(pool.tasks.double, 21)).toBe(42)
    fixture.destroy()
    await started[0]!.ended
    expect(await rejection(pool.run(pool.tasks.double, 1))).toBeInstanceOf(PoolClosedError)
  })

  it('is told to nobody who subscribed, whether they have unsubscribed or not', async () => {
    const gate = new Gate()
    const told: string[] = []
    const tell = (who: string) => ({
      next: () => told.push(who),
      error: () => told.push(who),
      complete: () => told.push(who),
    })
    const fixture = show(
      component(
        class {
          readonly pool = injectPool(TASKS)
          readonly held$ = of({ cells: gate.cells }).pipe(parallelMap(this.pool.tasks.hold))
          readonly left = this.held$.pipe(takeUntilDestroyed()).subscribe({ error: () => told.push('left') })
          readonly forgotten = this.held$.subscribe(tell('forgotten'))
          readonly waiting = of(1).pipe(fanOut(this.pool.tasks.double), fanIn()).subscribe(tell('waiting'))
        },
        { providers: [provide()] },
      ),
    )
    await gate.untilStarted(1)
    fixture.destroy()
    await started[0]!.ended
    expect(told).toEqual([])
  })

  it('comes with the application', async () => {
    TestBed.configureTestingModule({ providers: [provide()] })
    const pool = injected(TASKS)
    expect(await pool.run(pool.tasks.double, 21)).toBe(42)
    TestBed.resetTestingModule()
    await started[0]!.ended
  })
})

describe('on a server', () => {
  const server = { provide: PLATFORM_ID, useValue: 'server' }

  it("is what the option 'server' gives, which may inject, and which nothing here ends", async () => {
    const OWN = new InjectionToken<Pool<{ default: { double: (n: number) => number } }>>('OWN')
    await using own = inlinePool({ double: (n: number) => n * 2 })
    const injector = newInjector(
      server,
      { provide: OWN, useValue: own },
      provideThreadPool(OTHER, startWorker('tasks.worker.mjs'), { server: () => inject(OWN) }),
    )
    const pool = injector.runInContext(() => injectPool(OTHER))
    expect(await pool.run(pool.tasks.double, 21)).toBe(42)
    injector.destroy()
    await Promise.resolve()
    expect(await rejection(pool.run(pool.tasks.double, 1))).toBeInstanceOf(PoolClosedError)
    expect(started).toHaveLength(0)
    expect(await own.run(own.tasks.double, 4)).toBe(8)
  })

  const OTHER = new InjectionToken<Pool<{ default: { double: (n: number) => number } }>>('OTHER')

  it('says when it is used that there is none', async () => {
    const pool = poolIn(newInjector(server, provide()))
    const error = await rejection(pool.run(pool.tasks.double, 1))
    expect(error).toBeInstanceOf(WorkerStartError)
    expect(error.message).toBe(
      "provideThreadPool: on a server InjectionToken TASKS needs a pool of the server's own; give the option " +
        "'server', or provide another pool in the server's configuration",
    )
    expect(started).toHaveLength(0)
  })

  it("refuses what the option 'server' gives if it is no pool", () => {
    const injector = newInjector(server, provide({ server: () => 7 as never }))
    expect(thrownBy(() => poolIn(injector))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: "provideThreadPool: what the option 'server' returns must be a pool, got a number",
    })
  })
})

describe('bad arguments', () => {
  const worker = startWorker('tasks.worker.mjs')

  it.each([
    [
      'a token that is none',
      () => provideThreadPool('TASKS' as never, worker),
      "provideThreadPool: expected an InjectionToken<Pool<…>>, got 'TASKS'",
    ],
    [
      'a server that is no function',
      () => provideThreadPool(TASKS, worker, { server: 7 as never }),
      'provideThreadPool: server must be a function, got 7',
    ],
  ])('%s is refused at once', (_, provide, message) => {
    expect(thrownBy(provide)).toMatchObject({ code: 'INVALID_ARGUMENT', message })
  })

  it.each([
    [
      'a worker that is none',
      provideThreadPool(TASKS, 7 as never),
      'threadPool: the worker must be a URL, a path or a function that returns a Worker, got a number',
    ],
    [
      'a size of nothing',
      provide({ size: 0 }),
      'threadPool: size must be a whole number of at least 1, got 0',
    ],
    [
      'an unknown option',
      provide({ sise: 2 } as never),
      /^threadPool: there is no option 'sise'; there are size, .*shared$/,
    ],
  ])('%s is refused when the pool is injected', (_, provider, message) => {
    const error = thrownBy(() => poolIn(newInjector(provider)))
    expect(error).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    })
  })
})
