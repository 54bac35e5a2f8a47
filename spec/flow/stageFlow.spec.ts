import { describe, expect, it } from 'vitest'
import type { StagePort } from '../../lib/flow/stageFlow.js'
import { StageFlow } from '../../lib/flow/stageFlow.js'
import { Recorder, Room } from '../support/recorder.js'

const MiB = 2 ** 20
const large = new Uint8Array(MiB - 8)

/** A flow whose stage is the test. */
function setUp(room?: Room) {
  const recorder = new Recorder<unknown>()
  if (room) recorder.react = () => room.take()
  const flow = new StageFlow<unknown, unknown>(
    { name: 'stage' },
    recorder,
    room?.demand,
    undefined,
    () => {},
    1,
  )
  const sent: unknown[][] = []
  let { credit } = flow
  const port: StagePort = {
    send: (values) => {
      sent.push(Array.from(values))
      return undefined
    },
    end: () => {},
    grant: (count) => {
      credit += count
    },
    cancel: () => {},
  }
  flow.started(port, 'thread')
  return {
    flow,
    recorder,
    sent,
    /** Emits as many values as the stage may, in messages of at most so many. Returns how many. */
    emit: (value: unknown, most = Number.POSITIVE_INFINITY) => {
      const count = Math.min(credit, most)
      credit -= count
      if (count > 0) flow.output(new Array(count).fill(value))
      return count
    },
  }
}

function read(
  { demand, push }: Pick<StageFlow<unknown, unknown>, 'demand' | 'push'>,
  value: unknown,
): number {
  let count = 0
  for (; demand.open && count < 100_000; count++) push(value)
  return count
}

describe('values for a stage', () => {
  const begun = (value: unknown) => {
    const { flow } = setUp()
    const readAll = () => read({ demand: flow.demand, push: (each) => flow.push(each) }, value)
    // It takes them in no time.
    for (let i = 0; i < 10; i++) flow.consumed(readAll(), 0.001)
    return readAll()
  }

  it('are bounded by their number', () => {
    expect(begun(1)).toBe(2 * 2048)
  })

  it('are bounded by their bytes', () => {
    expect(begun(large)).toBe(16)
  })

  it('are one at least', () => {
    expect(begun(new Uint8Array(40 * MiB))).toBe(1)
  })
})

describe('what a stage emits', () => {
  it('may be 1024 small values ahead, once they are known to be small', () => {
    const room = new Room(200)
    const { emit } = setUp(room)
    let ahead = -200
    for (let count = emit(1, 50); count > 0; count = emit(1, 50)) ahead += count
    expect(ahead).toBeGreaterThan(512)
    expect(ahead).toBeLessThanOrEqual(1024)
    room.open()
    for (let i = 0; i < 100; i++) expect(emit(1, 50)).toBeGreaterThan(0)
  })

  it('may be some bytes ahead', () => {
    const room = new Room(500)
    const { emit } = setUp(room)
    let ahead = -500
    for (let count = emit(large, 4); count > 0; count = emit(large, 4)) ahead += count
    expect(ahead).toBeGreaterThan(8)
    expect(ahead).toBeLessThanOrEqual(16)
    room.open()
    for (let i = 0; i < 100; i++) expect(emit(large, 4)).toBeGreaterThan(0)
  })

  it('is let go on where one value is more than may be ahead', () => {
    const { emit } = setUp()
    const huge = new Uint8Array(40 * MiB)
    for (let i = 0; i < 200; i++) expect(emit(huge, 1)).toBe(1)
  })
})
