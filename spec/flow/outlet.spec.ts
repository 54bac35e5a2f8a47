import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import type { Demand } from '../../lib/flow/demand.js'
import { offeredDemand } from '../../lib/flow/demand.js'
import { Outlet } from '../../lib/flow/outlet.js'
import { Recorder, Room } from '../support/recorder.js'

/** An outlet of numbers, what came out of it, and the room below it. */
function setUp(room: Room | undefined = undefined) {
  const recorder = new Recorder<number>()
  recorder.react = () => room?.take()
  const drained = vi.fn()
  return { outlet: new Outlet<number>(recorder, room?.demand, drained), recorder, drained }
}

type Step =
  | { do: 'emit'; count: number }
  | { do: 'open'; count: number }
  | { do: 'shut' }
  | { do: 'complete' }

const flowing: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('emit' as const), count: fc.integer({ min: 0, max: 5 }) }),
  fc.record({ do: fc.constant('open' as const), count: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ do: fc.constant('shut' as const) }),
)
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: flowing },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('complete' as const) }) },
)

describe('Outlet', () => {
  it('lets all values out once, in order, while there is room, and completes last', () => {
    const property = fc.property(
      fc.array(flowing, { maxLength: 40 }),
      // What the receiver does as it takes its first values, in their order.
      fc.array(fc.option(anyStep), { maxLength: 25 }),
      fc.boolean(),
      (steps, script, hasDemand) => {
        const reactions = [...script]
        const room = hasDemand ? new Room() : undefined
        const { outlet, recorder } = setUp(room)
        let emitted = 0
        let taken = 0
        let completed = false
        const run = (step: Step) => {
          if (step.do === 'open') room?.open(step.count)
          else if (step.do === 'shut') room?.shut()
          else if (step.do === 'complete') {
            completed = true
            outlet.complete()
          } else if (!completed) {
            const first = emitted
            emitted += step.count
            outlet.emit(
              Array.from({ length: step.count }, (_, i) => first + i),
              (count) => {
                expect(count).toBeGreaterThan(0)
                taken += count
              },
            )
          }
        }
        recorder.react = () => {
          room?.take()
          const reaction = reactions.shift()
          if (reaction) run(reaction)
        }
        for (const step of steps) {
          run(step)
          expect(outlet.held).toBe(emitted - recorder.values.length)
          expect(taken).toBe(recorder.values.length)
          // Nothing waits while there is room for it.
          if (room === undefined || room.left > 0) expect(outlet.held).toBe(0)
        }
        reactions.length = 0
        if (!completed) outlet.complete()
        expect(recorder.closed).toBe(outlet.held === 0)
        room?.open()
        expect(recorder.values).toEqual(Array.from({ length: emitted }, (_, i) => i))
        expect(recorder.notifications.slice(emitted)).toEqual(['complete'])
        expect(taken).toBe(emitted)
        expect(outlet.held).toBe(0)
      },
    )
    fc.assert(property, { numRuns: 500 })
  })

  it('completes without room where no value waits', () => {
    const { outlet, recorder } = setUp(new Room())
    outlet.complete()
    expect(recorder.notifications).toEqual(['complete'])
  })

  it('says when values that were held have gone out', () => {
    const room = new Room()
    const { outlet, drained } = setUp(room)
    outlet.emit([1, 2])
    expect(drained).not.toHaveBeenCalled()
    room.open(2)
    expect(drained).toHaveBeenCalledTimes(1)
    expect(outlet.held).toBe(0)
  })

  it('offers the demand from below while it notifies, and at no other time', () => {
    const room = new Room(3)
    const recorder = new Recorder<number>()
    const offered: (Demand | undefined)[] = []
    recorder.react = () => offered.push(offeredDemand())
    const outlet = new Outlet<number>(recorder, room.demand, () => {})
    outlet.emit([1, 2])
    expect(offered).toEqual([room.demand, room.demand])
    expect(offeredDemand()).toBeUndefined()
  })

  it('emits nothing to who no longer listens', () => {
    const { outlet, recorder } = setUp()
    recorder.react = () => {
      recorder.closed = true
    }
    outlet.emit([1, 2])
    outlet.emit([3])
    expect(recorder.values).toEqual([1])
  })

  it('recovers from a receiver that throws', () => {
    const { outlet, recorder } = setUp()
    recorder.react = () => {
      throw new Error('of a receiver')
    }
    expect(() => outlet.emit([1])).toThrow('of a receiver')
    recorder.react = () => {}
    outlet.emit([2])
    expect(recorder.values).toEqual([1, 2])
  })
})

describe('an error', () => {
  it('comes after the values before it', () => {
    const room = new Room()
    const { outlet, recorder } = setUp(room)
    outlet.emit([1, 2])
    outlet.error('failed')
    expect(recorder.notifications).toEqual([])
    room.open()
    expect(recorder.notifications).toEqual([{ next: 1 }, { next: 2 }, { error: 'failed' }])
  })

  it('is the first end that was told', () => {
    const room = new Room()
    const { outlet, recorder } = setUp(room)
    outlet.emit([1])
    outlet.error('first')
    outlet.error('second')
    outlet.complete()
    room.open()
    expect(recorder.ends).toEqual([{ error: 'first' }])
  })

  it('lets no more values in, though it may wait for those before it', () => {
    const room = new Room()
    const { outlet, recorder } = setUp(room)
    outlet.emit([1])
    outlet.error('failed')
    outlet.emit([2])
    room.open()
    outlet.emit([3])
    expect(recorder.notifications).toEqual([{ next: 1 }, { error: 'failed' }])
    expect(outlet.held).toBe(0)
  })
})

describe('abort', () => {
  it('fails at once, without what is held', () => {
    const room = new Room(1)
    const { outlet, recorder } = setUp(room)
    outlet.emit([1, 2, 3])
    outlet.abort('at once')
    expect(recorder.notifications).toEqual([{ next: 1 }, { error: 'at once' }])
    expect(outlet.held).toBe(0)
    room.open()
    expect(recorder.notifications).toHaveLength(2)
  })

  it('offers the demand, for what takes its place', () => {
    const room = new Room()
    const recorder = new Recorder<number>()
    let offered: Demand | undefined
    recorder.error = () => {
      offered = offeredDemand()
    }
    new Outlet<number>(recorder, room.demand, () => {}).abort('failed')
    expect(offered).toBe(room.demand)
  })
})

describe('close', () => {
  it('drops what is held and emits nothing more, an end neither', () => {
    const room = new Room()
    const { outlet, recorder } = setUp(room)
    outlet.emit([1, 2])
    outlet.complete()
    outlet.close()
    room.open()
    expect(recorder.notifications).toEqual([])
    expect(outlet.held).toBe(0)
  })

  it.each([true, false])('emits nothing more in the midst of values (with a demand: %s)', (hasDemand) => {
    const { outlet, recorder } = setUp(hasDemand ? new Room(10) : undefined)
    recorder.react = () => outlet.close()
    outlet.emit([1, 2, 3])
    expect(recorder.notifications).toEqual([{ next: 1 }])
    expect(outlet.held).toBe(0)
  })

  it.each(['completes', 'fails', 'aborts', 'closes'])('stops listening for room when it %s', (how) => {
    const stop = vi.fn()
    const below: Demand = { open: true, received: 0, onOpen: () => stop }
    const outlet = new Outlet<number>(new Recorder<number>(), below, () => {})
    expect(stop).not.toHaveBeenCalled()
    if (how === 'completes') outlet.complete()
    else if (how === 'fails') outlet.error('failed')
    else if (how === 'aborts') outlet.abort('failed')
    else outlet.close()
    expect(stop).toHaveBeenCalledTimes(1)
  })
})
