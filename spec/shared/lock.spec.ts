import { isParallelError, mutex, semaphore, threadPool } from 'rxjs-parallel'
import { describe, expect, it } from 'vitest'
import { firstSlot, phase, phaseOf } from '../../lib/shared/queue.js'
import { fixture } from '../support/pools.js'
import { sharedPool, sharedThings, whenCell } from '../support/sharedPool.js'

describe('a mutex', () => {
  it('loses no increment of several threads', async () => {
    const shared = sharedThings()
    const pool = sharedPool(shared, { size: 3 })
    await Promise.all([5000, 5000, 5000].map((times) => pool.run(pool.tasks.count, times)))
    expect(shared.cells[0]).toBe(15_000)
  })

  it('loses none of threads that wait by Promises, nor of this one', async () => {
    const shared = sharedThings()
    const pool = sharedPool(shared, { size: 2 })
    const here = async () => {
      for (let i = 0; i < 200; i++)
        await shared.lock.run(() => {
          shared.cells[0] = shared.cells[0]! + 1
        })
    }
    await Promise.all([pool.run(pool.tasks.countLater, 200), pool.run(pool.tasks.count, 200), here(), here()])
    expect(shared.cells[0]).toBe(800)
  })

  it('goes to those who wait in the order in which they came', async () => {
    const { lock, cells } = sharedThings()
    const pool = sharedPool({ lock, cells }, { size: 4 })
    const held = await lock.acquire()
    const runs: Promise<void>[] = []
    for (const number of [1, 2, 3, 4]) {
      runs.push(pool.run(pool.tasks.queueUp, number))
      await whenCell(cells, 4, number)
      // It has said that it is about to wait, and does so when nobody else can come in between.
      while (waiting(lock) < number) await new Promise((resolve) => setImmediate(resolve))
    }
    held.release()
    await Promise.all(runs)
    expect([...cells.slice(11, 15)]).toEqual([1, 2, 3, 4])
  })

  it('goes by turns among those who wait by Promises', async () => {
    const lock = mutex()
    const order: number[] = []
    const held = await lock.acquire()
    const runs = [1, 2, 3].map((n) => lock.run(() => void order.push(n)))
    held.release()
    await Promise.all(runs)
    expect(order).toEqual([1, 2, 3])
  })

  it('is released as soon as what runs under it has returned', async () => {
    const lock = mutex()
    let free: boolean | undefined
    await lock.run(() =>
      queueMicrotask(() => {
        free = lock.tryAcquire() !== undefined
      }),
    )
    expect(free).toBe(true)
  })

  it('is held till what runs under it is done, whatever kind of Promise that gives', async () => {
    const lock = mutex()
    const events: string[] = []
    const promiseLike: PromiseLike<void> = {
      // biome-ignore lint/suspicious/noThenProperty: that is what is tested
      then: (done) =>
        Promise.resolve()
          .then(() => void events.push('done'))
          .then(done),
    }
    const run = lock.run(() => promiseLike)
    await lock.run(() => void events.push('next'))
    await run
    expect(events).toEqual(['done', 'next'])
  })

  it('is released by the end of a block', async () => {
    const lock = mutex()
    {
      using held = await lock.acquire()
      expect(lock.tryAcquire()).toBeUndefined()
      held.release()
    }
    {
      await using _ = await lock.acquire()
    }
    expect(lock.tryAcquire()).toBeDefined()
  })

  it('is released once only', async () => {
    const lock = mutex()
    const held = await lock.acquire()
    held.release()
    const next = lock.tryAcquire()
    held.release()
    expect(next).toBeDefined()
    expect(lock.tryAcquire()).toBeUndefined()
  })

  it('is released when what runs under it fails', async () => {
    const lock = mutex()
    await expect(lock.run(() => Promise.reject(new RangeError('no')))).rejects.toThrow(RangeError)
    expect(lock.tryAcquire()).toBeDefined()
  })
})

describe('a wait', () => {
  it('ends with its timeout', async () => {
    const { lock, cells } = sharedThings()
    const pool = sharedPool({ lock, cells })
    const held = await lock.acquire()
    for (const timeout of [0, 5]) {
      const waits = [
        lock.acquire({ timeout }),
        pool.run(pool.tasks.acquire, { timeout }),
        pool.run(pool.tasks.acquireLater, { timeout }),
      ]
      for (const { reason } of (await Promise.allSettled(waits)) as PromiseRejectedResult[])
        expect(isParallelError(reason, 'TIMEOUT')).toBe(true)
    }
    expect(await pool.run(pool.tasks.tryAcquire, null)).toBe(false)
    held.release()
    expect(await pool.run(pool.tasks.acquire, { timeout: 0 })).toEqual({ abandoned: false })
    expect(await pool.run(pool.tasks.tryAcquire, null)).toBe(true)
  })

  it('ends with its signal, and leaves the queue', async () => {
    const lock = mutex()
    const held = await lock.acquire()
    const controller = new AbortController()
    const given = lock.acquire({ signal: controller.signal })
    const next = lock.acquire()
    controller.abort(new RangeError('enough'))
    await expect(given).rejects.toThrow('enough')
    await expect(lock.acquire({ signal: controller.signal })).rejects.toThrow('enough')
    held.release()
    ;(await next).release()
  })

  it('that ends as the lock is released leaves it to the next one', async () => {
    const lock = mutex()
    const held = await lock.acquire()
    const controller = new AbortController()
    const wait = lock.acquire({ signal: controller.signal })
    const next = lock.acquire()
    held.release()
    controller.abort(new RangeError('enough'))
    await expect(wait).rejects.toThrow('enough')
    ;(await next).release()
  })

  it('that ends as it is handed the lock has it', async () => {
    const lock = mutex()
    const held = await lock.acquire()
    const controller = new AbortController()
    const wait = lock.acquire({ signal: controller.signal })
    held.release()
    // Others may pass it while it is waking up, but not for ever.
    for (let other = lock.tryAcquire(); other; other = lock.tryAcquire()) other.release()
    controller.abort()
    ;(await wait).release()
    expect(lock.tryAcquire()).toBeDefined()
  })

  it('that blocks is refused in a main thread', () => {
    const lock = mutex()
    for (const block of [() => lock.acquireSync(), () => lock.runSync(() => {})]) {
      expect(block).toThrow(expect.objectContaining({ code: 'BLOCKING' }))
      expect(block).toThrow(/acquire|run/)
    }
  })

  it('of a thread for itself is an error', async () => {
    const { lock } = sharedThings()
    const pool = sharedPool({ lock })
    await expect(pool.run(pool.tasks.acquireTwice, null)).rejects.toMatchObject({ code: 'DEADLOCK' })
    // The outer one has released it.
    expect(await pool.run(pool.tasks.acquire, null)).toEqual({ abandoned: false })
  })

  it('refuses a timeout that is none', async () => {
    for (const timeout of [-1, Number.NaN, '5' as never])
      await expect(mutex().acquire({ timeout })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })
})

describe('the death of a holder', () => {
  it('releases what it held, and tells the next', async () => {
    const { lock } = sharedThings()
    const pool = sharedPool({ lock })
    await expect(pool.run(pool.tasks.dieHolding, null)).rejects.toMatchObject({ code: 'WORKER_CRASH' })
    const held = await lock.acquire()
    expect(held.abandoned).toBe(true)
    held.release()
    expect((await lock.acquire()).abandoned).toBe(false)
  })

  it('wakes those who wait, in threads and here', async () => {
    const { lock, cells } = sharedThings()
    const pool = sharedPool({ lock, cells }, { size: 3 })
    const doomed = threadPool<typeof import('../fixtures/shared.worker.mjs')>(fixture('shared.worker.mjs'), {
      size: 1,
      shared: { lock, cells },
    })
    const hold = doomed.run(doomed.tasks.holdForEver, null).catch(() => {})
    await whenCell(cells, 2, 1)
    const waits = [
      lock.acquire().then(release),
      pool.run(pool.tasks.acquire, null),
      pool.run(pool.tasks.acquireLater, null),
    ]
    await doomed.terminate()
    await hold
    const told = await Promise.all(waits)
    expect(told.filter(({ abandoned }) => abandoned)).toHaveLength(1)
  })

  it.each(['lock', 'semaphore', 'condition', 'event'] as const)(
    'would not be told of by a pool in a thread: a %s is not shared with one',
    async (name) => {
      const pool = sharedPool({ [name]: sharedThings()[name] })
      await expect(pool.run(pool.tasks.shareOn, null)).rejects.toMatchObject({ code: 'NOT_SHAREABLE' })
    },
  )

  it('is not told where it held nothing any more', async () => {
    const { lock } = sharedThings()
    const pool = sharedPool({ lock })
    await pool.run(pool.tasks.acquire, null)
    await pool.terminate()
    expect((await lock.acquire()).abandoned).toBe(false)
  })
})

describe('a semaphore', () => {
  it('lets in so many', async () => {
    const three = semaphore(3)
    expect(three.count).toBe(3)
    const held = [three.tryAcquire(), three.tryAcquire(), three.tryAcquire()]
    expect(held).not.toContain(undefined)
    expect(three.tryAcquire()).toBeUndefined()
    held[1]!.release()
    expect(three.tryAcquire()).toBeDefined()
  })

  it('is never over its count', async () => {
    const { semaphore, cells } = sharedThings()
    const pool = sharedPool({ semaphore, cells }, { size: 5 })
    const most = await Promise.all([1, 2, 3, 4, 5].map(() => pool.run(pool.tasks.beInside, 300)))
    expect(Math.max(...most)).toBeLessThanOrEqual(3)
    expect(cells[1]).toBe(0)
  })

  it('refuses a count that is none', () => {
    for (const count of [0, -1, 1.5, 1e6, Number.NaN, '3' as never])
      expect(() => semaphore(count)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  })
})

function release(held: { abandoned: boolean; release(): void }) {
  held.release()
  return { abandoned: held.abandoned }
}

/** How many wait, by the words of its queue. */
function waiting(lock: unknown): number {
  const { permits } = lock as { permits: { queue: { words: Int32Array; start: number } } }
  const { words, start } = permits.queue
  let count = 0
  for (let i = start + firstSlot; i < words.length; i += 2)
    if (phaseOf(Atomics.load(words, i)) === phase.waiting) count++
  return count
}
