import { jetstream } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import type { TaskName } from '../../../bench/competitors/competitor.js'
import { tasks } from '../../../bench/workers/tasks.mjs'
import { CONSUMER } from '../support/jetStream.js'
import { meetingOfThis, tellReady } from '../support/serving.js'

const { url, name } = meetingOfThis()
const nats = await connect({ servers: url })
const consumer = await jetstream(nats).consumers.get(name, CONSUMER)
const [decoder, encoder] = [new TextDecoder(), new TextEncoder()]
await consumer.consume({
  max_messages: 500,
  callback: (message) => {
    const { headers, data } = message
    const result = tasks[headers!.get('task') as TaskName](decoder.decode(data) as never)
    nats.publish(headers!.get('to'), encoder.encode(String(result)))
    message.ack()
  },
})
tellReady()
