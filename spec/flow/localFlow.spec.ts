import { describe, expect, it, vi } from 'vitest'
import type { Demand } from '../../lib/flow/demand.js'
import { LocalFlow } from '../../lib/flow/localFlow.js'
import { Recorder, Room } from '../support/recorder.js'

function setUp(room?: Room) {
  const recorder = new Recorder<number>()
  recorder.react = () => room?.take()
  const changed = vi.fn()
  return { flow: new LocalFlow<number>(recorder, room?.demand, changed), recorder, changed }
}

describe('LocalFlow', () => {
  it('passes values and the end on as they are', () => {
    const { flow, recorder } = setUp()
    flow.push(1)
    flow.push(2)
    expect(flow.demand.open).toBe(true)
    flow.end()
    expect(recorder.notifications).toEqual([{ next: 1 }, { next: 2 }, 'complete'])
  })

  it('keeps what there is no room for, asks for nothing more until that has gone, and then says so', () => {
    const room = new Room(1)
    const { flow, recorder, changed } = setUp(room)
    for (const value of [1, 2, 3]) flow.push(value)
    expect(flow.load).toBe(2)
    expect(flow.demand.open).toBe(false)
    room.open(1)
    expect(flow.load).toBe(1)
    expect(flow.demand.open).toBe(false)
    changed.mockClear()
    room.open(2)
    expect(changed).toHaveBeenCalled()
    expect(flow.load).toBe(0)
    expect(flow.demand.open).toBe(true)
    expect(recorder.values).toEqual([1, 2, 3])
  })

  it('ends after what it holds', () => {
    const room = new Room()
    const { flow, recorder } = setUp(room)
    flow.push(1)
    flow.end()
    expect(recorder.notifications).toEqual([])
    room.open()
    expect(recorder.notifications).toEqual([{ next: 1 }, 'complete'])
  })

  it('fails without what it holds', () => {
    const room = new Room()
    const { flow, recorder } = setUp(room)
    flow.push(1)
    flow.abort('failed')
    room.open()
    expect(recorder.notifications).toEqual([{ error: 'failed' }])
    expect(flow.load).toBe(0)
  })

  it('says nothing after it was cancelled', () => {
    const room = new Room()
    const { flow, recorder } = setUp(room)
    flow.push(1)
    flow.end()
    flow.cancel()
    room.open()
    expect(recorder.notifications).toEqual([])
  })

  it('waits for others where whoever is below does', () => {
    const below: Demand = { open: false, waitsForOthers: true, received: 0, onOpen: () => () => {} }
    const flow = new LocalFlow<number>(new Recorder<number>(), below, () => {})
    expect(flow.waitsForOthers).toBe(true)
    expect(setUp().flow.waitsForOthers).toBe(false)
  })
})
