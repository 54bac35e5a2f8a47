import { of, Subject, toArray } from 'rxjs'
import { expect, it } from 'vitest'
import { fanIn, fanOut, parallelMap } from '../../lib/index.js'
import { BackendPool } from '../../lib/pool/backendPool.js'
import { LazyBackend } from '../../lib/pool/lazyBackend.js'
import { outcomeOf, rejection } from '../support/outcome.js'

it('fails what waits where its engine can not be loaded, and tries again at the next use', async () => {
  let tries = 0
  const lazy = new LazyBackend('broken', { min: 1, max: 1 }, async () => {
    tries++
    throw new Error('no such file')
  })
  const pool = new BackendPool<{ default: { task(n: number): number } }>(lazy, new Subject())
  const ends = [
    outcomeOf(of(1).pipe(parallelMap(pool.tasks.task))).then(({ error }) => error),
    outcomeOf(of(1).pipe(fanOut(pool.tasks.task), fanIn(), toArray())).then(({ error }) => error),
    rejection(pool.run(pool.tasks.task, 1)),
    rejection(pool.ready()),
  ]
  for (const error of await Promise.all(ends)) {
    expect(error.name).toBe('WorkerStartError')
    expect(error.message).toBe('the pool broken could not be loaded: Error: no such file')
    expect(error.cause).toEqual(new Error('no such file'))
  }
  expect(tries).toBe(1)
  expect((await rejection(pool.run(pool.tasks.task, 2))).code).toBe('WORKER_START')
  expect(tries).toBe(2)
  await pool.close()
})
