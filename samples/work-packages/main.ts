/**
 * Work packages that carry their functions with them: each producer, in a thread of its own, sends random texts and
 * a random choice of functions; whichever consumer is free applies them one by one and says which thread it is.
 *
 *     npx tsx samples/work-packages/main.ts [--watch]
 */
import { map, range } from 'rxjs'
import type { Pool } from 'rxjs-parallel'
import { fanIn, fromTask, parallelMap, threadPool } from 'rxjs-parallel'
import { isStarted } from '../isStarted.js'
import { watched } from '../watch/watched.js'

type Producers = Pool<typeof import('./producer.worker.js')>
type Consumers = Pool<typeof import('./consumer.worker.js')>

export function startPools(): [Producers, Consumers] {
  return [
    threadPool(new URL('./producer.worker.ts', import.meta.url), { size: 2, name: 'producers' }),
    threadPool(new URL('./consumer.worker.ts', import.meta.url), { size: 2, name: 'consumers' }),
  ]
}

export function consumed(
  [producers, consumers]: [Producers, Consumers],
  producerCount: number,
  packages: number,
) {
  // #region packages
  return range(1, producerCount).pipe(
    map((producer) => fromTask(producers.tasks.produce, producer, packages)),
    fanIn(),
    parallelMap(consumers.tasks.consume, { ordered: false }),
  )
  // #endregion
}

export async function main(log = console.log) {
  const pools = startPools()
  try {
    // With every thread there from the start, it is not just the first one that finds work.
    await Promise.all(pools.map((pool) => pool.ready()))
    await consumed(pools, 3, 5).forEach(({ producer, names, steps, threadId }) => {
      log(`producer ${producer} sent '${steps[0]}', thread ${threadId} applied`)
      for (const [i, name] of names.entries()) log(`  ${name}: '${steps[i + 1]}'`)
    })
  } finally {
    await Promise.all(pools.map((pool) => pool.close()))
  }
}

if (isStarted(import.meta.url)) await watched(main)
