import { condition, mutex, semaphore, threadPool } from 'rxjs-parallel'
import { describe, expect, it } from 'vitest'
import { fixture } from '../support/pools.js'
import { sharedPool, sharedThings, whenCell } from '../support/sharedPool.js'

describe('a condition', () => {
  it('lets threads wait for what others do under the mutex', async () => {
    const shared = sharedThings()
    const pool = sharedPool(shared, { size: 3 })
    const takes = [pool.run(pool.tasks.take, null), pool.run(pool.tasks.takeLater, null)]
    await whenCell(shared.cells, 6, 1)
    await pool.run(pool.tasks.put, 2)
    expect(await Promise.all(takes)).toEqual([true, true])
    expect(shared.cells[7]).toBe(0)
  })

  it('loses no wake-up between a producer and its consumers', async () => {
    const shared = sharedThings()
    const pool = sharedPool(shared, { size: 3, concurrency: 1 })
    const takes = Array.from({ length: 200 }, (_, i) =>
      pool.run(i % 2 ? pool.tasks.take : pool.tasks.takeLater, null),
    )
    const puts = (async () => {
      for (let i = 0; i < 200; i++) {
        await shared.lock.run(() => {
          shared.cells[7] = shared.cells[7]! + 1
          shared.condition.notify()
        })
      }
    })()
    expect(new Set(await Promise.all(takes))).toEqual(new Set([true]))
    await puts
    expect(shared.cells[7]).toBe(0)
  })

  it('wakes as many as it is told, those who came first', async () => {
    const lock = mutex()
    const there = condition(lock)
    const woken: number[] = []
    const waits = [1, 2, 3, 4].map((n) =>
      lock.run(async (held) => {
        await there.wait(held)
        woken.push(n)
      }),
    )
    // All are in the queue by then: the lock is had by turns.
    await lock.run(() => there.notify(2))
    await Promise.all(waits.slice(0, 2))
    await lock.run(() => {})
    expect(woken).toEqual([1, 2])
    await lock.run(() => there.notifyAll())
    await Promise.all(waits)
    expect(woken).toEqual([1, 2, 3, 4])
  })

  it('ends a wait with its timeout or its signal, and holds the mutex again', async () => {
    const shared = sharedThings()
    const { lock, condition: there } = shared
    await lock.run(async (held) => {
      for (const timeout of [5, 0]) expect(await there.wait(held, { timeout })).toBe(false)
      expect(lock.tryAcquire()).toBeUndefined()
      expect(await there.waitFor(held, () => false, { timeout: 5 })).toBe(false)
      const controller = new AbortController()
      const wait = there.wait(held, { signal: controller.signal })
      controller.abort(new RangeError('enough'))
      await expect(wait).rejects.toThrow('enough')
      expect(lock.tryAcquire()).toBeUndefined()
    })
    const pool = sharedPool(shared)
    expect(await pool.run(pool.tasks.take, { timeout: 5 })).toBe(false)
    expect(await pool.run(pool.tasks.takeLater, { timeout: 5 })).toBe(false)
    expect(lock.tryAcquire()).toBeDefined()
  })

  it('refuses what is not held, or of another mutex', async () => {
    const lock = mutex()
    const there = condition(lock)
    const held = await lock.acquire()
    held.release()
    await expect(there.wait(held)).rejects.toMatchObject({ code: 'NOT_HELD' })
    const other = await mutex().acquire()
    await expect(there.wait(other)).rejects.toMatchObject({ code: 'NOT_HELD' })
    expect(() => condition(semaphore(2))).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    expect(() => condition({} as never)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  })

  it('forgets a thread that is gone, and notifies another instead', async () => {
    const shared = sharedThings()
    const { lock, cells, condition: there } = shared
    const doomed = threadPool<typeof import('../fixtures/shared.worker.mjs')>(fixture('shared.worker.mjs'), {
      size: 1,
      shared,
    })
    const gone = doomed.run(doomed.tasks.take, null).catch(() => 'gone')
    await whenCell(cells, 6, 1)
    // It is in the queue when the mutex can be had.
    await lock.run(() => {})
    const pool = sharedPool(shared, { size: 1 })
    const take = pool.run(pool.tasks.take, null)
    await whenCell(cells, 6, 2)
    await lock.run(() => {})
    await doomed.terminate()
    expect(await gone).toBe('gone')
    await lock.run(() => {
      cells[7] = 1
      there.notify(1)
    })
    expect(await take).toBe(true)
  })
})

describe('a condition for processes', () => {
  it('is the same by messages', async () => {
    const lock = mutex()
    const there = condition(lock)
    const pool = sharedPool({ lock, condition: there }, { isolation: 'process', size: 1, concurrency: 3 })
    expect(await pool.run(pool.tasks.waitLater, { timeout: 1 })).toBe(false)
    const waits = [pool.run(pool.tasks.waitLater, null), pool.run(pool.tasks.waitLater, null)]
    // Of one process: messages are handled in their order, and so are those who wait for the lock.
    await pool.run(pool.tasks.notifyAll, null)
    expect(await Promise.all(waits)).toEqual([true, true])
    await expect(pool.run(pool.tasks.take, null)).rejects.toMatchObject({ code: 'BLOCKING' })
  })
})
