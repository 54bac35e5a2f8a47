import type { Condition, Mutex, SharedEvent, SharedState } from 'rxjs-parallel'
import { condition, event, mutex, sharedState } from 'rxjs-parallel'
import { inlinePool } from 'rxjs-parallel/testing'
import type { TaskContext } from 'rxjs-parallel/worker'
import { task } from 'rxjs-parallel/worker'
import { describe, expect, it } from 'vitest'

interface Shared {
  readonly lock: Mutex
  readonly ready: SharedEvent
}

const tasks = {
  hold: task(async (_: null, { shared }: TaskContext<Shared>) => {
    await shared.lock.acquire()
    await new Promise(() => {})
  }),
  acquire: task(async (_: null, { shared }: TaskContext<Shared>) => {
    const held = await shared.lock.acquire()
    held.release()
    return held.abandoned
  }),
  block: task((_: null, { shared }: TaskContext<Shared>) => shared.lock.runSync(() => 'held')),
  wait: task((_: null, { shared }: TaskContext<Shared>) => shared.ready.wait()),
}

describe('what is shared with a pool in this thread', () => {
  it('is the same', async () => {
    const shared = { lock: mutex(), ready: event() }
    const pool = inlinePool(tasks, { shared, threads: 2 })
    const wait = pool.run(pool.tasks.wait, null)
    shared.ready.set()
    expect(await wait).toBe(true)
    const held = await shared.lock.acquire()
    const acquire = pool.run(pool.tasks.acquire, null)
    held.release()
    expect(await acquire).toBe(false)
  })

  it('may be had by the blocking forms where that needs no wait', async () => {
    const shared = { lock: mutex(), ready: event() }
    const pool = inlinePool(tasks, { shared })
    expect(await pool.run(pool.tasks.block, null)).toBe('held')
    await shared.lock.acquire()
    await expect(pool.run(pool.tasks.block, null)).rejects.toMatchObject({ code: 'DEADLOCK' })
  })

  it('is released by the end of the thread that holds it', async () => {
    const shared = { lock: mutex(), ready: event() }
    const pool = inlinePool(tasks, { shared })
    const hold = expect(pool.run(pool.tasks.hold, null)).rejects.toMatchObject({ code: 'POOL_CLOSED' })
    await pool.terminate()
    await hold
    expect((await shared.lock.acquire()).abandoned).toBe(true)
  })

  it('is a state that its tasks change', async () => {
    const state = sharedState({ count: 1 })
    const pool = inlinePool(
      {
        add: task((by: number, { shared }: TaskContext<{ state: SharedState<{ count: number }> }>) =>
          shared.state.update(({ count }) => ({ count: count + by })),
        ),
      },
      { shared: { state } },
    )
    expect(await pool.run(pool.tasks.add, 2)).toEqual({ count: 3 })
    expect(state.value).toEqual({ count: 3 })
  })

  it('must be an object', () => {
    for (const shared of [null, 1, 'a', [mutex()]])
      expect(() => inlinePool(tasks, { shared: shared as never })).toThrow(/shared must be an object/)
  })
})

describe('code of a thread that has ended, which runs on in this one', () => {
  interface Locks {
    readonly lock: Mutex
    readonly there: Condition
  }

  function locks(): Locks {
    const lock = mutex()
    return { lock, there: condition(lock) }
  }

  /** Runs this in a thread, and ends the thread when it calls `midst`. Returns the rest of it. */
  async function endAmid(shared: Locks, run: (shared: Locks, midst: () => void) => Promise<unknown>) {
    let rest: Promise<unknown> | undefined
    let midst = () => {}
    const isAmid = new Promise<void>((resolve) => {
      midst = resolve
    })
    const doomed = {
      run: task((_: null, context: TaskContext<Locks>) => {
        rest = run(context.shared, midst)
        return rest
      }),
    }
    const pool = inlinePool(doomed, { shared })
    const ended = expect(pool.run(pool.tasks.run, null)).rejects.toMatchObject({ code: 'POOL_CLOSED' })
    await isAmid
    await pool.terminate()
    await ended
    return { rest }
  }

  /** A Promise, and what resolves it. */
  function gate() {
    let open = () => {}
    const opened = new Promise<void>((resolve) => {
      open = resolve
    })
    return { open, opened }
  }

  it('releases nothing that another holds by then', async () => {
    const shared = locks()
    const { open, opened } = gate()
    const { rest } = await endAmid(shared, async ({ lock }, midst) => {
      const held = await lock.acquire()
      midst()
      await opened
      held.release()
    })
    const held = await shared.lock.acquire()
    expect(held.abandoned).toBe(true)
    open()
    await rest
    expect(shared.lock.tryAcquire()).toBeUndefined()
    held.release()
    expect(shared.lock.tryAcquire()).toBeDefined()
  })

  it('acquires nothing', async () => {
    const shared = locks()
    const { open, opened } = gate()
    let got: unknown
    const { rest } = await endAmid(shared, async ({ lock }, midst) => {
      midst()
      await opened
      got = lock.tryAcquire()
      void lock.acquire().then((held) => {
        got = held
      })
    })
    open()
    await rest
    ;(await shared.lock.acquire({ timeout: 0 })).release()
    await shared.lock.run(() => {})
    expect(got).toBeUndefined()
  })

  it.each([false, true])(
    'does not take the place of who waits where it has waited, aborted: %s',
    async (aborted) => {
      const shared = locks()
      const { lock } = shared
      const controller = new AbortController()
      const held = await lock.acquire()
      let wentOn = false
      await endAmid(shared, async (its, midst) => {
        const wait = its.lock.acquire({ signal: controller.signal })
        midst()
        await wait.finally(() => {
          wentOn = true
        })
      })
      const next = lock.acquire()
      if (aborted) controller.abort()
      held.release()
      ;(await next).release()
      await lock.run(() => {})
      expect(wentOn).toBe(false)
    },
  )

  it('does not take what another is handed where it has waited', async () => {
    const shared = locks()
    const { open: takes, opened: taken } = gate()
    const holders = inlinePool(
      {
        hold: task(async (_: null, context: TaskContext<Locks>) => {
          await context.shared.lock.acquire()
          takes()
          await new Promise(() => {})
        }),
      },
      { shared },
    )
    const hold = expect(holders.run(holders.tasks.hold, null)).rejects.toMatchObject({ code: 'POOL_CLOSED' })
    await taken
    let wentOn = false
    await endAmid(shared, async (its, midst) => {
      const wait = its.lock.acquire()
      midst()
      await wait
      wentOn = true
    })
    const next = shared.lock.acquire()
    await holders.terminate()
    await hold
    expect((await next).abandoned).toBe(true)
    expect(wentOn).toBe(false)
  })

  it('takes no place before a condition', async () => {
    const shared = locks()
    const { lock, there } = shared
    const { open, opened } = gate()
    await endAmid(shared, async (its, midst) => {
      const held = await its.lock.acquire()
      midst()
      await opened
      await its.there.wait(held)
    })
    open()
    const wait = lock.run((held) => there.wait(held))
    await lock.run(() => there.notify())
    expect(await wait).toBe(true)
  })

  it.each([false, true])('does not come back from a condition, aborted: %s', async (aborted) => {
    const shared = locks()
    const { lock, there } = shared
    const controller = new AbortController()
    let wentOn = false
    await endAmid(shared, async (its, midst) => {
      const held = await its.lock.acquire()
      const wait = its.there.wait(held, { signal: controller.signal })
      midst()
      await wait.finally(() => {
        wentOn = true
      })
    })
    const wait = lock.run((held) => there.wait(held))
    await lock.run(() => {
      if (aborted) controller.abort()
      there.notify()
    })
    expect(await wait).toBe(true)
    await lock.run(() => {})
    await lock.run(() => {})
    expect(wentOn).toBe(false)
  })
})
