import type { Held, Mutex, Semaphore, SharedEvent, SharedOf } from 'rxjs-parallel'
import { condition, event, mutex, semaphore, threadPool } from 'rxjs-parallel'
import { inlinePool } from 'rxjs-parallel/testing'
import type { TaskContext } from 'rxjs-parallel/worker'
import { expose, stage, task } from 'rxjs-parallel/worker'
import { describe, expectTypeOf, it } from 'vitest'

interface Locks {
  lock: Mutex
  three: Semaphore
}

const tasks = expose({
  plain: (n: number) => n,
  locked: task((n: number, { shared }: TaskContext<Locks>) => {
    expectTypeOf(shared).toEqualTypeOf<Locks>()
    return shared.lock.runSync((held) => {
      expectTypeOf(held).toEqualTypeOf<Held>()
      return n
    })
  }),
  waiting: stage((source, { shared: { done } }: TaskContext<{ done: SharedEvent }>) => {
    expectTypeOf(done.wait()).toEqualTypeOf<Promise<boolean>>()
    return source
  }),
  untyped: task((n: number, { shared }) => {
    expectTypeOf(shared).toEqualTypeOf<Readonly<Record<string, unknown>>>()
    return n
  }),
})
type Module = { default: typeof tasks }

describe('shared', () => {
  const worker = new URL('file:///x.worker.js')

  it('is what the tasks of the worker module say that they use', () => {
    const pool = threadPool<Module>(worker, {
      shared: { lock: mutex(), three: semaphore(3), done: event() },
    })
    expectTypeOf(pool.run(pool.tasks.locked, 1)).toEqualTypeOf<Promise<number>>()
    inlinePool(tasks, { shared: { lock: mutex(), three: semaphore(3), done: event() } })
    // @ts-expect-error: no semaphore
    threadPool<Module>(worker, { shared: { lock: mutex(), done: event() } })
    // @ts-expect-error: an event is no mutex
    threadPool<Module>(worker, { shared: { lock: event(), three: semaphore(3), done: event() } })
    // @ts-expect-error: no event
    inlinePool(tasks, { shared: { lock: mutex(), three: semaphore(3) } })
    // A pool of unknown tasks takes anything.
    threadPool(worker, { shared: { lock: mutex() } })
  })

  it('can be named', () => {
    expectTypeOf<SharedOf<Module>>().toExtend<Locks & { done: SharedEvent }>()
    const start = (shared: SharedOf<Module>) => threadPool<Module>(worker, { shared })
    start({ lock: mutex(), three: semaphore(3), done: event() })
    // @ts-expect-error: no event
    start({ lock: mutex(), three: semaphore(3) })
  })

  it('gives results of what runs under it', () => {
    expectTypeOf(mutex().run(() => 1)).toEqualTypeOf<Promise<number>>()
    expectTypeOf(mutex().run(async () => 'a')).toEqualTypeOf<Promise<string>>()
    expectTypeOf(semaphore(2).runSync(() => 1)).toEqualTypeOf<number>()
    expectTypeOf(mutex().tryAcquire()).toEqualTypeOf<Held | undefined>()
  })

  it('of a condition takes a mutex', () => {
    condition(mutex())
    // @ts-expect-error: an event is none
    condition(event())
  })
})
