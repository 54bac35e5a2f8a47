import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { realTime } from '../../lib/wire/time.js'
import { StageInput } from '../../lib/worker/stageInput.js'

/** An input, and what it has reported. */
function setUp() {
  const reported: { count: number; busy: number }[] = []
  const input = new StageInput((count, busy) => reported.push({ count, busy }), realTime)
  const taken = () => reported.reduce((sum, { count }) => sum + count, 0)
  return { input, reported, taken }
}

/** Values as they come in, by message. */
const messages = fc.array(fc.array(fc.anything(), { maxLength: 6 }), { maxLength: 8 })

describe('an input that is looped over', () => {
  it('gives all values in order, whenever they come, and then ends', async () => {
    await fc.assert(
      fc.asyncProperty(messages, fc.nat(8), fc.array(fc.nat(4)), async (all, before, script) => {
        const pauses = [...script]
        const { input, taken } = setUp()
        const expected = all.flat()
        for (const values of all.slice(0, before)) input.push([...values])
        const got: unknown[] = []
        const looping = (async () => {
          for await (const value of input.iterate()) {
            got.push(value)
            for (let i = pauses.shift() ?? 0; i > 0; i--) await Promise.resolve()
          }
        })()
        for (const values of all.slice(before)) {
          await Promise.resolve()
          input.push([...values])
        }
        input.end()
        await looping
        expect(got).toEqual(expected)
        expect(taken()).toBe(expected.length)
      }),
    )
  })

  it('reports a value when the next is asked for, not when it is given', async () => {
    const { input, taken } = setUp()
    const iterator = input.iterate()
    input.push(['a'])
    expect(await iterator.next()).toEqual({ done: false, value: 'a' })
    expect(taken()).toBe(0)
    const next = iterator.next()
    expect(taken()).toBe(1)
    input.push(['b'])
    expect(await next).toEqual({ done: false, value: 'b' })
    expect(taken()).toBe(1)
  })

  it('gives what has come before its end', async () => {
    const { input } = setUp()
    input.push([1, 2])
    input.end()
    const iterator = input.iterate()
    expect(await iterator.next()).toEqual({ done: false, value: 1 })
    expect(await iterator.next()).toEqual({ done: false, value: 2 })
    expect(await iterator.next()).toEqual({ done: true, value: undefined })
    expect(await iterator.next()).toEqual({ done: true, value: undefined })
  })

  it('ends a loop that waits, when it is closed', async () => {
    const { input } = setUp()
    const next = input.iterate().next()
    input.close()
    expect(await next).toEqual({ done: true, value: undefined })
  })

  it('is left by a break: nothing that comes later is kept', async () => {
    const { input, taken } = setUp()
    input.push([1, 2, 3])
    const iterator = input.iterate()
    for await (const value of iterator) if (value === 2) break
    input.push([4])
    expect(await iterator.next()).toEqual({ done: true, value: undefined })
    expect(taken()).toBeLessThanOrEqual(2)
  })

  it('answers everybody who asks before a value has come', async () => {
    const { input } = setUp()
    const iterator = input.iterate()
    const asked = [iterator.next(), iterator.next(), iterator.next()]
    input.push([1])
    input.push([2])
    input.end()
    const never = Symbol('never')
    // By then all that can be answered has been.
    const later = new Promise((resolve) => setImmediate(resolve, never))
    const answers = await Promise.all(asked.map((each) => Promise.race([each, later])))
    expect(answers).toEqual([
      { done: false, value: 1 },
      { done: false, value: 2 },
      { done: true, value: undefined },
    ])
  })
})

describe('an input that is subscribed', () => {
  it('hands over all values in order as they come, reports them at once, and then completes', () => {
    fc.assert(
      fc.property(messages, fc.nat(8), (all, before) => {
        const { input, taken } = setUp()
        const got: unknown[] = []
        const complete = vi.fn()
        for (const values of all.slice(0, before)) input.push([...values])
        expect(taken()).toBe(0)
        input.subscribe({ next: (value) => got.push(value), complete })
        expect(got).toEqual(all.slice(0, before).flat())
        for (const [i, values] of all.slice(before).entries()) {
          input.push([...values])
          expect(got).toEqual(all.slice(0, before + i + 1).flat())
          expect(taken()).toBe(got.length)
        }
        expect(complete).not.toHaveBeenCalled()
        input.end()
        expect(complete).toHaveBeenCalledTimes(1)
        expect(taken()).toBe(all.flat().length)
      }),
    )
  })

  it('completes who comes after the end', () => {
    const { input } = setUp()
    input.push(['a'])
    input.end()
    const next = vi.fn()
    const complete = vi.fn()
    input.subscribe({ next, complete })
    expect(next.mock.calls).toEqual([['a']])
    expect(complete).toHaveBeenCalledTimes(1)
  })

  it('hands nothing over to who has left, in the midst of values neither', () => {
    const { input } = setUp()
    const got: unknown[] = []
    const complete = vi.fn()
    const leave: () => void = input.subscribe({
      next: (value) => {
        got.push(value)
        if (value === 2) leave()
      },
      complete,
    })
    input.push([1, 2, 3])
    input.push([4])
    input.end()
    expect(got).toEqual([1, 2])
    expect(complete).not.toHaveBeenCalled()
  })

  it('says nothing more when it was closed', () => {
    const { input } = setUp()
    const next = vi.fn()
    const complete = vi.fn()
    input.subscribe({ next, complete })
    input.close()
    input.push([1])
    input.end()
    expect(next).not.toHaveBeenCalled()
    expect(complete).not.toHaveBeenCalled()
  })
})

describe('an input', () => {
  it.each(['looped over', 'subscribed'])('can be read once (%s first)', (how) => {
    const { input } = setUp()
    if (how === 'subscribed') input.subscribe({ next: () => {}, complete: () => {} })
    else input.iterate()
    expect(() => input.iterate()).toThrow('a stage can read its source once')
    expect(() => input.subscribe({ next: () => {}, complete: () => {} })).toThrow('share()')
  })

  it('reports time that has passed, never less than none', () => {
    const { input, reported } = setUp()
    input.push([1])
    input.subscribe({ next: () => {}, complete: () => {} })
    input.push([2, 3])
    expect(reported.every(({ busy }) => busy >= 0)).toBe(true)
    expect(reported.map(({ count }) => count).every((count) => count > 0)).toBe(true)
  })
})
