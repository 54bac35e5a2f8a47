import { InjectionToken } from '@angular/core'
import type { Observable } from 'rxjs'
import { of } from 'rxjs'
import type { Pool } from 'rxjs-parallel'
import { parallelMap } from 'rxjs-parallel'
import { injectPool, provideThreadPool } from 'rxjs-parallel/angular'
import { describe, expectTypeOf, it } from 'vitest'

type Tasks = typeof import('../fixtures/typed.worker.js')

const POOL = new InjectionToken<Pool<Tasks>>('POOL')
declare const worker: () => Worker
declare const pool: Pool<Tasks>
declare const other: Pool<{ default: { other: (text: string) => string } }>

describe('injectPool', () => {
  it('gives the pool of the token', () => {
    expectTypeOf(injectPool(POOL)).toEqualTypeOf<Pool<Tasks>>()
    expectTypeOf(of(1).pipe(parallelMap(injectPool(POOL).tasks.double))).toEqualTypeOf<Observable<number>>()
    // @ts-expect-error there is no such task
    injectPool(POOL).tasks.dubble
  })
})

describe('provideThreadPool', () => {
  it('takes a Web Worker, and the options of threadPool', () => {
    provideThreadPool(POOL, worker, { size: 2, idleTimeout: 1000 })
    // @ts-expect-error there is no such option
    provideThreadPool(POOL, worker, { sise: 2 })
  })

  it("takes a server's pool of the same tasks only", () => {
    provideThreadPool(POOL, worker, { server: () => pool })
    // @ts-expect-error a pool of other tasks
    provideThreadPool(POOL, worker, { server: () => other })
  })
})
