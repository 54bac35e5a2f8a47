import { expect, it } from 'vitest'
import { BatchSize } from '../../lib/flow/batchSize.js'
import { dispatchOf } from '../../lib/flow/dispatch.js'
import type { Work } from '../../lib/flow/work.js'
import { Lane } from '../../lib/pool/lane.js'
import { claimCell, localCells } from '../../lib/wire/sharedCells.js'
import { realTime } from '../../lib/wire/time.js'

/** A lane whose thread is the test. */
async function setUp() {
  const cells = localCells()
  const nothing = () => {}
  const started = Promise.resolve({})
  const events = {
    ready: nothing,
    startFailed: nothing,
    ended: nothing,
    consumed: nothing,
    freed: nothing,
    died: nothing,
  }
  const link = {
    threadId: 'thread',
    started,
    cells,
    post: nothing,
    keepAlive: nothing,
    utilization: () => 0,
    terminate: () => Promise.resolve(),
  }
  const lane = new Lane(0, 1, events, () => link, realTime)
  lane.open()
  await started
  const returned: number[] = []
  const batchSize = new BatchSize(10)
  batchSize.measured(1, 2)
  const work = {
    steps: [{ task: { name: 'task' }, spread: false, caller: undefined }],
    pin: undefined,
    batchSize,
    transfer: undefined,
    place: String,
    returned: (_dispatch: unknown, begun: number) => returned.push(begun),
  } as unknown as Work
  const send = (count: number) =>
    lane.send(work, 1, dispatchOf({ chunk: { start: 0, values: new Array(count).fill(0) }, first: 0, count }))
  return { lane, cells, send, returned }
}

it('is not taken to run anything while its thread is still receiving items', async () => {
  const { lane, cells, send, returned } = await setUp()
  send(10)
  expect(lane.unclaimed).toBeCloseTo(20)
  expect(lane.isRunning).toBe(false)
  Atomics.add(cells, claimCell(1), 1)
  send(5)
  expect(lane.isRunning).toBe(true)
  expect(lane.unclaimed).toBeCloseTo(28)
  lane.takeBack()
  expect(returned).toEqual([0, 1])
  expect(lane.unclaimed).toBe(0)
  expect(lane.inFlight).toBe(1)
})
