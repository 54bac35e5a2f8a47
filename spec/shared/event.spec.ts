import { event } from 'rxjs-parallel'
import { describe, expect, it, vi } from 'vitest'
import { LocalEvent } from '../../lib/shared/event.js'
import type { SharingPeer } from '../../lib/wire/sharing.js'
import { sharing } from '../../lib/wire/sharing.js'
import { sharedPool, sharedThings } from '../support/sharedPool.js'
import { until } from '../support/until.js'

describe('an event', () => {
  it('is set and cleared', () => {
    const it = event()
    const states = [it.isSet]
    for (const change of ['set', 'set', 'clear', 'clear', 'set'] as const) {
      it[change]()
      states.push(it.isSet)
    }
    expect(states).toEqual([false, true, true, false, false, true])
  })

  it('lets those go on who wait, in threads and here', async () => {
    const shared = sharedThings()
    const pool = sharedPool({ event: shared.event }, { size: 2 })
    await pool.ready()
    const waits = [
      pool.run(pool.tasks.waitForEvent, null),
      pool.run(pool.tasks.waitForEventLater, { timeout: 60_000 }),
      shared.event.wait(),
    ]
    shared.event.set()
    expect(await Promise.all(waits)).toEqual([true, true, true])
    // And those who come later.
    expect(await pool.run(pool.tasks.waitForEvent, { timeout: 0 })).toBe(true)
    await pool.run(pool.tasks.clearEvent, null)
    expect(shared.event.isSet).toBe(false)
    expect(await pool.run(pool.tasks.waitForEvent, { timeout: 0 })).toBe(false)
  })

  it('is set from a thread', async () => {
    const shared = sharedThings()
    const pool = sharedPool({ event: shared.event })
    const wait = shared.event.wait({ timeout: 60_000 })
    await pool.run(pool.tasks.setEvent, null)
    expect(await wait).toBe(true)
  })

  it('lets go on who waited when it was set, though it is cleared by now', async () => {
    const it = event()
    const wait = it.wait()
    it.set()
    it.clear()
    expect(await wait).toBe(true)
    expect(await it.wait({ timeout: 0 })).toBe(false)
  })

  it('ends a wait with its timeout, or its signal', async () => {
    const shared = sharedThings()
    const pool = sharedPool({ event: shared.event })
    expect(await shared.event.wait({ timeout: 5 })).toBe(false)
    expect(await pool.run(pool.tasks.waitForEvent, { timeout: 5 })).toBe(false)
    expect(await pool.run(pool.tasks.waitForEventLater, { timeout: 5 })).toBe(false)
    const controller = new AbortController()
    const wait = shared.event.wait({ signal: controller.signal })
    controller.abort(new RangeError('enough'))
    await expect(wait).rejects.toThrow('enough')
  })

  it('has nobody wait for it who has given up', async () => {
    const words = new Int32Array(new SharedArrayBuffer(4))
    const controller = new AbortController()
    const wait = new LocalEvent(1, words).wait({ signal: controller.signal })
    controller.abort(new RangeError('enough'))
    await expect(wait).rejects.toThrow('enough')
    expect(Atomics.notify(words, 0)).toBe(0)
  })

  it('blocks no main thread', () => {
    expect(() => event().waitSync()).toThrow(expect.objectContaining({ code: 'BLOCKING' }))
  })
})

describe('an event for processes', () => {
  it('is the same by messages', async () => {
    const it = event()
    const pool = sharedPool({ event: it }, { isolation: 'process', concurrency: 3 })
    const waits = [pool.run(pool.tasks.waitForEventLater, null), pool.run(pool.tasks.waitForEventLater, null)]
    expect(await pool.run(pool.tasks.waitForEventLater, { timeout: 1 })).toBe(false)
    await pool.run(pool.tasks.setEvent, null)
    expect(await Promise.all(waits)).toEqual([true, true])
    await until('it is heard of', () => it.isSet)
    it.clear()
    expect(await pool.run(pool.tasks.waitForEventLater, { timeout: 0 })).toBe(false)
    expect(await pool.run(pool.tasks.isSet, null)).toBe(false)
    await expect(pool.run(pool.tasks.waitForEvent, null)).rejects.toMatchObject({
      code: 'BLOCKING',
      message: expect.stringContaining('use wait'),
    })
  })
})

describe('an event that is told of by messages', () => {
  /** What a process hears. */
  const process = (post: (isSet: boolean) => void): SharingPeer => ({
    member: 2,
    memory: 'none',
    held: new Map(),
    post: (body) => post((body as { isSet: boolean }).isSet),
  })
  const microtasks = () => new Promise((resolve) => setImmediate(resolve))

  it('is told of as it is, though a thread changes it meanwhile', async () => {
    const event = new LocalEvent(1, new Int32Array(new SharedArrayBuffer(4)))
    const heard: boolean[] = []
    event[sharing].open(
      process((isSet) => {
        heard.push(isSet)
        if (heard.length === 1) event.clear()
      }),
    )
    event.set()
    await until('it is heard of', () => heard.length > 0)
    await microtasks()
    expect(heard).toEqual([true, false])
  })

  it('is told of though a thread changes it as a process begins', async () => {
    const event = new LocalEvent(1, new Int32Array(new SharedArrayBuffer(4)))
    const heard: boolean[] = []
    const { load } = Atomics
    const spy = vi.spyOn(Atomics, 'load').mockImplementationOnce(((words: Int32Array, index: number) => {
      const value = load(words, index)
      event.set()
      return value
    }) as never)
    const { descriptor } = event[sharing].open(process((isSet) => heard.push(isSet)))
    spy.mockRestore()
    await microtasks()
    expect([descriptor, heard]).toEqual([expect.objectContaining({ isSet: false }), [true]])
  })

  it('has nobody wait for it who is gone', () => {
    const words = new Int32Array(new SharedArrayBuffer(4))
    const { died } = new LocalEvent(1, words)[sharing].open(process(() => {}))
    died()
    expect(Atomics.notify(words, 0)).toBe(0)
  })
})
