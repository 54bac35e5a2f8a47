import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { Outlet } from '../../lib/flow/outlet.js'
import type { Sequencer } from '../../lib/flow/reorder.js'
import { Arrival, Reorder } from '../../lib/flow/reorder.js'
import type { Notification } from '../support/recorder.js'
import { Recorder } from '../support/recorder.js'

/** What becomes of neighbouring items that a thread reports together. */
type Unit =
  /** So many items with one result each. */
  | { kind: 'run'; items: number }
  /** One item: so many values in each of its messages, and how it ends. */
  | { kind: 'item'; parts: number[]; fails: boolean }

/** One report. */
interface Report {
  /** How many values come with it. */
  readonly count: number
  readonly tell: (sequencer: Sequencer<string>) => void
}

const unit: fc.Arbitrary<Unit> = fc.oneof(
  fc.record({ kind: fc.constant('run' as const), items: fc.integer({ min: 1, max: 6 }) }),
  fc.record({
    kind: fc.constant('item' as const),
    parts: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }),
    fails: fc.constant(false),
  }),
)
const failingUnit: fc.Arbitrary<Unit> = fc.record({
  kind: fc.constant('item' as const),
  parts: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }),
  fails: fc.constant(true),
})

/** Units, and the order in which their reports come: each unit's own are in order. */
function arrivals(of: fc.Arbitrary<Unit>) {
  return fc.array(of, { maxLength: 25 }).chain((units) => {
    const turns = units.flatMap((each, i) => (each.kind === 'run' ? [i] : [...each.parts.map(() => i), i]))
    return fc.record({
      units: fc.constant(units),
      turns: fc.shuffledSubarray(turns, { minLength: turns.length, maxLength: turns.length }),
    })
  })
}

/** The reports of these units, and all that has to come of them. */
function plan(units: readonly Unit[], taken: (name: string, count: number) => void = () => {}) {
  const expected: Notification<string>[] = []
  const reports: Report[][] = []
  let item = 0
  let failed = false
  const expectValues = (values: readonly string[]) => {
    if (!failed) expected.push(...values.map((next) => ({ next })))
  }
  for (const each of units) {
    const first = item
    if (each.kind === 'run') {
      const values = Array.from({ length: each.items }, () => `of ${item++}`)
      reports.push([{ count: values.length, tell: (to) => to.run(first, values) }])
      expectValues(values)
      continue
    }
    item++
    let n = 0
    const own: Report[] = each.parts.map((count) => {
      const values = Array.from({ length: count }, () => `${n++} of ${first}`)
      expectValues(values)
      return { count, tell: (to) => to.part(first, values, (some) => taken(`${first}`, some)) }
    })
    own.push({
      count: 0,
      tell: (to) => (each.fails ? to.fail(first, `error of ${first}`) : to.complete(first)),
    })
    reports.push(own)
    if (each.fails && !failed) {
      failed = true
      expected.push({ error: `error of ${first}` })
    }
  }
  return { expected, reports }
}

/** Tells reports in this order. */
function* inOrder(reports: readonly Report[][], turns: readonly number[]): Generator<Report> {
  const next = reports.map(() => 0)
  for (const turn of turns) yield reports[turn]![next[turn]!++]!
}

describe('Reorder', () => {
  it('puts outcomes that come in any order back into that of their items, each once', () => {
    fc.assert(
      fc.property(arrivals(unit), ({ units, turns }) => {
        const recorder = new Recorder<string>()
        const sequencer = new Reorder(new Outlet(recorder, undefined, () => {}))
        const { expected, reports } = plan(units)
        let arrived = 0
        for (const report of inOrder(reports, turns)) {
          report.tell(sequencer)
          arrived += report.count
          expect(sequencer.held).toBe(arrived - recorder.values.length)
        }
        expect(recorder.notifications).toEqual(expected)
        expect(sequencer.held).toBe(0)
      }),
      { numRuns: 500 },
    )
  })

  it('ends with the first failure in the order of the items, after the values before it', () => {
    fc.assert(
      fc.property(
        arrivals(fc.oneof({ weight: 5, arbitrary: unit }, { weight: 1, arbitrary: failingUnit })),
        ({ units, turns }) => {
          const recorder = new Recorder<string>()
          const sequencer = new Reorder(recorderAsOutput(recorder))
          const { expected, reports } = plan(units)
          for (const report of inOrder(reports, turns)) report.tell(sequencer)
          expect(recorder.notifications).toEqual(expected)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('lets no value wait that could go out', () => {
    fc.assert(
      fc.property(arrivals(unit), ({ units, turns }) => {
        const recorder = new Recorder<string>()
        const sequencer = new Reorder(new Outlet(recorder, undefined, () => {}))
        const { expected, reports } = plan(units)
        const come = units.map(() => ({ values: 0, reports: 0 }))
        const coming = inOrder(reports, turns)
        for (const turn of turns) {
          const report = coming.next().value!
          report.tell(sequencer)
          come[turn]!.values += report.count
          come[turn]!.reports++
          // All up to the first unit that hasn't ended, and what that one has brought so far.
          const open = come.findIndex(({ reports: told }, i) => told < reports[i]!.length)
          const front = come.slice(0, open === -1 ? come.length : open + 1)
          const count = front.reduce((sum, { values }) => sum + values, 0)
          expect(recorder.notifications).toEqual(expected.slice(0, count))
        }
      }),
    )
  })

  it('keeps the order when taking a value brings more outcomes', () => {
    fc.assert(
      fc.property(arrivals(unit), fc.array(fc.nat(3), { maxLength: 60 }), ({ units, turns }, script) => {
        const reactions = [...script]
        const recorder = new Recorder<string>()
        const sequencer = new Reorder(new Outlet(recorder, undefined, () => {}))
        const { expected, reports } = plan(units)
        const coming = inOrder(reports, turns)
        const tellNext = () => {
          const { done, value } = coming.next()
          if (!done) value.tell(sequencer)
          return !done
        }
        recorder.react = () => {
          for (let i = reactions.shift() ?? 0; i > 0; i--) tellNext()
        }
        while (tellNext());
        expect(recorder.notifications).toEqual(expected)
        expect(sequencer.held).toBe(0)
      }),
      { numRuns: 1000 },
    )
  })

  it('tells each item how many of its values have gone out', () => {
    fc.assert(
      fc.property(arrivals(unit), ({ units, turns }) => {
        const taken = new Map<string, number>()
        const { reports } = plan(units, (name, count) => taken.set(name, (taken.get(name) ?? 0) + count))
        const sequencer = new Reorder(new Outlet(new Recorder<string>(), undefined, () => {}))
        for (const report of inOrder(reports, turns)) report.tell(sequencer)
        let item = 0
        for (const each of units) {
          if (each.kind === 'item') {
            const count = each.parts.reduce((sum, part) => sum + part, 0)
            expect(taken.get(`${item}`) ?? 0).toBe(count)
          }
          item += each.kind === 'run' ? each.items : 1
        }
      }),
    )
  })

  it('lets an item at the front emit as it goes', () => {
    const emit = vi.fn()
    const sequencer = new Reorder<string>({ emit, error: () => {} })
    sequencer.part(0, ['a'])
    expect(emit).toHaveBeenLastCalledWith(['a'], undefined)
    sequencer.part(1, ['c'])
    expect(sequencer.held).toBe(1)
    sequencer.part(0, ['b'])
    expect(emit).toHaveBeenLastCalledWith(['b'], undefined)
    sequencer.complete(0)
    // Not ended yet, but at the front now.
    expect(emit).toHaveBeenLastCalledWith(['c'], undefined)
    expect(sequencer.held).toBe(0)
  })
})

describe('Arrival', () => {
  it('lets all go as it comes', () => {
    fc.assert(
      fc.property(arrivals(unit), ({ units, turns }) => {
        const recorder = new Recorder<string>()
        const sequencer = new Arrival(recorderAsOutput(recorder))
        const { expected, reports } = plan(units)
        let arrived = 0
        for (const report of inOrder(reports, turns)) {
          report.tell(sequencer)
          arrived += report.count
          expect(recorder.values).toHaveLength(arrived)
          expect(sequencer.held).toBe(0)
        }
        const inAnyOrder = (all: readonly Notification<string>[]) =>
          all.map((each) => JSON.stringify(each)).sort()
        expect(inAnyOrder(recorder.notifications)).toEqual(inAnyOrder(expected))
      }),
    )
  })

  it('fails as soon as an item does', () => {
    const recorder = new Recorder<string>()
    const sequencer = new Arrival(recorderAsOutput(recorder))
    sequencer.run(5, ['five'])
    sequencer.fail(3, 'of three')
    expect(recorder.notifications).toEqual([{ next: 'five' }, { error: 'of three' }])
  })
})

/** Not an {@link Outlet}, which would keep what comes after an error to itself. */
function recorderAsOutput(recorder: Recorder<string>) {
  return {
    emit: (values: readonly string[], taken?: (count: number) => void) => {
      for (const value of values) recorder.next(value)
      taken?.(values.length)
    },
    error: (error: unknown) => recorder.error(error),
  }
}
