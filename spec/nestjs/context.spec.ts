import { lastValueFrom, range, toArray } from 'rxjs'
import { parallelMap, threadPool } from 'rxjs-parallel'
import type { ContextTask } from 'rxjs-parallel/worker'
import { expect, it } from 'vitest'
import { fixture, poolOptions } from '../support/pools.js'

interface Worker {
  default: {
    service: ContextTask<number, Promise<{ threadId: string; number: number; made: number }>>
    broken: () => Promise<void>
  }
}

const start = () => threadPool<Worker>(fixture('nestContext.worker.mjs'), { ...poolOptions, concurrency: 4 })

it('an application context is started once a thread', async () => {
  await using pool = start()
  await pool.ready()
  const results$ = range(0, 50).pipe(parallelMap(pool.tasks.service, { batch: 1 }), toArray())
  const results = await lastValueFrom(results$)
  expect(new Set(results.map(({ threadId }) => threadId)).size).toBe(2)
  for (const { number, made } of results) expect([number, made]).toEqual([1, 1])
})

it('one that can not be started is an error of the items that need it, and of nothing else', async () => {
  await using pool = start()
  await expect(pool.run(pool.tasks.broken)).rejects.toThrow(new RangeError('no tariff today'))
  expect(await pool.run(pool.tasks.service, 1)).toMatchObject({ made: 1 })
})
