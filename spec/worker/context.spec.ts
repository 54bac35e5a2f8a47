import { describe, expect, it, vi } from 'vitest'
import { cancelCell, localCells } from '../../lib/wire/sharedCells.js'
import { realTime } from '../../lib/wire/time.js'
import type { ThreadInfo } from '../../lib/worker/context.js'
import { Cancellation, createContext } from '../../lib/worker/context.js'
import { Sleep } from '../../lib/worker/sleep.js'

const thread: ThreadInfo = {
  threadId: 'host/1/2',
  concurrency: 1,
  cells: undefined,
  shared: { limit: 7 },
  time: realTime,
}

/** Channels whose cells are told apart, and two that have to share one. */
const channels = [1, 2, 255, 256, 257, 513]

describe('Cancellation', () => {
  it.each([undefined, localCells()])('is not cancelled before it is (cells: %#)', (cells) => {
    for (const channel of channels) {
      const cancellation = new Cancellation({ ...thread, cells }, channel)
      expect(cancellation.cancelled).toBe(false)
      expect(cancellation.signal.aborted).toBe(false)
    }
  })

  it('aborts its signal when it is told, as fetch and others expect it', () => {
    const cancellation = new Cancellation(thread, 1)
    const { signal } = cancellation
    const aborted = vi.fn()
    signal.addEventListener('abort', aborted)
    cancellation.cancel()
    expect(cancellation.cancelled).toBe(true)
    expect(signal.aborted).toBe(true)
    expect(signal.reason).toBeInstanceOf(DOMException)
    expect(signal.reason.name).toBe('AbortError')
    cancellation.cancel()
    expect(aborted).toHaveBeenCalledTimes(1)
  })

  it('has one signal, and one that is aborted where it is asked for too late', () => {
    const cancellation = new Cancellation(thread, 1)
    cancellation.cancel()
    expect(cancellation.signal.aborted).toBe(true)
    expect(cancellation.signal).toBe(cancellation.signal)
  })

  it('is seen through shared memory before any message', () => {
    const cells = localCells()
    const cancellation = new Cancellation({ ...thread, cells }, 5)
    const { signal } = cancellation
    Atomics.store(cells, cancelCell(5), 5)
    expect(cancellation.cancelled).toBe(true)
    // Whoever looks at the signal again sees it there as well.
    expect(cancellation.signal.aborted).toBe(true)
    expect(cancellation.signal).toBe(signal)
  })

  it('lets whoever first asks for the signal hear of it, though it is cancelled by then', () => {
    const cells = localCells()
    const cancellation = new Cancellation({ ...thread, cells }, 5)
    Atomics.store(cells, cancelCell(5), 5)
    const aborted = vi.fn()
    // As most tasks do: without a look at `aborted`.
    cancellation.signal.addEventListener('abort', aborted)
    expect(aborted).not.toHaveBeenCalled()
    cancellation.cancel()
    expect(aborted).toHaveBeenCalledTimes(1)
  })

  it("is not another channel's, though they share a cell", () => {
    const cells = localCells()
    expect(cancelCell(1)).toBe(cancelCell(257))
    const first = new Cancellation({ ...thread, cells }, 1)
    const later = new Cancellation({ ...thread, cells }, 257)
    Atomics.store(cells, cancelCell(257), 257)
    expect(later.cancelled).toBe(true)
    expect(first.cancelled).toBe(false)
    Atomics.store(cells, cancelCell(1), 1)
    expect(first.cancelled).toBe(true)
  })
})

describe('createContext', () => {
  it('says where it runs, and what is shared', () => {
    const context = createContext(thread, new Cancellation(thread, 1), () => {})
    expect(context.threadId).toBe('host/1/2')
    expect(context.shared).toBe(thread.shared)
  })

  it('follows the cancellation', () => {
    const cancellation = new Cancellation(thread, 1)
    const context = createContext(thread, cancellation, () => {})
    expect(context.cancelled).toBe(false)
    expect(context.signal).toBe(cancellation.signal)
    cancellation.cancel()
    expect(context.cancelled).toBe(true)
    expect(context.signal.aborted).toBe(true)
  })

  it('makes no signal that nobody asks for', () => {
    const cancellation = new Cancellation(thread, 1)
    const signal = vi.spyOn(cancellation, 'signal', 'get')
    const context = createContext(thread, cancellation, () => {})
    void context.cancelled
    expect(signal).not.toHaveBeenCalled()
    const taken = context.signal
    expect(signal).toHaveBeenCalledTimes(1)
    expect(taken.aborted).toBe(false)
  })

  it('marks what is to be moved, and returns the value, taken out of the context too', () => {
    const toTransfer = vi.fn()
    const { transfer } = createContext(thread, new Cancellation(thread, 1), toTransfer)
    const value = { buffer: new ArrayBuffer(8) }
    expect(transfer(value, [value.buffer])).toBe(value)
    expect(toTransfer).toHaveBeenCalledExactlyOnceWith([value.buffer])
  })
})

describe('the time of an item', () => {
  /** A thread whose clock is set by hand. */
  function clockedThread(sleep?: Sleep) {
    const clock = { now: 1000 }
    return { clock, thread: { ...thread, sleep, time: { ...realTime, now: () => clock.now } } }
  }

  it('is over when it has passed, and was not extended', () => {
    const { clock, thread } = clockedThread()
    const cancellation = new Cancellation(thread, 1, 100)
    clock.now += 99
    expect([cancellation.timeLeft, cancellation.isOver, cancellation.cancelled]).toEqual([1, false, false])
    cancellation.extend(50)
    clock.now += 50
    expect(cancellation.isOver).toBe(false)
    clock.now += 1
    expect([cancellation.timeLeft, cancellation.isOver]).toEqual([0, true])
    expect(cancellation.isOverForTask).toBe(false)
    expect(cancellation.signal.aborted).toBe(false)
    expect([cancellation.cancelled, cancellation.isOverForTask]).toEqual([true, true])
    expect(cancellation.signal.reason.name).toBe('TimeoutError')
    expect(new Cancellation(thread, 1).timeLeft).toBeUndefined()
  })

  it('is known at once where threads are never put to sleep', () => {
    const decide = vi.fn()
    new Cancellation(clockedThread().thread, 1, 100).whenSure(decide)
    expect(decide).toHaveBeenCalledTimes(1)
  })

  it('stands still while the thread sleeps, of which it learns by asking once for all who wait', () => {
    const ask = vi.fn()
    const sleep = new Sleep(ask)
    const { clock, thread } = clockedThread(sleep)
    const [first, second] = [new Cancellation(thread, 1, 100), new Cancellation(thread, 1, 30)]
    clock.now += 5050
    const found: boolean[] = []
    first.whenSure(() => found.push(first.isOver))
    second.whenSure(() => found.push(second.isOver))
    expect(ask).toHaveBeenCalledTimes(1)
    expect(found).toEqual([])
    sleep.told(5000)
    expect(found).toEqual([false, true])
    expect(first.timeLeft).toBe(50)
    // Unasked, and nobody is called twice.
    sleep.told(5010)
    expect([first.timeLeft, found.length]).toEqual([60, 2])
    first.whenSure(() => found.push(first.isOver))
    expect(ask).toHaveBeenCalledTimes(2)
  })
})
