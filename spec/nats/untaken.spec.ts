import { randomUUID } from 'node:crypto'
import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { natsPool, serveTasks } from 'rxjs-parallel/nats'
import { expose } from 'rxjs-parallel/worker'
import { expect, inject, it } from 'vitest'
import { subjectsOf } from '../../lib/nats/subjects.js'
import { encode } from '../../lib/nats/wire.js'

const servers = inject('natsUrl')
const tasks = expose({ double: (n: number) => 2 * n })
/** For so long the stream would keep from others what it has given to a process. */
const ackWait = 3_600_000

/** A process that says it is there, is given one batch, and dies without a word of it. */
async function takeOneAndDie(name: string): Promise<{ taken: Promise<void> }> {
  const nats = await connect({ servers })
  const { hello, stream, consumer } = subjectsOf(name)
  const id = randomUUID()
  const sayHello = () =>
    nats.publish(
      hello,
      encode({
        type: 'hello',
        id,
        threadId: 'host/1/0',
        size: 1,
        threads: [],
        credit: 1,
        manifest: { double: 'task' },
        leaving: false,
      }),
    )
  nats.subscribe(subjectsOf(name).who, { callback: sayHello })
  const inbox = `_INBOX.${id}`
  const taken = new Promise<void>((resolve, reject) => {
    nats.subscribe(inbox, { callback: () => void nats.close().then(resolve, reject) })
  })
  const pull = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`
  // Not before the caller knows it.
  nats.subscribe(subjectsOf(name).peer(id), {
    max: 1,
    callback: () => nats.publish(pull, JSON.stringify({ batch: 1 }), { reply: inbox }),
  })
  await nats.flush()
  return { taken }
}

it('what a process was given that died without a word runs elsewhere, long before the ack wait', async () => {
  const name = randomUUID()
  // The consumer is there from now on.
  const first = serveTasks(tasks, { servers, name, ackWait })
  await first.ready()
  await first.close()
  const { taken } = await takeOneAndDie(name)
  await using pool = natsPool<{ default: typeof tasks }>({ servers, name, lostAfter: 500 })
  const result = pool.run(pool.tasks.double, 21)
  await taken
  await using second = serveTasks(tasks, { servers, name, ackWait })
  await second.ready()
  expect(await result).toBe(42)
  const nats = await connect({ servers })
  const manager = await jetstreamManager(nats)
  await expect.poll(async () => (await manager.streams.info(subjectsOf(name).stream)).state.messages).toBe(0)
  await nats.close()
})
