import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { handOver } from '../../lib/worker/handOver.js'
import { thrownBy } from '../support/outcome.js'
import { portrait } from '../support/portrait.js'

const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withTypedArray: true,
  withSparseArray: true,
  withNullPrototype: true,
  withBoxedValues: true,
})

describe('handOver', () => {
  it('gives what structured clone gives', () => {
    fc.assert(
      fc.property(anything, (value) => {
        expect(portrait(handOver(value, []))).toEqual(portrait(structuredClone(value)))
      }),
    )
  })

  it('gives a copy in all parts', () => {
    const part = { n: 1 }
    const value = { list: [part], part: { part: null } }
    const copy = handOver(value, []) as typeof value
    expect(copy).toEqual(value)
    part.n = 2
    value.list.push(part)
    expect(copy).toEqual({ list: [{ n: 1 }], part: { part: null } })
  })

  it('takes a value as deep as structured clone does', () => {
    let deep: unknown = 1
    for (let i = 0; i < 1000; i++) deep = [deep]
    expect(portrait(handOver(deep, []))).toEqual(portrait(structuredClone(deep)))
  })

  it('keeps what an object stands for twice, in two values one after the other', () => {
    const part = {}
    for (let i = 0; i < 2; i++) {
      const [a, b] = handOver([part, part], []) as unknown[]
      expect(a).toBe(b)
    }
  })

  it('refuses what only looks plain, as structured clone does', () => {
    const args = (
      function () {
        // biome-ignore lint/complexity/noArguments: it is what is to be refused.
        return arguments
      } as (...args: unknown[]) => unknown
    )(1, 2)
    expect(thrownBy(() => structuredClone(args)).name).toBe('DataCloneError')
    expect(thrownBy(() => handOver(args, []))).toMatchObject({ code: 'CLONE' })
  })

  it('moves what it is told to', () => {
    const bytes = new Uint8Array([1, 2])
    const copy = handOver({ bytes }, [bytes.buffer]) as { bytes: Uint8Array }
    expect([...copy.bytes]).toEqual([1, 2])
    expect(bytes.length).toBe(0)
    expect(thrownBy(() => handOver({ bytes }, [bytes.buffer]))).toMatchObject({ code: 'CLONE' })
  })

  it.each([
    ['a function', () => 1, 'result is a function and'],
    ['a symbol', Symbol('no'), 'result is a symbol and'],
    ['a part', { items: [{ f() {} }] }, 'result.items[0].f is a function and'],
    [
      'a getter that throws',
      {
        a: {
          get b() {
            throw new Error('no')
          },
        },
      },
      'result.a is an Object with a getter that throws: no and',
    ],
  ])('names what it refuses: %s', (_, value, message) => {
    const error = thrownBy(() => handOver(value, []))
    expect(error.code).toBe('CLONE')
    expect(error.message).toContain(message)
  })
})
