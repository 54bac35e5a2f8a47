/**
 * One of the processes that do the work: start as many as you like, on as many machines.
 *
 *     npx tsx samples/nats/serve.ts nats://localhost:4222
 */
// #region serve
import { threadPool } from 'rxjs-parallel'
import { serveTasks } from 'rxjs-parallel/nats'

const threads = threadPool<typeof import('./largestFactor.worker.js')>(
  new URL('./largestFactor.worker.ts', import.meta.url),
)
const servers = process.argv[2] ?? 'nats://localhost:4222'
const serving = serveTasks(threads, { servers, name: 'factors' })
await serving.ready()
process.once('SIGTERM', () => serving.close().then(() => threads.close()))
// #endregion
process.send?.('ready')
