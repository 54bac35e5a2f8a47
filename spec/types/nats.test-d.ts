import type { Observable } from 'rxjs'
import { of } from 'rxjs'
import type { Pool } from 'rxjs-parallel'
import { parallelMap, threadPool } from 'rxjs-parallel'
import type { Serving } from 'rxjs-parallel/nats'
import { natsPool, serveTasks } from 'rxjs-parallel/nats'
import { describe, expectTypeOf, it } from 'vitest'
import worker, * as module from '../fixtures/typed.worker.js'

type Worker = typeof import('../fixtures/typed.worker.js')
const meeting = { servers: 'nats://localhost:4222', name: 'types' }

describe('natsPool', () => {
  it('has the types of the worker module, as threadPool has', () => {
    expectTypeOf(natsPool<Worker>(meeting)).toEqualTypeOf<Pool<Worker>>()
    const results = of(1).pipe(parallelMap(natsPool<Worker>(meeting).tasks.double))
    expectTypeOf(results).toEqualTypeOf<Observable<number>>()
  })

  it('takes its own options and no others', () => {
    natsPool({
      ...meeting,
      servers: ['nats://a', 'nats://b'],
      connection: { user: 'me', pass: 'secret' },
      minSize: 2,
    })
    // @ts-expect-error a name is needed
    natsPool({ servers: 'nats://localhost:4222' })
    // @ts-expect-error of serveTasks
    natsPool({ ...meeting, ackWait: 1000 })
  })
})

describe('serveTasks', () => {
  it('takes functions, a module, and a pool', () => {
    expectTypeOf(serveTasks(worker, meeting)).toEqualTypeOf<Serving>()
    serveTasks(module, meeting)
    serveTasks(threadPool<Worker>('typed.worker.js'), {
      ...meeting,
      ackWait: 1000,
      credit: 4,
      concurrency: 2,
    })
    // @ts-expect-error no functions
    serveTasks('typed.worker.js', meeting)
  })
})
