import { expose, task } from 'rxjs-parallel/worker'

export default expose({
  /** Increments in two steps, so that one is lost wherever two threads are at it at once. */
  increment: task((times, { shared: { lock, cells } }) => {
    for (let i = 0; i < times; i++) {
      lock.runSync(() => {
        cells[0] = cells[0] + 1
      })
    }
  }),

  /** Is inside so often; returns how many were at most. */
  enter: task((times, { shared: { few, cells } }) => {
    let most = 0
    for (let i = 0; i < times; i++) {
      few.runSync(() => {
        most = Math.max(most, Atomics.add(cells, 1, 1) + 1)
        for (let j = 0; j < i % 64; j++) Atomics.load(cells, 1)
        Atomics.sub(cells, 1, 1)
      })
    }
    return most
  }),

  /** Passes a ball so often: each waits for the other to have had it. */
  play: task(([side, times], { shared: { lock, turn, cells } }) => {
    for (let i = 0; i < times; i++) {
      lock.runSync((held) => {
        turn.waitForSync(held, () => cells[2] % 2 === side)
        cells[2] = cells[2] + 1
        turn.notify()
      })
    }
  }),

  /** Increments two cells till the end of its thread. */
  incrementForEver: task((_, { shared: { lock, cells } }) => {
    for (;;) {
      lock.runSync((held) => incrementBoth(held, cells))
    }
  }),

  incrementForEverLater: task(async (_, { shared: { lock, cells } }) => {
    for (;;) {
      await lock.run((held) => incrementBoth(held, cells))
    }
  }),

  /** Is inside till the end of its thread. */
  enterForEver: task((_, { shared: { few } }) => {
    for (let i = 0; ; i++) few.runSync(() => i)
  }),
})

/**
 * One after the other: they differ where the thread is ended in between. Who is told that it was makes them the same
 * again.
 */
function incrementBoth(held, cells) {
  if (held.abandoned) {
    cells[4] = cells[3]
    Atomics.add(cells, 5, 1)
  }
  if (cells[3] !== cells[4]) Atomics.add(cells, 6, 1)
  cells[3] = cells[3] + 1
  cells[4] = cells[4] + 1
}
