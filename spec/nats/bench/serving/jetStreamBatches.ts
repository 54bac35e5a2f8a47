import { deserialize, serialize } from 'node:v8'
import { jetstream } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { tasks } from '../../../bench/workers/tasks.mjs'
import type { WorkBatch } from '../competitors/jetStreamBatches.js'
import { CONSUMER } from '../support/jetStream.js'
import { meetingOfThis, tellReady } from '../support/serving.js'

const { url, name } = meetingOfThis()
const nats = await connect({ servers: url })
const consumer = await jetstream(nats).consumers.get(name, CONSUMER)
await consumer.consume({
  max_messages: 8,
  callback: (message) => {
    const { id, to, task, items } = deserialize(message.data) as WorkBatch
    const run = tasks[task] as (item: unknown) => unknown
    nats.publish(to, serialize({ id, results: items.map((item) => run(item)) }))
    message.ack()
  },
})
tellReady()
