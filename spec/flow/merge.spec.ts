import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Demand } from '../../lib/flow/demand.js'
import { DemandSignal, offeredDemand, Reader, waitsForOthers } from '../../lib/flow/demand.js'
import type { MergeInput, MergeOrder } from '../../lib/flow/merge.js'
import { Merge } from '../../lib/flow/merge.js'
import { Recorder, Room } from '../support/recorder.js'

/** A value that says where it comes from: two of one key are told apart. */
interface Value {
  readonly key: number
  readonly stream: number
  readonly n: number
}

const byKey = (a: Value, b: Value) => a.key - b.key

const keys = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 12 })
const streamsOf = (of: fc.Arbitrary<number[]>) =>
  fc
    .array(of, { maxLength: 5 })
    .map((all) => all.map((each, stream) => each.map((key, n): Value => ({ key, stream, n }))))
const sorted = keys.map((all) => all.sort((a, b) => a - b))

/** In what order streams bring their next value or end, and how much room comes in between. */
const schedule = fc.array(fc.record({ stream: fc.nat(4), room: fc.integer({ min: 0, max: 4 }) }), {
  maxLength: 120,
})

/** How many values of a stream may wait for others. */
const waitingMost = 256

function setUp<T>(
  order: MergeOrder<T>,
  { room, errors = 'first' }: { room?: Room; errors?: 'first' | 'last' } = {},
) {
  const recorder = new Recorder<T>()
  recorder.react = () => room?.take()
  return { merge: new Merge<T>(recorder, room?.demand, order, errors === 'first'), recorder }
}

/** Streams that are all there when the merge begins, as `fanOut`'s are. */
function begin<T>(merge: Merge<T>, count: number): MergeInput<T>[] {
  const inputs = Array.from({ length: count }, () => merge.add())
  merge.seal()
  merge.begin()
  return inputs
}

/** Brings all values through, in the order that the schedule says, and then in turns. */
function bringThrough(
  streams: readonly Value[][],
  order: MergeOrder<Value>,
  steps: readonly { stream: number; room: number }[],
  hasDemand: boolean,
): Recorder<Value> {
  const room = hasDemand ? new Room() : undefined
  const { merge, recorder } = setUp(order, { room })
  const inputs = begin(merge, streams.length)
  const left = streams.map((values) => [...values])
  const ended = streams.map(() => false)
  const next = (stream: number) => {
    if (ended[stream] !== false) return
    const value = left[stream]!.shift()
    if (value) return inputs[stream]!.next(value)
    ended[stream] = true
    inputs[stream]!.complete()
  }
  for (const step of steps) {
    next(step.stream)
    if (step.room > 0) room?.open(step.room)
  }
  room?.open()
  while (ended.includes(false)) for (const stream of streams.keys()) next(stream)
  return recorder
}

describe.each(['arrival', 'roundRobin', byKey] as const)('any order (%s)', (order: MergeOrder<Value>) => {
  it('loses and doubles nothing, keeps the order of each stream, and completes once, last', () => {
    fc.assert(
      fc.property(streamsOf(keys), schedule, fc.boolean(), (streams, steps, hasDemand) => {
        const { values, ends, notifications } = bringThrough(streams, order, steps, hasDemand)
        for (const [stream, expected] of streams.entries())
          expect(values.filter((value) => value.stream === stream)).toEqual(expected)
        expect(values).toHaveLength(streams.flat().length)
        expect(ends).toEqual(['complete'])
        expect(notifications.at(-1)).toBe('complete')
      }),
    )
  })

  it('brings everything from sources that read by demand', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(700), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 50 }),
        (lengths, grant) => {
          const room = new Room()
          const { merge, recorder } = setUp(order, { room })
          for (const [stream, input] of begin(merge, lengths.length).entries()) {
            let n = 0
            let ended = false
            const read = () => {
              while (!ended && input.demand!.open) {
                if (n < lengths[stream]!) input.next({ key: n, stream, n: n++ })
                else {
                  ended = true
                  input.complete()
                }
              }
            }
            input.demand!.onOpen(read)
            read()
          }
          // So many times that all must have come; to be held up is to fail.
          const total = lengths.reduce((sum, each) => sum + each, 0)
          for (let i = 0; i <= total && !recorder.closed; i++) room.open(grant)
          expect(recorder.values).toHaveLength(total)
          expect(recorder.ends).toEqual(['complete'])
        },
      ),
      { numRuns: 30 },
    )
  })

  it('completes at once when it is sealed without any stream', () => {
    const { merge, recorder } = setUp(order)
    merge.begin()
    expect(recorder.notifications).toEqual([])
    merge.seal()
    expect(recorder.notifications).toEqual(['complete'])
  })

  it("doesn't complete before it is sealed", () => {
    const { merge, recorder } = setUp(order)
    merge.begin()
    merge.add().complete()
    expect(recorder.notifications).toEqual([])
    merge.seal()
    expect(recorder.notifications).toEqual(['complete'])
  })

  it('emits nothing after it was cancelled', () => {
    const room = new Room()
    const { merge, recorder } = setUp(order, { room })
    const inputs = begin(merge, 2)
    for (const [stream, input] of inputs.entries()) input.next({ key: 0, stream, n: 0 })
    merge.cancel()
    for (const [stream, input] of inputs.entries()) {
      input.next({ key: 1, stream, n: 1 })
      input.complete()
    }
    room.open()
    expect(recorder.notifications).toEqual([])
  })

  it('fails with the first error at once, and then stays silent', () => {
    const { merge, recorder } = setUp(order, { room: new Room(1) })
    const [first, second] = begin(merge, 2)
    first!.next({ key: 1, stream: 0, n: 0 })
    first!.next({ key: 2, stream: 0, n: 1 })
    second!.error('of the second')
    first!.next({ key: 3, stream: 0, n: 2 })
    first!.error('of the first')
    expect(recorder.ends).toEqual([{ error: 'of the second' }])
    expect(recorder.notifications.at(-1)).toEqual({ error: 'of the second' })
  })

  it("with errors: 'last' lets the others finish, and then fails with the one error there was", () => {
    const { merge, recorder } = setUp(order, { errors: 'last' })
    const [first, second] = begin(merge, 2)
    first!.error('of the first')
    second!.next({ key: 1, stream: 1, n: 0 })
    expect(recorder.ends).toEqual([])
    second!.complete()
    expect(recorder.notifications).toEqual([{ next: { key: 1, stream: 1, n: 0 } }, { error: 'of the first' }])
  })

  it("with errors: 'last' makes one AggregateError of several, in the order in which they came", () => {
    const { merge, recorder } = setUp(order, { errors: 'last' })
    const [first, second, third] = begin(merge, 3)
    third!.error('of the third')
    first!.error('of the first')
    // As an error of what brings the streams.
    merge.fail('of the source')
    second!.complete()
    const [{ error }] = recorder.notifications as [{ error: AggregateError }]
    expect(recorder.notifications).toHaveLength(1)
    expect(error).toBeInstanceOf(AggregateError)
    expect(error.errors).toEqual(['of the third', 'of the first', 'of the source'])
    expect(error.message).toContain('3')
  })
})

describe("order: 'arrival'", () => {
  it('passes values on as they come', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(fc.nat(4)), (count, arrivals) => {
        const { merge, recorder } = setUp<number>('arrival')
        const inputs = begin(merge, count)
        for (const [n, stream] of arrivals.entries()) inputs[stream % count]!.next(n)
        expect(recorder.values).toEqual([...arrivals.keys()])
      }),
    )
  })

  it('offers its streams the room below, once what is held has gone out', () => {
    const room = new Room(1)
    const { merge, recorder } = setUp<number>('arrival', { room })
    const [first, second] = begin(merge, 2)
    expect(first!.demand!.open).toBe(true)
    let woken = 0
    second!.demand!.onOpen(() => {
      if (second!.demand!.open) woken++
    })
    // The second is one more than there was room for.
    for (const value of [1, 2]) first!.next(value)
    expect(second!.demand!.open).toBe(false)
    room.open(1)
    expect(recorder.values).toEqual([1, 2])
    expect(second!.demand!.open).toBe(false)
    expect(woken).toBe(0)
    room.open(1)
    expect(woken).toBe(1)
  })

  it('offers none where there is none below', () => {
    expect(setUp<number>('arrival').merge.add().demand).toBeUndefined()
  })

  it('passes on how much room there is below, and that it is unknown where it is', () => {
    const room = new Room(3)
    expect(setUp<number>('arrival', { room }).merge.add().demand!.room).toBeUndefined()
    const below = new DemandSignal(
      () => true,
      undefined,
      () => 7,
    )
    const merge = new Merge<number>(new Recorder<number>(), below, 'arrival', true)
    expect(merge.add().demand!.room).toBe(7)
  })
})

describe("order: 'roundRobin'", () => {
  /** One of each in turn; who has ended is passed over. */
  function inTurns<T>(streams: readonly (readonly T[])[]): T[] {
    const longest = Math.max(0, ...streams.map(({ length }) => length))
    return Array.from({ length: longest }, (_, n) =>
      streams.filter(({ length }) => n < length).map((s) => s[n]!),
    ).flat()
  }

  it('takes one of each in turn, in whatever order they come', () => {
    fc.assert(
      fc.property(streamsOf(keys), schedule, fc.boolean(), (streams, steps, hasDemand) => {
        expect(bringThrough(streams, 'roundRobin', steps, hasDemand).values).toEqual(inTurns(streams))
      }),
    )
  })

  it('waits until all that come at once have come', () => {
    const { merge, recorder } = setUp<string>('roundRobin')
    const first = merge.add()
    first.next('a1')
    first.next('a2')
    const second = merge.add()
    second.next('b1')
    expect(recorder.values).toEqual([])
    merge.begin()
    expect(recorder.values).toEqual(['a1', 'b1', 'a2'])
  })

  it('gives a stream that comes later its turn', () => {
    const { merge, recorder } = setUp<string>('roundRobin')
    merge.begin()
    const first = merge.add()
    for (const value of ['a1', 'a2']) first.next(value)
    const second = merge.add()
    for (const value of ['b1', 'b2']) second.next(value)
    for (const value of ['a3', 'a4']) first.next(value)
    expect(recorder.values.slice(0, 2)).toEqual(['a1', 'a2'])
    expect(recorder.values.slice(2).join(' ')).toMatch(/^(a3 b1 a4 b2|b1 a3 b2 a4|b1 a3 b2)$/)
  })
})

describe('a stream that is far ahead of the others', () => {
  it.each([
    [1, 256],
    [new Uint8Array(2 ** 20 - 8), 16],
    [new Uint8Array(40 * 2 ** 20), 1],
  ])('is paused at some number of values, or at some size', (value, most) => {
    const [ahead, other] = begin(setUp<unknown>('roundRobin').merge, 2)
    let sent = 0
    while (ahead!.demand!.open && sent < 1000) {
      ahead!.next(value)
      sent++
    }
    // The first goes out: it is its turn.
    expect(sent).toBe(1 + most)
    other!.next(value)
    other!.next(value)
    expect(ahead!.demand!.open).toBe(true)
  })
})

describe('order: a function', () => {
  it('makes one sorted stream of sorted ones, of equals those of earlier streams first', () => {
    fc.assert(
      fc.property(streamsOf(sorted), schedule, fc.boolean(), (streams, steps, hasDemand) => {
        const { values } = bringThrough(streams, byKey, steps, hasDemand)
        // Array.prototype.sort is stable, and streams stand in their order here.
        expect(values).toEqual(streams.flat().sort(byKey))
      }),
    )
  })

  it('emits nothing before every stream has shown its next value', () => {
    const { merge, recorder } = setUp<number>((a, b) => a - b)
    const [first, second, third] = begin(merge, 3)
    first!.next(1)
    second!.next(2)
    expect(recorder.values).toEqual([])
    third!.complete()
    expect(recorder.values).toEqual([1])
    first!.next(5)
    expect(recorder.values).toEqual([1, 2])
  })

  it('emits nothing while streams may still be added: theirs may be less', () => {
    const { merge, recorder } = setUp<number>((a, b) => a - b)
    merge.begin()
    merge.add().next(2)
    merge.add().next(1)
    expect(recorder.values).toEqual([])
    merge.seal()
    expect(recorder.values).toEqual([1])
  })

  it('fails when the function throws, and asks it nothing more', () => {
    let calls = 0
    const { merge, recorder } = setUp<number>(() => {
      calls++
      throw new RangeError('of a compare function')
    })
    const [first, second] = begin(merge, 2)
    for (let n = 0; n < 3; n++) {
      first!.next(n)
      second!.next(n)
    }
    first!.complete()
    second!.complete()
    expect(recorder.notifications).toEqual([{ error: new RangeError('of a compare function') }])
    expect(calls).toBe(1)
  })
})

describe.each(['roundRobin', (a: number, b: number) => a - b] as const)(
  'what waits for others (%s)',
  (order) => {
    it('is bounded, and is let go on when the others have come', () => {
      const { merge, recorder } = setUp<number>(order)
      const [first, second] = begin(merge, 2)
      let sent = 0
      const send = () => {
        while (first!.demand!.open && sent < 10_000) first!.next(sent++)
      }
      first!.demand!.onOpen(send)
      send()
      const shown = recorder.values.length
      expect(sent - shown).toBe(waitingMost)
      expect(second!.demand!.open).toBe(true)
      for (let n = 0; n < 100; n++) second!.next(n)
      expect(recorder.values.length).toBeGreaterThanOrEqual(199)
      expect(sent).toBeGreaterThanOrEqual(waitingMost + 99)
      expect(sent).toBeLessThanOrEqual(waitingMost + 102)
    })

    it('says so, while the one that it waits for says that it may go on', () => {
      const { merge } = setUp<number>(order, { room: new Room(1000) })
      const [first, second] = begin(merge, 2)
      expect(waitsForOthers(first!.demand)).toBe(false)
      while (first!.demand!.open) first!.next(1)
      expect(waitsForOthers(first!.demand)).toBe(true)
      expect(waitsForOthers(second!.demand)).toBe(false)
      second!.next(1)
      expect(waitsForOthers(first!.demand)).toBe(false)
    })

    it("isn't said to wait for others when there is no room below", () => {
      const { merge } = setUp<number>(order, { room: new Room() })
      const [first] = begin(merge, 2)
      expect(first!.demand!.open).toBe(false)
      expect(waitsForOthers(first!.demand)).toBe(false)
    })

    it('calls back who begins to wait for others', () => {
      const { merge } = setUp<number>(order)
      const [first] = begin(merge, 2)
      let told = 0
      first!.demand!.onOpen(() => {
        if (waitsForOthers(first!.demand)) told++
      })
      for (let n = 0; n < waitingMost + 1; n++) {
        first!.next(n)
        void first!.demand!.open
      }
      first!.next(0)
      expect(told).toBeGreaterThan(0)
    })
  },
)

describe.each(['arrival', 'roundRobin', (a: number, b: number) => a - b] as const)(
  'with inner sources below (%s)',
  (order) => {
    it('asks for no more than they leave room for', () => {
      // As with concatMap: values are put aside until the inner source of the first has ended.
      const below: Demand = { open: true, received: 0, room: 10, onOpen: () => () => {} }
      const recorder = new Recorder<number>()
      recorder.react = () => {
        if (recorder.values.length === 1) void new Reader(offeredDemand(), () => {})
      }
      const inputs = begin(new Merge<number>(recorder, below, order, true), 2)
      let sent = 0
      for (let n = 0; n < 5000; n++) {
        for (const input of inputs) {
          if (!input.demand!.open) continue
          input.next(n)
          sent++
        }
      }
      expect(sent).toBeLessThanOrEqual(2 * waitingMost + 10)
    })
  },
)
