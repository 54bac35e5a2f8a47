import { describe, expect, it, vi } from 'vitest'
import { cancelCell, makeCells } from '../../lib/wire/sharedCells.js'
import type { ThreadInfo } from '../../lib/worker/context.js'
import { Cancellation, createContext } from '../../lib/worker/context.js'

const thread: ThreadInfo = {
  threadId: 'host/1/2',
  concurrency: 1,
  cells: undefined,
  shared: { limit: 7 },
}

/** Channels whose cells are told apart, and two that have to share one. */
const channels = [1, 2, 255, 256, 257, 513]

describe('Cancellation', () => {
  it.each([undefined, makeCells()])('is not cancelled before it is (cells: %#)', (cells) => {
    for (const channel of channels) {
      const cancellation = new Cancellation(channel, cells)
      expect(cancellation.cancelled).toBe(false)
      expect(cancellation.signal.aborted).toBe(false)
    }
  })

  it('aborts its signal when it is told, as fetch and others expect it', () => {
    const cancellation = new Cancellation(1, undefined)
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
    const cancellation = new Cancellation(1, undefined)
    cancellation.cancel()
    expect(cancellation.signal.aborted).toBe(true)
    expect(cancellation.signal).toBe(cancellation.signal)
  })

  it('is seen through shared memory before any message', () => {
    const cells = makeCells()
    const cancellation = new Cancellation(5, cells)
    const { signal } = cancellation
    Atomics.store(cells, cancelCell(5), 5)
    expect(cancellation.cancelled).toBe(true)
    // Whoever looks at the signal again sees it there as well.
    expect(cancellation.signal.aborted).toBe(true)
    expect(cancellation.signal).toBe(signal)
  })

  it("is not another channel's, though they share a cell", () => {
    const cells = makeCells()
    expect(cancelCell(1)).toBe(cancelCell(257))
    const first = new Cancellation(1, cells)
    const later = new Cancellation(257, cells)
    Atomics.store(cells, cancelCell(257), 257)
    expect(later.cancelled).toBe(true)
    expect(first.cancelled).toBe(false)
    Atomics.store(cells, cancelCell(1), 1)
    expect(first.cancelled).toBe(true)
  })
})

describe('createContext', () => {
  it('says where it runs, and what is shared', () => {
    const context = createContext(thread, new Cancellation(1, undefined), () => {})
    expect(context.threadId).toBe('host/1/2')
    expect(context.shared).toBe(thread.shared)
  })

  it('follows the cancellation', () => {
    const cancellation = new Cancellation(1, undefined)
    const context = createContext(thread, cancellation, () => {})
    expect(context.cancelled).toBe(false)
    expect(context.signal).toBe(cancellation.signal)
    cancellation.cancel()
    expect(context.cancelled).toBe(true)
    expect(context.signal.aborted).toBe(true)
  })

  it('makes no signal that nobody asks for', () => {
    const cancellation = new Cancellation(1, undefined)
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
    const { transfer } = createContext(thread, new Cancellation(1, undefined), toTransfer)
    const value = { buffer: new ArrayBuffer(8) }
    expect(transfer(value, [value.buffer])).toBe(value)
    expect(toTransfer).toHaveBeenCalledExactlyOnceWith([value.buffer])
  })
})
