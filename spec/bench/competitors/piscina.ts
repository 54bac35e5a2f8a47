import { Readable } from 'node:stream'
import { move, Piscina } from 'piscina'
import { bufferCount, from, mergeMap } from 'rxjs'
import { execArgv, workerFile } from '../workers/file.js'
import type { Competitor, Job } from './competitor.js'
import { THREADS } from './competitor.js'
import type { CallPool } from './itemByItem.js'
import { itemByItem } from './itemByItem.js'

/** @param tasksPerThread calls that a thread is sent before it has answered the first. */
function openPool(tasksPerThread: number): Piscina {
  return new Piscina({
    filename: workerFile('piscina').href,
    minThreads: THREADS,
    maxThreads: THREADS,
    concurrentTasksPerWorker: tasksPerThread,
    execArgv,
  })
}

function callPool(pool: Piscina): CallPool {
  return {
    call: (name, item) => pool.run(item, { name }),
    move: (name, buffer) => pool.run(move(buffer), { name }),
    close: () => pool.close(),
  }
}

export const piscina = itemByItem('piscina', () => callPool(openPool(1)))

/** Node's own answer: a stream that maps with a bounded number of calls in flight. */
export const readableMap: Competitor = {
  name: 'Readable.map with piscina',
  role: 'pool',
  settings: [4 * THREADS, 64 * THREADS],
  open: async () => {
    const pool = openPool(1)
    const { call, move } = callPool(pool)
    return {
      run: async ({ task, items, take, moves, setting: concurrency }) => {
        const map = (item: unknown) => (moves ? move(task, item as ArrayBuffer) : call(task, item))
        for await (const result of Readable.from(items).map(map, { concurrency })) take(result)
      },
      close: () => pool.close(),
    }
  },
}

/** What an expert writes when items are too small for a call each. */
export function piscinaBatched(batch: number): Competitor {
  return {
    name: `piscina batched by hand, ${batch}`,
    role: 'batched',
    // Batches in flight.
    settings: [2 * THREADS, 4 * THREADS],
    open: async () => {
      const pool = openPool(4)
      return { run: (job) => runBatched(pool, batch, job), close: () => pool.close() }
    },
  }
}

function runBatched(pool: Piscina, batch: number, { task, items, take, setting }: Job): Promise<void> {
  const batches$ = from(items).pipe(
    bufferCount(batch),
    mergeMap((values) => pool.run(values, { name: `${task}Each` }) as Promise<unknown[]>, setting),
  )
  return batches$.forEach((results) => {
    for (const result of results) take(result)
  })
}
