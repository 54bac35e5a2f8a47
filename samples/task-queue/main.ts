/**
 * A pool of consumers that take task objects from a queue and give results back as they get done; and the parallel
 * equivalent of `map` over a list. What ends the queue is its completion: no consumer needs a poison pill.
 *
 *     npx tsx samples/task-queue/main.ts [--watch]
 */
import type { Observable } from 'rxjs'
import { from, lastValueFrom, Subject, toArray } from 'rxjs'
import type { Pool } from 'rxjs-parallel'
import { parallelMap, threadPool } from 'rxjs-parallel'
import { isStarted } from '../isStarted.js'
import { seededRandom } from '../seededRandom.js'
import { watched } from '../watch/watched.js'
import type { Task } from './tasks.js'

type Consumer = typeof import('./consumer.worker.js')

export function startConsumers(size?: number): Pool<Consumer> {
  return threadPool<Consumer>(new URL('./consumer.worker.ts', import.meta.url), { size })
}

/** Results in the order in which tasks get done. */
export function resultsOf(queue: Observable<Task>, consumers: Pool<Consumer>) {
  // #region queue
  return queue.pipe(parallelMap(consumers.tasks.carryOut, { ordered: false }))
  // #endregion
}

/** `limits.map(countPrimes)`, in all threads. Results are in the order of the list. */
export function parallelCountPrimes(limits: readonly number[], consumers: Pool<Consumer>): Promise<number[]> {
  // #region map
  return lastValueFrom(from(limits).pipe(parallelMap(consumers.tasks.countPrimes), toArray()))
  // #endregion
}

export async function main(log = console.log) {
  const consumers = startConsumers()
  try {
    const queue = new Subject<Task>()
    const allDone = resultsOf(queue, consumers).forEach(({ name, primes, threadId }) => {
      log(`${name}: ${primes} primes, says thread ${threadId}`)
    })
    for (const task of randomTasks(12)) queue.next(task)
    queue.complete()
    await allDone

    const limits = [1_000, 10, 100_000, 100, 10_000]
    log(`map: ${limits.join(', ')} -> ${(await parallelCountPrimes(limits, consumers)).join(', ')}`)
  } finally {
    await consumers.close()
  }
}

/** Limits from 1,000 to 1,000,000, so that some take a thousand times as long as others. */
export function randomTasks(count: number): Task[] {
  const random = seededRandom(count)
  return Array.from({ length: count }, (_, i) => {
    return { name: `task ${i + 1}`, limit: Math.round(10 ** (3 + 3 * random())) }
  })
}

if (isStarted(import.meta.url)) await watched(main)
