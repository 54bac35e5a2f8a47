import type { Observable } from 'rxjs'
import { of } from 'rxjs'
import type { Pool } from 'rxjs-parallel'
import { parallelMap } from 'rxjs-parallel'
import { cloneCheck, inlinePool } from 'rxjs-parallel/testing'
import { describe, expectTypeOf, it } from 'vitest'
import worker, * as module from '../fixtures/typed.worker.js'

type Worker = typeof import('../fixtures/typed.worker.js')

describe('inlinePool', () => {
  it('has the types of the worker module, as threadPool has', () => {
    expectTypeOf(inlinePool(worker).tasks).toEqualTypeOf<Pool<Worker>['tasks']>()
    expectTypeOf(inlinePool(module).tasks).toEqualTypeOf<Pool<Worker>['tasks']>()
    const results = of(1).pipe(parallelMap(inlinePool(worker).tasks.double))
    expectTypeOf(results).toEqualTypeOf<Observable<number>>()
  })

  it('stands where code takes a pool of that module', () => {
    const pipeline = (pool: Pool<Worker>) => of(1).pipe(parallelMap(pool.tasks.double))
    expectTypeOf(pipeline(inlinePool(worker))).toEqualTypeOf<Observable<number>>()
    expectTypeOf(pipeline(inlinePool(module))).toEqualTypeOf<Observable<number>>()
  })

  it('takes a cost of any of its tasks', () => {
    inlinePool(worker, { threads: 2, cost: (n: number) => n, crashOn: (n: number) => n === 3 })
    // @ts-expect-error a cost is a number
    inlinePool(worker, { cost: () => 'long' })
    // @ts-expect-error no such option
    inlinePool(worker, { size: 3 })
  })

  it('refuses what no worker module exposes', () => {
    // @ts-expect-error a function is none
    inlinePool(() => 1)
    // @ts-expect-error nor is a number
    inlinePool(3)
  })
})

describe('cloneCheck', () => {
  it('keeps the type', () => {
    expectTypeOf(cloneCheck({ n: 1 })).toEqualTypeOf<{ n: number }>()
  })
})
