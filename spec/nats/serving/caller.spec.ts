import type { ParallelError } from 'rxjs-parallel'
import { expect, it } from 'vitest'
import type { StageEvents } from '../../../lib/flow/stageFlow.js'
import type { Attachment, Loss, Work } from '../../../lib/flow/work.js'
import type { Peer } from '../../../lib/nats/peer.js'
import { Caller } from '../../../lib/nats/serving/caller.js'
import { Job } from '../../../lib/nats/serving/job.js'
import { fitting } from '../../../lib/nats/tooLarge.js'
import type { ToCaller } from '../../../lib/nats/wire.js'
import { asToCaller, encode } from '../../../lib/nats/wire.js'
import type { Pool, PoolBackend } from '../../../lib/pool/seam.js'
import { backend } from '../../../lib/pool/seam.js'
import { decodeError } from '../../../lib/wire/errorCodec.js'
import { stagesPool } from '../../support/pools.js'
import { batchFor } from '../support/batch.js'

const most = 20_000
const none = { ended() {}, paused() {}, settled() {}, poolClosed() {} }
const huge = () => new RangeError('x'.repeat(2 * most))

/** A peer to which no more than `most` bytes can be sent at once, and what was. */
function narrowPeer() {
  const sent: ToCaller[] = []
  const send = (body: object) => {
    fitting(encode({ type: 'data', from: 'me', stream: 'x', seq: 1, body }), most)
    sent.push(asToCaller(body))
  }
  return { peer: { send } as unknown as Peer, sent }
}

/** What it is given, to be answered by the test. */
function manualPool() {
  const works: Work[] = []
  const stages: StageEvents[] = []
  const attachment = { ready() {}, detach() {} } as unknown as Attachment
  const pool = {
    attach: (work: Work) => works.push(work) && attachment,
    openStage: (stage: StageEvents) => stages.push(stage) && (() => {}),
  } as unknown as PoolBackend
  return { pool, works, stages }
}

const batch = batchFor('double')

const loss = (cause: unknown): Loss => ({
  threadId: 'host/1/1',
  exitCode: 1,
  signal: undefined,
  cause,
  running: [0],
  certain: true,
  ended: undefined,
})

function runOne() {
  const { peer, sent } = narrowPeer()
  const { pool, works } = manualPool()
  const caller = new Caller(peer, pool, none)
  const job = new Job(batch, [1], undefined, undefined)
  caller.add(job)
  caller.run(job)
  return { work: works[0]!, sent }
}

function openOne() {
  const { peer, sent } = narrowPeer()
  const { pool, stages } = manualPool()
  new Caller(peer, pool, none).stage({ type: 'stage', channel: 1, name: 'sums', credit: 1, place: 0 })
  return { stage: stages[0]!, sent }
}

const tooLong = {
  code: 'CLONE',
  message: expect.stringContaining('max_payload'),
} satisfies Partial<ParallelError>

it('errors that are too large for a message are told of all the same, whatever they end', () => {
  const aborted = runOne()
  aborted.work.aborted(huge())
  const lost = runOne()
  lost.work.lost(lost.work.take()!, loss(huge()))
  const stageEnded = openOne()
  stageEnded.stage.ended({ error: huge() })
  const stageLost = openOne()
  stageLost.stage.lost(loss(huge()))
  const stageAborted = openOne()
  stageAborted.stage.aborted(huge())
  const all = [aborted, lost, stageEnded, stageLost, stageAborted].flatMap(({ sent }) => sent)
  expect(all.map(({ type }) => type)).toEqual(['aborted', 'lost', 'outputEnd', 'stageLost', 'aborted'])
  for (const message of all) {
    const error = 'loss' in message ? message.loss.cause : 'error' in message ? message.error : undefined
    expect(decodeError(error!)).toMatchObject(tooLong)
  }
})

it('a stage that is given up before it has started starts no thread', async () => {
  const { peer } = narrowPeer()
  for (const giveUp of [(caller: Caller) => caller.cancel(1), (caller: Caller) => caller.returnAll()]) {
    const pool = stagesPool()
    const events: string[] = []
    pool.events$.subscribe(({ type }) => events.push(type))
    const caller = new Caller(peer, (pool as unknown as Pool<unknown>)[backend], none)
    caller.stage({ type: 'stage', channel: 1, name: 'sums', credit: 1, place: 0 })
    giveUp(caller)
    expect(caller.isIdle).toBe(true)
    await pool.close()
    expect(events).toEqual([])
  }
})
