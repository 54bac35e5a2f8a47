import { deserialize, serialize } from 'node:v8'
import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { connect, createInbox } from '@nats-io/transport-node'
import type { Competitor, TaskName } from '../../../bench/competitors/competitor.js'
import { makeStream, subjectOf } from '../support/jetStream.js'
import type { Meeting } from '../support/serving.js'
import { startServing } from '../support/serving.js'
import { InFlight } from './inFlight.js'

export interface WorkBatch {
  readonly id: number
  /** Where its results go. */
  readonly to: string
  readonly task: TaskName
  readonly items: readonly unknown[]
}

/** Batches on their way: as many as the library has with two serving processes. */
const BATCHES = 8

/** Many items a message, by structured clone; results likewise, by core NATS to an inbox. Nothing dies, so nothing is kept. */
export function jetStreamBatches(meeting: Meeting, together: number): Competitor {
  const name = `${meeting.name}-batches-${together}`
  return {
    name: `JetStream, batches of ${together} by hand`,
    role: 'batched',
    settings: [together],
    open: async () => {
      const nats = await connect({ servers: meeting.url })
      await makeStream(await jetstreamManager(nats), name)
      const stop = await startServing('jetStreamBatches.ts', { ...meeting, name })
      const stream = jetstream(nats)
      const to = createInbox()
      let next = 1
      let received: (results: unknown[]) => void = () => {}
      nats.subscribe(to, {
        callback: (_, { data }) => received((deserialize(data) as { results: unknown[] }).results),
      })
      const publish = (task: TaskName, items: unknown[]) => {
        const batch: WorkBatch = { id: next++, to, task, items }
        return stream.publish(subjectOf(name), serialize(batch))
      }
      return {
        run: (job) => {
          const window = { most: BATCHES * together, together }
          const flow = new InFlight(job, window, (items) => publish(job.task, items))
          received = (results) => flow.results(results)
          return flow.run()
        },
        close: async () => {
          await nats.close()
          await stop()
        },
      }
    },
  }
}
