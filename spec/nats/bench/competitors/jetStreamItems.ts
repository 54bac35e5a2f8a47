import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { connect, createInbox, headers } from '@nats-io/transport-node'
import type { Competitor, TaskName } from '../../../bench/competitors/competitor.js'
import { makeStream, subjectOf } from '../support/jetStream.js'
import type { Meeting } from '../support/serving.js'
import { startServing } from '../support/serving.js'
import { InFlight } from './inFlight.js'

/** One message an item; results by core NATS to an inbox. */
export function jetStreamItems(meeting: Meeting): Competitor {
  const name = `${meeting.name}-items`
  return {
    name: 'JetStream, one message an item',
    role: 'pool',
    settings: [256, 1024],
    open: async () => {
      const nats = await connect({ servers: meeting.url })
      await makeStream(await jetstreamManager(nats), name)
      const stop = await startServing('jetStreamItems.ts', { ...meeting, name })
      const stream = jetstream(nats)
      const inbox = createInbox()
      const [decoder, encoder] = [new TextDecoder(), new TextEncoder()]
      let received: (result: unknown) => void = () => {}
      nats.subscribe(inbox, { callback: (_, { data }) => received(decoder.decode(data)) })
      const publish = (task: TaskName, item: unknown) => {
        const told = headers()
        told.set('task', task)
        told.set('to', inbox)
        return stream.publish(subjectOf(name), encoder.encode(item as string), { headers: told })
      }
      return {
        run: (job) => {
          const window = { most: job.setting, together: 1 }
          const flow = new InFlight(job, window, ([item]) => publish(job.task, item))
          received = (result) => flow.result(result)
          return flow.run()
        },
        one: (task, item) =>
          new Promise((resolve, reject) => {
            received = resolve
            publish(task, item).catch(reject)
          }),
        close: async () => {
          await nats.close()
          await stop()
        },
      }
    },
  }
}
