/**
 * Work for the processes of serve.ts.
 *
 *     npx tsx samples/nats/factors.ts nats://localhost:4222
 */
import { map } from 'rxjs'
import { parallelMap, pull } from 'rxjs-parallel'
import { natsPool } from 'rxjs-parallel/nats'
import { isStarted } from '../isStarted.js'

export async function factors(servers: string, log: (line: string) => void = console.log) {
  const numbers = [1001, 65537, 999999]
  // #region pool
  await using pool = natsPool<typeof import('./largestFactor.worker.js')>({ servers, name: 'factors' })
  const factors$ = pull(numbers).pipe(parallelMap(pool.tasks.largestFactor))
  await factors$.pipe(map(String)).forEach(log) // 13, 65537, 37
  // #endregion
}

if (isStarted(import.meta.url)) await factors(process.argv[2] ?? 'nats://localhost:4222')
