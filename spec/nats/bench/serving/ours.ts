import { serveTasks } from 'rxjs-parallel/nats'
import { expose } from 'rxjs-parallel/worker'
import { tasks } from '../../../bench/workers/tasks.mjs'
import { meetingOfThis, tellReady } from '../support/serving.js'

const { url, name } = meetingOfThis()
const serving = serveTasks(expose(tasks), { servers: url, name })
await serving.ready()
tellReady()
