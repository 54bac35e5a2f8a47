// Locks and state between a page and its threads, with shared memory and by messages.
import type { JSHandle } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Kit } from './pages/kit.page.js'
import { browserTests } from './support/browser.js'
import { bothKinds, kitOf } from './support/kit.js'

const { openForAll } = browserTests()

describe.each(bothKinds)('in %s', (_, isolated) => {
  let kit: JSHandle<Kit>
  beforeAll(async () => {
    kit = await kitOf(await openForAll({ isolated }))
  })

  it('a mutex and a state are the same in all threads, and here', async () => {
    const count = await kit.evaluate(async ({ parallel, tasksPool }) => {
      const shared = { lock: parallel.mutex(), state: parallel.sharedState({ count: 0 }) }
      const pool = tasksPool({ shared })
      const runs = [1, 2].map(() => pool.run(pool.tasks.addUnderLock, 50))
      for (let i = 0; i < 50; i++)
        await shared.lock.run(() => shared.state.update({ count: shared.state.value.count + 1 }))
      await Promise.all(runs)
      await pool.close()
      return shared.state.value.count
    })
    expect(count).toBe(150)
  })

  it('blocking forms block threads where memory is shared, and say so elsewhere', async () => {
    const told = await kit.evaluate(async ({ parallel, tasksPool, rejection }) => {
      const lock = parallel.mutex()
      const pool = tasksPool({ shared: { lock } })
      const here = await rejection((async () => lock.acquireSync())())
      const free = await pool.run(pool.tasks.block, 1).catch(({ code }) => code)
      const held = await lock.acquire()
      const taken = await pool.run(pool.tasks.block, 1).catch(({ code }) => code)
      held.release()
      await pool.close()
      return [here.code, free, taken]
    })
    expect(told).toEqual(isolated ? ['BLOCKING', 'held', 'TIMEOUT'] : ['BLOCKING', 'BLOCKING', 'BLOCKING'])
  })

  it('a thread that ends releases what it held, and the next is told', async () => {
    const abandoned = await kit.evaluate(async ({ parallel, tasksPool }) => {
      const shared = { lock: parallel.mutex(), began: parallel.event() }
      const pool = tasksPool({ shared })
      const hold = pool.run(pool.tasks.holdForEver, null).catch(() => {})
      await shared.began.wait()
      const next = shared.lock.acquire()
      await pool.terminate()
      await hold
      return (await next).abandoned
    })
    expect(abandoned).toBe(true)
  })
})
