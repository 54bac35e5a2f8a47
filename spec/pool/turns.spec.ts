import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BatchSize } from '../../lib/flow/batchSize.js'
import type { Work } from '../../lib/flow/work.js'
import { roomOf } from '../../lib/pool/placement.js'
import { Turns } from '../../lib/pool/turns.js'

interface Asking {
  pin?: number
  alone?: boolean
  again?: boolean
  batchSize?: BatchSize
}

const size = new BatchSize()
const work = ({ pin, alone = false, again = false, batchSize = size }: Asking = {}) =>
  ({ pin, alone, again, batchSize }) as Work

function turnsOf(works: readonly Work[]): Turns {
  const turns = new Turns(roomOf)
  for (const each of works) turns.add(each)
  return turns
}

/** Who is asked, when there is room for so many. */
function asked(turns: Turns, room: (work: Work) => boolean): Work[] {
  const found: Work[] = []
  turns.pass((work) => {
    found.push(work)
    if (!room(work)) return true
    turns.delete(work)
    return false
  })
  return found
}

describe('turns', () => {
  it('come in the order in which work came', () => {
    const works = [work(), work({ pin: 1 }), work()]
    const turns = turnsOf(works)
    turns.add(works[0]!)
    expect(turns.size).toBe(3)
    expect(asked(turns, () => true)).toEqual(works)
    expect(turns.size).toBe(0)
  })

  it('end, of any number, with the first that finds no room, where all ask for the same', () => {
    const works = Array.from({ length: 1000 }, () => work())
    const turns = turnsOf(works)
    let room = 2
    expect(asked(turns, () => room-- > 0)).toEqual(works.slice(0, 3))
    expect(asked(turns, () => false)).toEqual([works[2]])
  })

  it('go on to those who ask for something else', () => {
    const other = work({ batchSize: new BatchSize(1) })
    const works = [work(), work(), other, work()]
    expect(asked(turnsOf(works), (one) => one === other)).toEqual([works[0], other])
  })

  it.each([
    ['a thread of its own choice', { pin: 0 }],
    ['a thread of its own', { alone: true }],
    ['what others wait for', { again: true }],
  ])('are had by each who asks for %s', (_, asking) => {
    const works = [work(), work(asking), work(), work(asking), work()]
    expect(asked(turnsOf(works), () => false)).toEqual([works[0], works[1], works[3]])
  })

  it('are had by whoever asks for something else than when it came', () => {
    const changed = { ...work() } as { alone: boolean } & Work
    const turns = turnsOf([work(), work(), changed])
    changed.alone = true
    turns.add(changed)
    expect(asked(turns, () => false)).toContain(changed)
    changed.alone = false
    turns.add(changed)
    expect(asked(turns, () => false)).toHaveLength(1)
  })

  it('are had once more by who comes again in the midst', () => {
    const [one, two] = [work(), work()]
    const turns = turnsOf([one, two])
    const found: Work[] = []
    turns.pass((work) => {
      found.push(work)
      turns.delete(work)
      if (found.length < 4) turns.add(work)
      return false
    })
    expect(found).toEqual([one, two, one, two, one])
  })

  it('are had in the order of all, each as long as there is room for what it asks for', () => {
    const sizes = [size, new BatchSize(), new BatchSize(1)]
    const asking = fc.record({
      batchSize: fc.constantFrom(...sizes),
      pin: fc.option(fc.nat(1), { nil: undefined, freq: 4 }),
      again: fc.boolean(),
      /** Batches that it has. */
      batches: fc.integer({ min: 1, max: 3 }),
    })
    const passes = fc.array(fc.array(fc.nat(4), { minLength: 6, maxLength: 6 }), { minLength: 1 })
    fc.assert(
      fc.property(fc.array(asking, { maxLength: 20 }), passes, (all, passes) => {
        const works = all.map((each) => ({ ...work(each), waiting: each.batches }))
        type Each = (typeof works)[number]
        /** What it asks for: a thread for its batches, one of its own choice, or what others wait for. */
        const roomFor = (one: Each, rooms: number[]) => {
          const which = one.again ? 5 : one.pin === undefined ? sizes.indexOf(one.batchSize) : 3 + one.pin
          return rooms[which]!-- > 0
        }
        const turns = turnsOf(works)
        const row = new Set(works)
        for (const rooms of passes) {
          const given: Each[] = []
          const here = [...rooms]
          turns.pass((turn) => {
            const one = turn as Each
            if (!roomFor(one, here)) return true
            given.push(one)
            turns.delete(one)
            if (--one.waiting > 0) turns.add(one)
            return false
          })
          for (const one of works) one.waiting += given.filter((each) => each === one).length
          // As if each was asked, again and again, in its turn.
          const expected: Each[] = []
          const there = [...rooms]
          for (const one of row) {
            if (!roomFor(one, there)) continue
            expected.push(one)
            row.delete(one)
            if (--one.waiting > 0) row.add(one)
          }
          expect(given).toEqual(expected)
          expect([...turns]).toEqual([...row])
        }
      }),
    )
  })

  it('are those of all that wait, whoever comes and goes, and whenever', () => {
    const step = fc.record({ which: fc.nat(9), what: fc.constantFrom('add', 'delete', 'pass') })
    fc.assert(
      fc.property(fc.array(step), fc.array(fc.tuple(fc.nat(9), fc.boolean())), (steps, meanwhile) => {
        const works = Array.from({ length: 10 }, (_, i) => work(i % 3 === 0 ? { pin: i } : {}))
        const turns = new Turns(roomOf)
        const row = new Set<Work>()
        const change = (which: number, comes: boolean) => {
          const one = works[which]!
          if (comes) {
            turns.add(one)
            row.add(one)
          } else {
            turns.delete(one)
            row.delete(one)
          }
        }
        for (const { which, what } of steps) {
          if (what !== 'pass') change(which, what === 'add')
          else {
            const found: Work[] = []
            const left = [...meanwhile]
            turns.pass((work) => {
              found.push(work)
              expect(row).toContain(work)
              change(works.indexOf(work), false)
              const next = left.pop()
              if (next) change(...next)
              return false
            })
            // All found room.
            expect(row.size).toBe(0)
          }
          expect([...turns]).toEqual([...row])
          expect(turns.size).toBe(row.size)
        }
      }),
    )
  })
})
