import { expose, task } from 'rxjs-parallel/worker'

/** What each library's lock does: a turn under it, blocking or by Promises. */
const libraries = {
  ours: ({ lock }) => ({
    block: (run) => lock.runSync(run),
    wait: (run) => lock.run(run),
  }),
  multithreading: async ({ words }) => {
    // It can't be loaded without one, which Node has from version 21 on.
    globalThis.navigator ??= { hardwareConcurrency: 1 }
    const { Mutex } = await import('multithreading')
    const lock = new Mutex(undefined, words)
    return {
      block: (run) => {
        const guard = lock.blockingLock()
        run()
        guard.dispose()
      },
      wait: async (run) => {
        const guard = await lock.lock()
        run()
        guard.dispose()
      },
    }
  },
  webLocks: ({ name }) => ({
    wait: (run) => navigator.locks.request(name, run),
  }),
}

export default expose({
  /** So many increments under a lock, once all threads are there and have warmed up. Returns from when to when. */
  increment: task(async ([library, form, warmUp, times, threads], { shared }) => {
    const { cells } = shared
    const lock = (await libraries[library](shared))[form]
    const add = () => {
      cells[0] = cells[0] + 1
    }
    const run = async (turns) => {
      if (form === 'block') for (let i = 0; i < turns; i++) lock(add)
      else for (let i = 0; i < turns; i++) await lock(add)
    }
    await run(warmUp)
    Atomics.add(cells, 1, 1)
    while (Atomics.load(cells, 1) < threads);
    const from = performance.timeOrigin + performance.now()
    await run(times)
    return [from, performance.timeOrigin + performance.now()]
  }),
})
