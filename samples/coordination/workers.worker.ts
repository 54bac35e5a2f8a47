import { appendFileSync } from 'node:fs'
import type { Condition, Mutex, Semaphore, SharedEvent, SharedMap, SharedState } from 'rxjs-parallel'
import type { TaskContext } from 'rxjs-parallel/worker'
import { expose, task } from 'rxjs-parallel/worker'

export default expose({
  // #region event
  waitForEvent: task(({ name, timeout }: Waiter, { shared }: TaskContext<{ ready: SharedEvent }>) => {
    const isSet = shared.ready.waitSync({ timeout })
    return `${name}: ${isSet ? 'the event is set' : 'waited in vain'}`
  }),
  // #endregion

  // #region locked
  write: task(({ file, line, locked }: Line, { shared }: TaskContext<{ lock: Mutex }>) => {
    // By letters, so that others' may come between.
    const write = () => {
      for (const letter of `${line}\n`) appendFileSync(file, letter)
    }
    if (locked) shared.lock.runSync(write)
    else write()
  }),
  // #endregion

  // #region stages
  stageOne: task((result: number, { shared: { lock, done, cells } }: TaskContext<Stages>) => {
    lock.runSync(() => {
      cells[0] = result
      done.notifyAll()
    })
  }),

  stageTwo: task((name: string, { shared: { lock, done, cells } }: TaskContext<Stages>) =>
    lock.runSync((held) => {
      done.waitForSync(held, () => cells[0] !== 0) // releases the lock while it waits
      return `${name}: stage one has found ${cells[0]}`
    }),
  ),
  // #endregion

  // #region three
  useResource: task(async (name: string, { shared: { three, active } }: TaskContext<Resource>) =>
    three.run(async () => {
      const names = await active.update((others) => [...others, name])
      await new Promise((resolve) => setTimeout(resolve, 5))
      await active.update((others) => others.filter((other) => other !== name))
      return names
    }),
  ),
  // #endregion

  // #region map
  square: task((n: number, { shared }: TaskContext<{ squares: SharedMap<number, number> }>) =>
    shared.squares.set(n, n * n),
  ),
  // #endregion

  // #region namespace
  readTwice: task(async (_: null, { shared: { ready, namespace } }: TaskContext<Namespace>) => {
    const before = namespace.value.text
    await ready.wait()
    const { text } = await namespace.latest()
    return `before the event: ${before}, after it: ${text}`
  }),
  // #endregion
})

interface Waiter {
  name: string
  timeout: number | undefined
}
interface Line {
  file: string
  line: string
  locked: boolean
}
interface Stages {
  lock: Mutex
  done: Condition
  cells: Int32Array
}
interface Resource {
  three: Semaphore
  active: SharedState<readonly string[]>
}
interface Namespace {
  ready: SharedEvent
  namespace: SharedState<{ text: string }>
}
