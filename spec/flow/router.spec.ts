import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import type { Inlet, Route } from '../../lib/flow/router.js'
import { Router } from '../../lib/flow/router.js'

class TestInlet implements Inlet<number> {
  state: Inlet<number>['state'] = 'open'
  waitsForOthers = false
  readonly values: number[] = []
  /** How many of its values it has dealt with. */
  done = 0

  constructor(public capacity = Number.POSITIVE_INFINITY) {}

  get load(): number {
    return this.values.length - this.done
  }

  get hasRoom(): boolean {
    return this.load < this.capacity
  }

  push(value: number): void {
    if (this.state === 'closed') throw new Error('a value came for a branch that is closed')
    this.values.push(value)
  }
}

function setUp(route: Route<number>, count: number, capacity?: number) {
  const inlets = Array.from({ length: count }, () => new TestInlet(capacity))
  return { inlets, router: new Router<number>(inlets, route) }
}

const branches = fc.integer({ min: 1, max: 5 })
const values = fc.array(fc.nat(1000), { maxLength: 80 })

describe('a key', () => {
  it('brings all values of one key to one branch, in order, and loses none', () => {
    fc.assert(
      fc.property(branches, values, fc.integer({ min: 1, max: 12 }), (count, all, keys) => {
        const keyOf = (value: number) => value % keys
        const { inlets, router } = setUp(keyOf, count)
        for (const value of all) router.push(value)
        for (let key = 0; key < keys; key++) {
          const got = inlets.map((inlet) => inlet.values.filter((value) => keyOf(value) === key))
          expect(got.filter(({ length }) => length > 0).length).toBeLessThanOrEqual(1)
          expect(got.flat()).toEqual(all.filter((value) => keyOf(value) === key))
        }
        expect(inlets.flatMap((inlet) => inlet.values)).toHaveLength(all.length)
      }),
    )
  })

  it('spreads keys evenly, few as well as many', () => {
    fc.assert(
      fc.property(branches, fc.integer({ min: 1, max: 40 }), (count, keys) => {
        const { inlets, router } = setUp((value) => `key ${value}`, count)
        for (let key = 0; key < keys; key++) router.push(key)
        const loads = inlets.map(({ values }) => values.length)
        expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('may be anything, told apart as by a Map', () => {
    const of = [undefined, null, Number.NaN, Number.NaN, {}, {}, 0, -0]
    const { inlets, router } = setUp((value) => of[value], 8)
    for (const n of of.keys()) router.push(n)
    expect(inlets.map((inlet) => inlet.values)).toEqual([[0], [1], [2, 3], [4], [5], [6, 7], [], []])
  })

  it('of a branch that has ended goes nowhere else, where the state that belongs to it would be missing', () => {
    const { inlets, router } = setUp((value) => value % 2, 2)
    for (const value of [0, 1]) router.push(value)
    inlets[0]!.state = 'closed'
    for (const value of [2, 3]) router.push(value)
    expect(inlets.map((inlet) => inlet.values)).toEqual([[0], [1, 3]])
  })

  it('that is new goes to a branch that is still there', () => {
    const { inlets, router } = setUp((value) => value, 3)
    inlets[1]!.state = 'closed'
    for (let key = 0; key < 6; key++) router.push(key)
    expect(inlets.flatMap((inlet) => inlet.values).sort()).toEqual([0, 1, 2, 3, 4, 5])
  })

  it('lets through what its function throws', () => {
    const { router } = setUp(() => {
      throw new RangeError('of a route')
    }, 2)
    expect(() => router.push(1)).toThrow(new RangeError('of a route'))
  })
})

describe("'broadcast'", () => {
  it('brings all values to all branches that are there, those that nobody has subscribed yet too', () => {
    fc.assert(
      fc.property(branches, values, fc.nat(80), fc.nat(4), (count, all, at, which) => {
        const { inlets, router } = setUp('broadcast', count)
        const closing = inlets[which % count]!
        if (count > 1) inlets[(which + 1) % count]!.state = 'waiting'
        for (const [n, value] of all.entries()) {
          if (n === at) closing.state = 'closed'
          router.push(value)
        }
        for (const inlet of inlets) expect(inlet.values).toEqual(inlet === closing ? all.slice(0, at) : all)
      }),
    )
  })
})

describe("'roundRobin'", () => {
  it('brings each value to the next branch', () => {
    fc.assert(
      fc.property(branches, values, (count, all) => {
        const { inlets, router } = setUp('roundRobin', count)
        for (const value of all) router.push(value)
        for (const [i, inlet] of inlets.entries())
          expect(inlet.values).toEqual(all.filter((_, n) => n % count === i))
      }),
    )
  })

  it('passes over those that have ended', () => {
    const { inlets, router } = setUp('roundRobin', 3)
    inlets[1]!.state = 'closed'
    for (let n = 0; n < 4; n++) router.push(n)
    expect(inlets.map((inlet) => inlet.values)).toEqual([[0, 2], [], [1, 3]])
  })
})

describe("'balance'", () => {
  type Step =
    | { do: 'push'; count: number }
    | { do: 'deal'; which: number; count: number }
    | { do: 'close' | 'open' | 'grow'; which: number }

  const step: fc.Arbitrary<Step> = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ do: fc.constant('push' as const), count: fc.integer({ min: 1, max: 90 }) }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('deal' as const),
        which: fc.nat(4),
        count: fc.integer({ min: 1, max: 90 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constantFrom('close' as const, 'open' as const, 'grow' as const),
        which: fc.nat(4),
      }),
    },
  )

  it('loses and doubles nothing, keeps the order in each branch, and gives no branch more than it has room for', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 5 }),
        fc.array(step, { maxLength: 60 }),
        (capacities, steps) => {
          const inlets = capacities.map((capacity) => new TestInlet(capacity))
          inlets[0]!.state = 'waiting'
          const router = new Router<number>(inlets, 'balance')
          let pushed = 0
          const check = () => {
            const got = inlets.flatMap((inlet) => inlet.values)
            expect(router.isEmpty).toBe(got.length === pushed)
            for (const inlet of inlets) {
              expect(inlet.load).toBeLessThanOrEqual(inlet.capacity)
              expect(inlet.values).toEqual([...inlet.values].sort((a, b) => a - b))
            }
            // First come, first served: what waits came after all that was given out.
            expect([...got].sort((a, b) => a - b)).toEqual(Array.from(got, (_, n) => n))
            const hasRoom = inlets.some((inlet) => inlet.state === 'open' && inlet.hasRoom)
            if (hasRoom) expect(router.isEmpty).toBe(true)
            expect(router.demand.open).toBe(hasRoom)
          }
          for (const each of steps) {
            if (each.do === 'push') for (let i = 0; i < each.count; i++) router.push(pushed++)
            else {
              const inlet = inlets[each.which % inlets.length]!
              if (each.do === 'deal') inlet.done = Math.min(inlet.values.length, inlet.done + each.count)
              else if (each.do === 'close') inlet.state = 'closed'
              else if (each.do === 'open' && inlet.state === 'waiting') inlet.state = 'open'
              else if (each.do === 'grow') inlet.capacity += 10
              router.changed()
            }
            check()
          }
          inlets[0]!.state = 'open'
          inlets[0]!.capacity = Number.POSITIVE_INFINITY
          router.changed()
          check()
        },
      ),
    )
  })

  it('gives each value to who has the least in hand, of equals to each in turn', () => {
    const { inlets, router } = setUp('balance', 3)
    for (let n = 0; n < 6; n++) router.push(n)
    expect(inlets.map((inlet) => inlet.values)).toEqual([
      [0, 3],
      [1, 4],
      [2, 5],
    ])
    inlets[1]!.done = 2
    router.push(6)
    router.push(7)
    expect(inlets[1]!.values).toEqual([1, 4, 6, 7])
  })

  it('keeps what comes while no branch has been subscribed', () => {
    const { inlets, router } = setUp('balance', 2)
    for (const inlet of inlets) inlet.state = 'waiting'
    router.push(1)
    expect(router.isEmpty).toBe(false)
    expect(router.demand.open).toBe(false)
    inlets[1]!.state = 'open'
    router.changed()
    expect(inlets.map((inlet) => inlet.values)).toEqual([[], [1]])
  })
})

describe('the demand', () => {
  it.each(['roundRobin', 'broadcast', (value: number) => value] as const)(
    'is that of the slowest branch which somebody reads (%s)',
    (route) => {
      const { inlets, router } = setUp(route, 3, 1)
      expect(router.demand.open).toBe(true)
      inlets[1]!.push(0)
      expect(router.demand.open).toBe(false)
      // Nobody reads it: it would wait for ever.
      inlets[1]!.state = 'waiting'
      expect(router.demand.open).toBe(true)
      inlets[1]!.state = 'open'
      expect(router.demand.open).toBe(false)
      inlets[1]!.state = 'closed'
      expect(router.demand.open).toBe(true)
      for (const inlet of inlets) inlet.state = 'closed'
      expect(router.demand.open).toBe(false)
    },
  )

  it.each(['roundRobin', 'broadcast', (value: number) => value] as const)(
    'goes on where the slowest only waits for a value of one that has nothing to do (%s)',
    (route) => {
      const { inlets, router } = setUp(route, 2, 2)
      for (let n = 0; n < 2; n++) inlets[0]!.push(n)
      expect(router.demand.open).toBe(false)
      inlets[0]!.waitsForOthers = true
      expect(router.demand.open).toBe(true)
      inlets[1]!.push(2)
      expect(router.demand.open).toBe(false)
    },
  )

  it('wakes the source when a branch has room again, and counts what has come', () => {
    const { inlets, router } = setUp('roundRobin', 1, 1)
    const wake = vi.fn()
    router.demand.onOpen(wake)
    router.push(0)
    expect(router.demand.open).toBe(false)
    router.changed()
    expect(wake).not.toHaveBeenCalled()
    inlets[0]!.done = 1
    router.changed()
    expect(wake).toHaveBeenCalledTimes(1)
    expect(router.demand.received).toBe(1)
  })
})
