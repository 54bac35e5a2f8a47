/**
 * One serving process: what runs on each machine.
 *
 *     NATS_URL=nats://host:4222 npx tsx samples/cluster/serve.ts NAME [THREADS]
 *
 * It ends by SIGTERM or SIGINT, when it has done what it has taken.
 */
import { availableParallelism } from 'node:os'
import { threadPool } from 'rxjs-parallel'
import { serveTasks } from 'rxjs-parallel/nats'
import { connectionOf } from './connection.js'

const { NATS_URL: servers = 'nats://localhost:4222' } = process.env
const [name = 'cities', threads] = process.argv.slice(2)
const size = threads === undefined ? availableParallelism() : Number(threads)

// #region serve
const worker = new URL('./cities.worker.ts', import.meta.url)
const pool = threadPool<typeof import('./cities.worker.js')>(worker, { size, startTimeout: 60_000 })
const serving = serveTasks(pool, { servers, name, connection: connectionOf() })
await serving.ready()

/** Takes nothing new, finishes what it has, and leaves. */
async function leave() {
  await serving.close()
  await pool.close()
}
process.once('SIGTERM', leave)
// #endregion
process.once('SIGINT', leave)
// Started by main.ts, it ends with it.
process.once('disconnect', () => process.exit())
process.channel?.unref()
