import { Worker } from 'bullmq'
import type { TaskName } from '../../../bench/competitors/competitor.js'
import { tasks } from '../../../bench/workers/tasks.mjs'
import { meetingOfThis, tellReady } from '../support/serving.js'

const { redisPort: port, name } = meetingOfThis()
const worker = new Worker(name, async (job) => tasks[job.name as TaskName](job.data as never), {
  connection: { host: '127.0.0.1', port, maxRetriesPerRequest: null },
  concurrency: 200,
  removeOnComplete: { count: 0 },
  removeOnFail: { count: 0 },
})
await worker.waitUntilReady()
tellReady()
