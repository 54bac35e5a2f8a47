import type { Held } from 'rxjs-parallel'
import { condition, event, mutex, semaphore, sharedMap, sharedState } from 'rxjs-parallel'
import { describe, expect, it } from 'vitest'
import { sharedPool, sharedThings } from '../support/sharedPool.js'

/** What each is called with that it can't take, and what the error says. */
function refusals(held: Held): [does: () => unknown, message: string][] {
  const lock = mutex()
  const three = semaphore(3)
  const there = condition(lock)
  const ready = event()
  const typo = { timout: 5 } as never
  const noFunction = 5 as never
  return [
    [() => lock.acquire(typo), "mutex.acquire: there is no option 'timout'; there are timeout, signal"],
    [() => lock.acquire(5 as never), 'mutex.acquire: options must be an object, got 5'],
    [() => lock.acquire({ timeout: Number.NaN }), 'mutex.acquire: timeout must be a number of milliseconds'],
    [
      () => lock.acquire({ signal: 'stop' as never }),
      "mutex.acquire: signal must be an AbortSignal, got 'stop'",
    ],
    [() => lock.run(noFunction), 'mutex.run: what is to be run must be a function, got 5'],
    [() => lock.run(() => {}, typo), "mutex.run: there is no option 'timout'"],
    [() => lock.runSync(noFunction), 'mutex.runSync: what is to be run must be a function'],
    [() => three.acquire(typo), "semaphore.acquire: there is no option 'timout'"],
    [() => ready.wait(typo), "event.wait: there is no option 'timout'"],
    [() => there.wait(held, typo), "condition.wait: there is no option 'timout'"],
    [() => there.waitFor(held, noFunction), 'condition.waitFor: the predicate must be a function, got 5'],
    [() => there.notify(-1), 'condition.notify: count must be a whole number from 0 to Infinity, got -1'],
    [
      () => there.notify('all' as never),
      "condition.notify: count must be a whole number from 0 to Infinity, got 'all'",
    ],
    [() => condition(three), 'condition: give it a mutex that was made in this thread, got a LocalLock'],
    [
      () => sharedMap<string, number>().update('a', noFunction),
      'sharedMap.update: the change must be a function',
    ],
  ]
}

describe('a bad argument', () => {
  it('is refused with what it was and what would do', async () => {
    const held = await mutex().acquire()
    for (const [does, message] of refusals(held)) {
      const error = await new Promise((resolve) => resolve(does())).catch((thrown) => thrown)
      expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(message) })
    }
  })

  it('is refused by the blocking forms', async () => {
    const { lock } = sharedThings()
    const pool = sharedPool({ lock })
    const message = "mutex.acquireSync: there is no option 'signal'; there are timeout"
    await expect(pool.run(pool.tasks.acquire, { signal: 1 } as never)).rejects.toMatchObject({ message })
  })

  it('is refused by messages, too', async () => {
    const { lock } = sharedThings()
    const pool = sharedPool({ lock }, { isolation: 'process' })
    const message = "mutex.acquire: there is no option 'timout'; there are timeout, signal"
    await expect(pool.run(pool.tasks.acquireLater, { timout: 1 } as never)).rejects.toMatchObject({ message })
  })

  it('leaves the lock as it was', async () => {
    const lock = mutex()
    await expect(lock.run(5 as never)).rejects.toThrow()
    expect(lock.tryAcquire()).toBeDefined()
  })
})

describe('what is to be shared', () => {
  it.each([
    ['a lock', mutex()],
    ['a state', sharedState(1)],
    ['a map', sharedMap()],
  ])('is no argument: %s is told so', async (_, thing) => {
    const { lock } = sharedThings()
    const pool = sharedPool({ lock })
    await expect(pool.run(pool.tasks.acquire, { thing } as never)).rejects.toMatchObject({
      code: 'CLONE',
      message: expect.stringMatching(/thing is an? \w+, which threads get by their pool's 'shared' only,/),
    })
  })

  it('is in objects and lists, not in a Map', async () => {
    const pool = sharedPool({ lock: new Map([['a', mutex()]]) as never })
    await expect(pool.ready()).rejects.toThrow("which threads get by their pool's 'shared' only")
  })
})

describe.each(['thread', 'process'] as const)('what a pool is to share (isolation: %s)', (isolation) => {
  it("can't be a function: the start fails, and says where it is", async () => {
    const pool = sharedPool({ config: { onDone() {} } } as never, { isolation, size: 1 })
    const error = await pool.ready().then(undefined, (failure) => failure)
    expect(error.name).toBe('WorkerStartError')
    expect(error.message).toMatch(
      new RegExp(
        `^the worker \\S+ can't be given what it is to share: shared\\.config\\.onDone is a function and can't be sent to a ${isolation}$`,
      ),
    )
    expect(error.cause).toMatchObject({ name: 'CloneError', path: 'shared.config.onDone' })
    expect(error.cause.cause.name).toBe('DataCloneError')
  })

  it('is copied once for each thread', async () => {
    let copies = 0
    const config = Object.defineProperty(new (class Config {})(), 'size', {
      enumerable: true,
      get: () => ++copies,
    })
    const pool = sharedPool({ config } as never, { isolation, size: 2 })
    await pool.ready()
    expect(copies).toBe(2)
  })
})
