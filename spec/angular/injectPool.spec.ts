// @vitest-environment jsdom
import '@angular/compiler'
import { provideZonelessChangeDetection } from '@angular/core'
import { TestBed } from '@angular/core/testing'
import { of } from 'rxjs'
import { PoolClosedError, parallelMap, threadPool } from 'rxjs-parallel'
import { injectPool } from 'rxjs-parallel/angular'
import { describe, expect, it, vi } from 'vitest'
import type { PoolBackend } from '../../lib/pool/seam.js'
import { backend } from '../../lib/pool/seam.js'
import { Gate } from '../support/gate.js'
import { rejection, thrownBy, valuesOf } from '../support/outcome.js'
import { poolOptions } from '../support/pools.js'
import { injected, startWorker, TASKS } from './support/testBed.js'

const makePool = () =>
  threadPool<typeof import('../fixtures/tasks.worker.mjs')>(startWorker('tasks.worker.mjs'), {
    ...poolOptions,
    size: 1,
  })

const provideValue = (useValue: unknown) =>
  TestBed.configureTestingModule({
    providers: [provideZonelessChangeDetection(), { provide: TASKS, useValue }],
  })

describe('a pool that was made elsewhere', () => {
  it('is the same one each time, so that adjacent operators run as one', async () => {
    await using made = makePool()
    provideValue(made)
    expect(injected(TASKS)).toBe(injected(TASKS))
    const { tasks } = injected(TASKS)
    const attach = vi.spyOn((made as unknown as { [backend]: PoolBackend })[backend], 'attach')
    expect(await valuesOf(of(1, 2).pipe(parallelMap(tasks.double), parallelMap(tasks.double)))).toEqual([
      4, 8,
    ])
    expect(attach).toHaveBeenCalledTimes(1)
  })

  it('outlives the application, which leaves nothing behind in it', async () => {
    await using made = makePool()
    provideValue(made)
    const gate = new Gate()
    const pool = injected(TASKS)
    const run = rejection(pool.run(pool.tasks.untilCancelled, { cells: gate.cells }))
    await gate.untilStarted(1)
    TestBed.resetTestingModule()
    expect(await run).toBeInstanceOf(PoolClosedError)
    await gate.untilCancelled(1)
    expect(await rejection(pool.run(pool.tasks.double, 1))).toMatchObject({
      code: 'POOL_CLOSED',
      message: 'the injector of the pool was destroyed',
    })
    expect(await made.run(made.tasks.double, 21)).toBe(42)
  })

  it('is closed for the application alone, when what that runs has ended', async () => {
    await using made = makePool()
    provideValue(made)
    const gate = new Gate()
    const pool = injected(TASKS)
    const held = pool.run(pool.tasks.holdLater, { cells: gate.cells, value: 7 })
    await gate.untilStarted(1)
    let isClosed = false
    const closed = pool.close().then(() => {
      isClosed = true
    })
    expect(await rejection(pool.run(pool.tasks.double, 1))).toMatchObject({
      message: 'the pool is closed for this application',
    })
    expect(isClosed).toBe(false)
    gate.open()
    expect(await held).toBe(7)
    await closed
    expect(await made.run(made.tasks.double, 21)).toBe(42)
  })
})

describe('a mistake', () => {
  it('of providing nothing is told by name', () => {
    TestBed.configureTestingModule({ providers: [provideZonelessChangeDetection()] })
    expect(thrownBy(() => injected(TASKS))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message:
        'injectPool: nothing is provided for InjectionToken TASKS; put provideThreadPool(…) into the providers of ' +
        'the application, the route or the component',
    })
  })

  it('of providing what is no pool is told by name', () => {
    provideValue({ tasks: {} })
    expect(thrownBy(() => injected(TASKS))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'injectPool: what is provided for InjectionToken TASKS must be a pool, got an Object',
    })
  })

  it("of calling it elsewhere is Angular's own", () => {
    expect(thrownBy(() => injectPool(TASKS)).message).toMatch(
      /^NG0203: injectPool\(\) can only be used within/,
    )
  })
})
