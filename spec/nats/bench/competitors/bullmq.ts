import { Queue, QueueEvents } from 'bullmq'
import type { Competitor } from '../../../bench/competitors/competitor.js'
import type { Meeting } from '../support/serving.js'
import { startServing } from '../support/serving.js'
import { InFlight } from './inFlight.js'

/** One job an item, added many at a time; results come as the queue's events, which is how all of them come by one connection. */
export function bullmq(meeting: Meeting): Competitor {
  const { redisPort: port, name } = meeting
  const connection = { host: '127.0.0.1', port, maxRetriesPerRequest: null }
  return {
    name: 'BullMQ, one job an item',
    role: 'pool',
    settings: [512, 4096],
    open: async () => {
      const stop = await startServing('bullmq.ts', meeting)
      const queue = new Queue(name, {
        connection,
        defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
      })
      const events = new QueueEvents(name, { connection })
      await Promise.all([queue.waitUntilReady(), events.waitUntilReady()])
      let completed: (result: unknown) => void = () => {}
      let failed: (error: Error) => void = () => {}
      events.on('completed', ({ returnvalue }) => completed(returnvalue))
      events.on('failed', ({ failedReason }) => failed(new Error(`BullMQ: ${failedReason}`)))
      return {
        run: (job) =>
          new Promise<void>((resolve, reject) => {
            failed = reject
            const window = { most: job.setting, together: job.setting / 4 }
            const flow = new InFlight(job, window, (items) =>
              queue.addBulk(items.map((data) => ({ name: job.task, data }))),
            )
            completed = (result) => flow.result(result)
            flow.run().then(resolve, reject)
          }),
        one: (task, item) =>
          new Promise((resolve, reject) => {
            completed = resolve
            failed = reject
            queue.add(task, item).catch(reject)
          }),
        close: async () => {
          await Promise.all([queue.close(), events.close()])
          await stop()
        },
      }
    },
  }
}
