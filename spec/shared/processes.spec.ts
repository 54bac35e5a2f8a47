import { mutex, semaphore } from 'rxjs-parallel'
import { describe, expect, it } from 'vitest'
import { sharedPool } from '../support/sharedPool.js'

describe('a mutex for processes', () => {
  it('is held by one at a time, in their order, also with threads and with this one', async () => {
    const lock = mutex()
    const pool = sharedPool({ lock }, { isolation: 'process' })
    const threads = sharedPool({ lock })
    const held = await lock.acquire()
    const wait = pool.run(pool.tasks.acquireLater, { timeout: 1 })
    await expect(wait).rejects.toMatchObject({ code: 'TIMEOUT' })
    const waits = [
      pool.run(pool.tasks.acquireLater, null),
      threads.run(threads.tasks.acquire, null),
      pool.run(pool.tasks.acquireLater, null),
    ]
    held.release()
    expect(await Promise.all(waits)).toEqual([1, 2, 3].map(() => ({ abandoned: false })))
    expect(lock.tryAcquire()).toBeDefined()
  })

  it('is released by the death of its process, and the next is told', async () => {
    const lock = mutex()
    const pool = sharedPool({ lock }, { isolation: 'process', worker: { stderr: true } })
    await expect(pool.run(pool.tasks.dieHoldingLater, null)).rejects.toMatchObject({ code: 'WORKER_CRASH' })
    expect(await pool.run(pool.tasks.acquireLater, null)).toEqual({ abandoned: true })
    expect(await pool.run(pool.tasks.acquireLater, null)).toEqual({ abandoned: false })
  })

  it('says of its blocking forms what to use instead', async () => {
    const lock = mutex()
    const pool = sharedPool({ lock, semaphore: semaphore(2) }, { isolation: 'process' })
    // Begun when it is looked at: what fails earlier has nobody to hear it.
    const blocks: [() => Promise<unknown>, string][] = [
      [() => pool.run(pool.tasks.acquire, null), 'use acquire'],
      [() => pool.run(pool.tasks.tryAcquire, null), 'use acquire({ timeout: 0 })'],
      [() => pool.run(pool.tasks.acquireTwice, null), 'use run'],
    ]
    for (const [run, instead] of blocks)
      await expect(run()).rejects.toMatchObject({
        code: 'BLOCKING',
        message: expect.stringContaining(instead),
      })
  })
})
