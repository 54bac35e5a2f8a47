/**
 * Runs that count: what locks let happen must be what they promise, over many turns and many deaths.
 * @module
 */
import type { Worker } from 'node:worker_threads'
import type { Pool } from 'rxjs-parallel'
import { condition, mutex, semaphore, threadPool } from 'rxjs-parallel'
import { seededRandom } from '../../../samples/seededRandom.js'
import type { Shared } from './stress.worker.mjs'

type StressPool = Pool<typeof import('./stress.worker.mjs')>

/** So many may be inside of the semaphore. */
const few = 3

function things(): Shared {
  const lock = mutex()
  const cells = new Int32Array(new SharedArrayBuffer(64))
  return { lock, turn: condition(lock), few: semaphore(few), cells }
}

function startPool(shared: Shared, size: number): StressPool {
  return threadPool(new URL('./stress.worker.mjs', import.meta.url), { size, shared, startTimeout: 50_000 })
}

/** Throws if increments of several threads are lost. */
export async function countIncrements(total: number, threads = 4): Promise<string> {
  const shared = things()
  await using pool = startPool(shared, threads)
  const times = Math.ceil(total / threads)
  await Promise.all(Array.from({ length: threads }, () => pool.run(pool.tasks.increment, times)))
  check('increments', shared.cells[0], times * threads)
  return `${times * threads} increments by ${threads} threads, none lost`
}

/** Throws if more are inside of a semaphore than it lets in. */
export async function countInside(total: number, threads = 6): Promise<string> {
  const shared = things()
  await using pool = startPool(shared, threads)
  const times = Math.ceil(total / threads)
  const most = await Promise.all(Array.from({ length: threads }, () => pool.run(pool.tasks.enter, times)))
  check('left inside', shared.cells[1], 0)
  if (Math.max(...most) > few) throw new Error(`${Math.max(...most)} were inside, and ${few} may be`)
  return `${times * threads} times inside by ${threads} threads, ${Math.max(...most)} at most of ${few}`
}

/** Two threads wait for each other each time: one lost wake-up, and it never ends. */
export async function passBall(times: number): Promise<string> {
  const shared = things()
  await using pool = startPool(shared, 2)
  await Promise.all([0, 1].map((side) => pool.run(pool.tasks.play, [side, times])))
  check('passes', shared.cells[2], 2 * times)
  return `${2 * times} times woken, none missed`
}

/**
 * Ends threads in the midst of it, at random: no lock stays taken, each next holder is told, and what the lock protects
 * is whole.
 */
export async function killHolders(deaths: number, seed: number): Promise<string> {
  const random = seededRandom(seed)
  const shared = things()
  const workers: Worker[] = []
  const listen = (worker: Worker) => workers.push(worker)
  process.on('worker', listen)
  const pool = startPool(shared, 4)
  const kinds = ['incrementForEver', 'incrementForEver', 'incrementForEverLater', 'enterForEver'] as const
  let over = false
  const keepBusy = async (kind: (typeof kinds)[number]) => {
    while (!over) await pool.run(pool.tasks[kind], null).catch(() => {})
  }
  const busy = kinds.map(keepBusy)
  try {
    for (let i = 0; i < deaths; i++) {
      // Somebody gets on: no death has left the lock taken.
      await moreIn(shared.cells, Math.floor(random() * 200))
      const alive = workers.filter((worker) => worker.threadId !== -1)
      // Not waited for: that the others get on is what counts.
      void alive[Math.floor(random() * alive.length)]?.terminate()
    }
  } finally {
    over = true
    await pool.terminate()
    await Promise.all(busy)
    process.off('worker', listen)
  }
  const held = await shared.lock.acquire({ timeout: 50_000 })
  const told = shared.cells[5]! + (held.abandoned ? 1 : 0)
  // None is lost, and none is there twice.
  await Promise.all(Array.from({ length: few }, () => shared.few.acquire({ timeout: 50_000 })))
  check('permits too many', shared.few.tryAcquire() === undefined ? 0 : 1, 0)
  check('torn values that nobody was told of', shared.cells[6], 0)
  return `${deaths} threads ended at random (seed ${seed}), ${shared.cells[3]} increments; ${told} holders were told of a death`
}

/** Waits till the first cell has grown by more than this. */
async function moreIn(cells: Int32Array, more: number): Promise<void> {
  const from = Atomics.load(cells, 3)
  const end = performance.now() + 50_000
  while (((Atomics.load(cells, 3) - from) | 0) <= more) {
    if (performance.now() > end) throw new Error('nobody gets on any more: a lock has stayed taken')
    await new Promise((resolve) => setImmediate(resolve))
  }
}

function check(what: string, found: number | undefined, expected: number): void {
  if (found !== expected) throw new Error(`${what}: ${found}, and should be ${expected}`)
}
