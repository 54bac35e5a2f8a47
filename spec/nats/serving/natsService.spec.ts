import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { firstValueFrom, Subject } from 'rxjs'
import { natsPool } from 'rxjs-parallel/nats'
import { expect, inject, it, onTestFinished } from 'vitest'
import type { ServiceOptions } from '../../../lib/nats/serving/natsService.js'
import { NatsService } from '../../../lib/nats/serving/natsService.js'
import { servedOf } from '../../../lib/nats/serving/served.js'
import type { Pool, PoolEvent } from '../../../lib/pool/seam.js'
import { fixture } from '../../support/pools.js'
import { until } from '../../support/until.js'
import { holding } from '../support/holding.js'

const servers = inject('natsUrl')

/** Serves that pool till the end of the test. */
async function serve(
  pool: Pool<unknown>,
  options: { readonly name: string } & Partial<ServiceOptions>,
): Promise<NatsService> {
  const times = { lostAfter: 5000, silentAfter: 30_000, ackWait: 30_000 }
  const service = await NatsService.open(pool, {
    servers,
    connection: undefined,
    ...times,
    credit: () => 1,
    ...options,
  })
  onTestFinished(async () => {
    await service.terminate()
    await pool.terminate()
  })
  return service
}

it('the work of each caller that is gone is given up, however many were before it', async () => {
  const name = randomUUID()
  const { hold, counts } = holding()
  const { pool } = servedOf('test', name, { hold }, 1)
  await serve(pool, { name, lostAfter: 500, rememberGone: 1 })
  for (let caller = 1; caller <= 3; caller++) {
    const child = fork(fixture('natsCaller.mjs'), [servers, name], { stdio: 'inherit' })
    await until(`an item of caller ${caller} has begun`, () => counts.begun === caller)
    child.kill('SIGKILL')
    await until(`it was stopped`, () => counts.stopped === caller)
  }
  expect(counts.begun).toBe(3)
})

it('a thread that is lost with an error too large for a message is told of all the same', async () => {
  const name = randomUUID()
  const events$ = new Subject<PoolEvent>()
  const { pool: served } = servedOf('test', name, { double: (n: number) => 2 * n }, 1)
  await serve(Object.assign(Object.create(served), { events$ }), { name })
  await using pool = natsPool<{ default: { double: (n: number) => number } }>({ servers, name })
  expect(await pool.run(pool.tasks.double, 21)).toBe(42)
  const told = firstValueFrom(pool.events$)
  events$.next({ type: 'crashed', threadId: 'host/1/1', error: new Error('x'.repeat(2 ** 21)) })
  expect(await told).toMatchObject({
    type: 'crashed',
    threadId: 'host/1/1',
    error: { code: 'CLONE', message: expect.stringContaining('max_payload') },
  })
})
