import { describe, expect, it } from 'vitest'
import { isProxy, makerOf } from '../../../lib/wire/node/objects.js'
import { assembler } from '../../../lib/wire/records/assembler.js'

/** Gives 1, 2, 3 and so on. */
function counter(): () => number {
  let last = 0
  return () => ++last
}

const lists = [
  [],
  ['id', 'name'],
  ['b', 'a'],
  ['7', 'x', '3'],
  ['constructor', 'toString'],
  ['a "key"\n', "'", '`'],
]

describe.each([
  ['makerOf', makerOf],
  ['assembler', assembler],
])('%s', (_, of) => {
  it.each(lists)('makes objects of their own with keys in their order (%#)', (...keys) => {
    const make = of(keys, counter())
    const made = [make(), make()] as Record<string, unknown>[]
    const entries = (first: number) => Object.fromEntries(keys.map((key, i) => [key, first + i]))
    expect(made).toStrictEqual([entries(1), entries(1 + keys.length)])
    expect(made.map((object) => JSON.stringify(object))).toEqual(
      [entries(1), entries(1 + keys.length)].map((object) => JSON.stringify(object)),
    )
    expect(made[0]).not.toBe(made[1])
  })
})

describe('isProxy', () => {
  it('tells proxies from what they stand for', () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    expect([new Proxy({}, {}), new Proxy([], {}), proxy].map(isProxy)).toEqual([true, true, true])
    expect([{}, [], new Date()].map(isProxy)).toEqual([false, false, false])
  })
})
