import { describe, expect, it } from 'vitest'
import { changed } from '../../lib/shared/waiting.js'

describe('a wait', () => {
  const aborted = AbortSignal.abort(new RangeError('enough'))

  it('is given up where its signal is aborted by now', async () => {
    const wait = { words: new Int32Array(new SharedArrayBuffer(4)), index: 0, value: 0, giveUp: () => true }
    await expect(changed(wait, { signal: aborted, timeout: 5 })).rejects.toThrow('enough')
  })

  it('is not where it is over by then', async () => {
    const wait = { words: new Int32Array(new SharedArrayBuffer(4)), index: 0, value: 1, giveUp: () => false }
    expect(await changed(wait, { signal: aborted })).toBe(true)
  })

  // One that looked again and again would never let the event loop turn, so these would hang.
  it('without time is over at once, or when its word changes', async () => {
    const words = new Int32Array(new SharedArrayBuffer(4))
    const wait = { words, index: 0, value: 0, giveUp: () => true }
    expect(await changed(wait, { timeout: 0 })).toBe(false)
    const called = changed({ ...wait, giveUp: () => false }, { timeout: 0 })
    setImmediate(() => {
      Atomics.store(words, 0, 1)
      Atomics.notify(words, 0)
    })
    expect(await called).toBe(true)
  })
})
