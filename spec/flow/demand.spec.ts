import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import type { Demand } from '../../lib/flow/demand.js'
import { DemandSignal, offerDemand, offeredDemand, Reader, waitsForOthers } from '../../lib/flow/demand.js'
import { Room } from '../support/recorder.js'

const demandOf = (parts: Partial<Demand>): Demand => ({
  open: true,
  received: 0,
  onOpen: () => () => {},
  ...parts,
})

describe('offerDemand', () => {
  it('offers nothing outside of it', () => {
    expect(offeredDemand()).toBeUndefined()
  })

  it('returns what its function returns', () => {
    expect(offerDemand(undefined, () => 'returned')).toBe('returned')
  })

  it('nests: each level sees its own, and what was there before is there after, even when one throws', () => {
    interface Level {
      hides: boolean
      throws: boolean
      inner: Level[]
    }
    const level = (depth: number): fc.Arbitrary<Level> =>
      fc.record({
        hides: fc.boolean(),
        throws: fc.boolean(),
        inner: depth === 0 ? fc.constant([]) : fc.array(level(depth - 1), { maxLength: 3 }),
      })
    fc.assert(
      fc.property(level(3), (outermost) => {
        const enter = ({ hides, throws, inner }: Level): void => {
          const before = offeredDemand()
          const mine = hides ? undefined : demandOf({})
          const subscribe = () => {
            for (const each of inner) {
              expect(offeredDemand()).toBe(mine)
              enter(each)
            }
            expect(offeredDemand()).toBe(mine)
            if (throws) throw new Error('of a subscription')
          }
          if (throws) expect(() => offerDemand(mine, subscribe)).toThrow('of a subscription')
          else offerDemand(mine, subscribe)
          expect(offeredDemand()).toBe(before)
        }
        enter(outermost)
        expect(offeredDemand()).toBeUndefined()
      }),
    )
  })
})

describe('waitsForOthers', () => {
  it('is said only of a demand that is closed, and only for that', () => {
    expect(waitsForOthers(undefined)).toBe(false)
    expect(waitsForOthers(demandOf({ open: true, waitsForOthers: true }))).toBe(false)
    expect(waitsForOthers(demandOf({ open: false }))).toBe(false)
    expect(waitsForOthers(demandOf({ open: false, waitsForOthers: true }))).toBe(true)
  })
})

describe('DemandSignal', () => {
  it('wakes a source when it has seen it closed, and only then', () => {
    const room = new Room(1)
    const wake = vi.fn()
    room.demand.onOpen(wake)
    room.open(1)
    expect(wake).not.toHaveBeenCalled()
    room.shut()
    expect(room.demand.open).toBe(false)
    room.demand.update()
    expect(wake).not.toHaveBeenCalled()
    room.open(1)
    room.demand.update()
    expect(wake).toHaveBeenCalledTimes(1)
  })

  it('no longer wakes who has stopped listening, not even in the midst of waking', () => {
    const room = new Room()
    const woken: string[] = []
    room.demand.onOpen(() => {
      woken.push('first')
      stopSecond()
    })
    const stopSecond = room.demand.onOpen(() => woken.push('second'))
    room.demand.onOpen(() => woken.push('third'))
    expect(room.demand.open).toBe(false)
    room.open(10)
    expect(woken).toEqual(['first', 'third'])
  })

  it('gives each of several sources its turn, however much room comes at once', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 7 }).chain((sources) =>
          fc.record({
            sources: fc.constant(sources),
            grants: fc.array(fc.integer({ min: 1, max: sources }), { maxLength: 60 }),
          }),
        ),
        ({ sources, grants }) => {
          const room = new Room()
          const got = Array.from({ length: sources }, () => 0)
          for (let source = 0; source < sources; source++)
            room.demand.onOpen(() => {
              if (!room.demand.open) return
              room.take()
              got[source]!++
              // As every source does that would go on while it may.
              void room.demand.open
            })
          expect(room.demand.open).toBe(false)
          for (const grant of grants) {
            room.open(grant)
            expect(Math.max(...got) - Math.min(...got)).toBeLessThanOrEqual(1)
            expect(room.left).toBe(0)
          }
        },
      ),
    )
  })

  it('wakes sources that take all the room in turn', () => {
    const room = new Room()
    const turns: string[] = []
    for (const name of ['a', 'b', 'c'])
      room.demand.onOpen(() => {
        turns.push(name)
        while (room.demand.open) room.take()
      })
    expect(room.demand.open).toBe(false)
    for (let i = 0; i < 7; i++) room.open(3)
    expect(turns.join('')).toBe('abcabca')
  })

  it('tells that it waits for others while it is closed', () => {
    let open = true
    let waits = false
    const demand = new DemandSignal(
      () => open,
      () => waits,
    )
    const told = vi.fn()
    demand.onOpen(told)
    demand.tellWaiting()
    waits = true
    demand.tellWaiting()
    expect(told).not.toHaveBeenCalled()
    open = false
    expect(demand.open).toBe(false)
    demand.tellWaiting()
    expect(told).toHaveBeenCalledTimes(1)
    expect(demand.waitsForOthers).toBe(true)
  })

  it('counts room where its owner does, and has some otherwise', () => {
    expect(
      new DemandSignal(
        () => true,
        undefined,
        () => 3,
      ).room,
    ).toBe(3)
    expect(new DemandSignal(() => true).room).toBeUndefined()
    expect(new DemandSignal(() => true).waitsForOthers).toBe(false)
  })
})

describe('Reader', () => {
  /** Emits a value, of which that becomes. */
  function emit(reader: Reader, becomes: () => void): void {
    reader.emit({ next: becomes }, undefined)
  }

  /** A source inside of what `outer` emits, subscribed as its value is taken. */
  function innerOf(outer: Reader, demand: Demand | undefined): Reader {
    let inner: Reader | undefined
    emit(outer, () => {
      offerDemand(
        demand,
        () => {
          inner = new Reader(demand, () => {})
        },
        outer,
      )
    })
    return inner!
  }

  it('reads as it likes where nobody has offered a demand', () => {
    const reader = new Reader(undefined, () => {})
    expect(reader.mayRead).toBe(true)
    innerOf(reader, undefined)
    expect(reader.mayRead).toBe(true)
  })

  it('reads while the demand is open', () => {
    const room = new Room()
    const reader = new Reader(room.demand, () => {})
    expect(reader.mayRead).toBe(false)
    room.open(1)
    expect(reader.mayRead).toBe(true)
  })

  it('begins only as many inner sources as there is room for what they bring', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), (count) => {
        const demand = demandOf({ room: count })
        const reader = new Reader(demand, () => {})
        let begun = 0
        for (; reader.mayRead && begun < 100; begun++) innerOf(reader, demand)
        expect(begun).toBe(count)
      }),
    )
  })

  it('reads no further when a value only waits for an inner source to end, and goes on after it', async () => {
    const demand = demandOf({ room: 10 })
    const wake = vi.fn()
    const reader = new Reader(demand, wake)
    const inner = innerOf(reader, demand)
    expect(reader.mayRead).toBe(true)
    // Neither emitted downstream nor subscribed: concatMap has put it aside.
    emit(reader, () => {})
    expect(reader.mayRead).toBe(false)
    inner.end()
    // What its end brings about comes first.
    expect(wake).not.toHaveBeenCalled()
    await Promise.resolve()
    expect(wake).toHaveBeenCalledTimes(1)
    expect(reader.mayRead).toBe(true)
  })

  it('reads on when a value was taken, though inner sources are open', () => {
    const counted = new DemandSignal(
      () => true,
      undefined,
      () => 10,
    )
    const reader = new Reader(counted, () => {})
    innerOf(reader, counted)
    emit(reader, () => counted.received++)
    expect(reader.mayRead).toBe(true)
  })

  it('may emit as many in a row as there is room for, and asks for each where that is not told or inner sources are open', () => {
    const counted = new DemandSignal(
      () => true,
      undefined,
      () => 10,
    )
    counted.received = 5
    const reader = new Reader(counted, () => {})
    expect(reader.limit).toBe(15)
    expect(reader.mayGoOn(15)).toBe(true)
    counted.received = 15
    expect(reader.mayGoOn(15)).toBe(false)
    expect(new Reader(new DemandSignal(() => true), () => {}).limit).toBe(1)
    const free = new Reader(undefined, () => {})
    expect(free.mayGoOn(free.limit)).toBe(true)
    innerOf(reader, counted)
    expect(reader.limit).toBe(16)
    expect(reader.mayGoOn(16)).toBe(false)
  })

  it('ends once, however often that is said', async () => {
    const demand = demandOf({ room: 2 })
    const wake = vi.fn()
    const reader = new Reader(demand, wake)
    const inner = innerOf(reader, demand)
    innerOf(reader, demand)
    inner.end()
    inner.end()
    await Promise.resolve()
    expect(wake).toHaveBeenCalledTimes(1)
    innerOf(reader, demand)
    expect(reader.mayRead).toBe(false)
  })

  it('that has ended is stood in for by the one around it', async () => {
    const demand = demandOf({ room: 10 })
    const wake = vi.fn()
    const outermost = new Reader(demand, wake)
    const middle = innerOf(outermost, demand)
    middle.end()
    await Promise.resolve()
    wake.mockClear()
    // As with concat: the first one's completion subscribes the second, which is the outermost's inner source now.
    const next = innerOf(middle, demand)
    emit(outermost, () => {})
    expect(outermost.mayRead).toBe(false)
    next.end()
    await Promise.resolve()
    expect(wake).toHaveBeenCalledTimes(1)
    expect(outermost.mayRead).toBe(true)
  })
})
