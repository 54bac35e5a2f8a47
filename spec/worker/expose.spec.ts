import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import type { TaskContext } from '../../lib/worker/context.js'
import { expose, stage, task } from '../../lib/worker/expose.js'
import { role } from '../../lib/worker/exposed.js'

const context = { threadId: 'host/1/2' } as TaskContext

describe('expose', () => {
  it('returns what it was given, whose functions can be called here', () => {
    const tasks = { square: (x: number) => x * x, later: task(async (x: number) => x + 1) }
    expect(expose(tasks)).toBe(tasks)
    expect(tasks.square(7)).toBe(49)
  })

  it('may be called again, as modules that import each other do', () => {
    expect(expose({})).toEqual({})
    expect(expose({ f: () => {} })).toHaveProperty('f')
  })

  it.each<[unknown, string]>([
    [undefined, 'undefined'],
    [null, 'null'],
    [5, 'a number'],
    ['tasks', "'tasks'"],
    [() => {}, 'a function'],
  ])('refuses %o instead of an object', (tasks, what) => {
    expect(() => expose(tasks as never)).toThrow(TypeError)
    expect(() => expose(tasks as never)).toThrow(`expose: expected an object of functions, got ${what}`)
  })

  it('refuses properties that are no functions, and names them', () => {
    fc.assert(
      fc.property(
        fc.anything().filter((value) => typeof value !== 'function'),
        (value) => {
          expect(() => expose({ fine: () => {}, five: value })).toThrow(TypeError)
          expect(() => expose({ fine: () => {}, five: value })).toThrow(/^expose: five is /)
        },
      ),
    )
  })
})

describe.each([
  ['task', task],
  ['stage', stage],
] as const)('%s', (name, wrap: any) => {
  it('calls its function with what it is given, and returns what that returns', () => {
    const run = vi.fn(() => 'returned')
    expect(wrap(run)('value', context)).toBe('returned')
    expect(run).toHaveBeenCalledExactlyOnceWith('value', context)
  })

  it('lets through what its function throws', () => {
    const wrapped = wrap(() => {
      throw new RangeError('of a function')
    })
    expect(wrapped).toThrow(new RangeError('of a function'))
  })

  it('says how it wants to be called, and leaves the function itself as it is', () => {
    const run = () => {}
    expect(wrap(run)[role]).toBe(name)
    expect(role in run).toBe(false)
  })

  it('makes what expose accepts', () => {
    const tasks = { wrapped: wrap(() => {}) }
    expect(expose(tasks)).toBe(tasks)
  })

  it.each([undefined, null, 5, {}])('refuses %o', (run) => {
    expect(() => wrap(run)).toThrow(TypeError)
    expect(() => wrap(run)).toThrow(`${name}: expected a function, got `)
  })
})
