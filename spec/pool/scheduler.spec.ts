import { expect, it } from 'vitest'
import { BatchSize } from '../../lib/flow/batchSize.js'
import { dispatchOf } from '../../lib/flow/dispatch.js'
import type { Work } from '../../lib/flow/work.js'
import { Scheduler } from '../../lib/pool/scheduler.js'
import { localCells } from '../../lib/wire/sharedCells.js'
import { realTime } from '../../lib/wire/time.js'

/** A pool of one thread that never answers. */
async function setUp() {
  const nothing = () => {}
  const options = { name: 'silent', min: 1, max: 1, concurrency: 1, idleTimeout: undefined, time: realTime }
  const link = {
    threadId: 'thread',
    started: Promise.resolve({}),
    cells: localCells(),
    post: nothing,
    keepAlive: nothing,
    utilization: () => 0,
    terminate: async () => {},
  }
  const scheduler = new Scheduler(options, () => link, nothing)
  await scheduler.ready()
  return scheduler
}

/** Work with one item, that counts how often it is taken. */
function single({ alone = false } = {}) {
  const taken = { count: 0 }
  const work = {
    steps: [{ task: { name: 'task' }, spread: false, caller: undefined }],
    pin: undefined,
    batchSize: new BatchSize(1),
    place: String,
    get queued() {
      return 1 - taken.count
    },
    alone,
    again: false,
    transfer: undefined,
    take: () => {
      taken.count++
      return dispatchOf({ chunk: { start: 0, values: [0] }, first: 0, count: 1 })
    },
  } as unknown as Work
  return { work, taken }
}

it('gives out nothing of what is given up together with what a thread was kept for', async () => {
  const scheduler = await setUp()
  const [running, kept, others] = [single(), single({ alone: true }), single()]
  const attachments = [running, kept, others].map(({ work }) => scheduler.attach(work))
  for (const attachment of attachments) attachment.ready()
  expect([running.taken.count, kept.taken.count, others.taken.count]).toEqual([1, 0, 0])
  attachments[1]!.detach()
  attachments[2]!.detach()
  await Promise.resolve()
  expect(others.taken.count).toBe(0)
  attachments[0]!.detach()
})

it('gives a thread that was kept for what is given up to others', async () => {
  const scheduler = await setUp()
  const [running, kept, others] = [single(), single({ alone: true }), single()]
  const attachments = [running, kept, others].map(({ work }) => scheduler.attach(work))
  for (const attachment of attachments) attachment.ready()
  attachments[1]!.detach()
  await Promise.resolve()
  expect(others.taken.count + running.taken.count).toBe(2)
  for (const attachment of attachments) attachment.detach()
})
