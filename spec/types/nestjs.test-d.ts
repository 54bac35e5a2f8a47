import type { HealthIndicatorResult } from '@nestjs/terminus'
import type { Pool } from 'rxjs-parallel'
import type { PoolHealthIndicator } from 'rxjs-parallel/nestjs'
import { InjectPool, ParallelModule } from 'rxjs-parallel/nestjs'
import { expectTypeOf, it } from 'vitest'

type Tasks = Pool<typeof import('../fixtures/tasks.worker.mjs')>

it('a pool is injected into parameters and properties, with the types of its tasks', () => {
  class Service {
    @InjectPool('numbers') readonly other!: Tasks

    constructor(@InjectPool('numbers') readonly pool: Tasks) {
      expectTypeOf(pool.run(pool.tasks.double, 1)).resolves.toEqualTypeOf<number>()
      // @ts-expect-error: of a string
      void pool.run(pool.tasks.double, '1')
    }
  }
  expectTypeOf<Service['other']>().toEqualTypeOf<Tasks>()
})

it('options that there are none of do not compile', () => {
  const worker = new URL('file:///numbers.worker.js')
  ParallelModule.forRoot({ pools: [{ name: 'numbers', worker, options: { size: 2 } }] })
  // @ts-expect-error: an option of the pool's is given as one of the definition's
  ParallelModule.forRoot({ pools: [{ name: 'numbers', worker, size: 2 }] })
  // @ts-expect-error: a pool has a name
  ParallelModule.forFeature([{ worker }])
})

it("a pool's health is what terminus takes", () => {
  type Health = Awaited<ReturnType<PoolHealthIndicator['isHealthy']>>
  expectTypeOf<Health>().toExtend<HealthIndicatorResult>()
})
