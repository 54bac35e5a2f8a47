import { randomUUID } from 'node:crypto'
import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { natsPool, serveTasks } from 'rxjs-parallel/nats'
import { expose } from 'rxjs-parallel/worker'
import { expect, inject, it } from 'vitest'

const servers = inject('natsUrl')
const tasks = expose({ double: (n: number) => 2 * n })

it('a stream that is there already is used as it is', async () => {
  const name = randomUUID()
  const nats = await connect({ servers })
  const { streams } = await jetstreamManager(nats)
  const stream = `rxjs-parallel-${name}`
  await streams.add({
    name: stream,
    subjects: [`rxjs-parallel.${name}.work`],
    retention: 'workqueue',
    storage: 'memory',
    max_bytes: 2 ** 20,
  })
  await using serving = serveTasks(tasks, { servers, name })
  await serving.ready()
  await using pool = natsPool<{ default: typeof tasks }>({ servers, name })
  expect(await pool.run(pool.tasks.double, 21)).toBe(42)
  expect((await streams.info(stream)).config).toMatchObject({ storage: 'memory', max_bytes: 2 ** 20 })
  await streams.delete(stream)
  await nats.close()
})
