/**
 * Threads that wait for each other: an event, a lock, a condition, a semaphore, a map and a namespace that they share.
 *
 *     npx tsx samples/coordination/main.ts
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { from, lastValueFrom, range, toArray } from 'rxjs'
import type { Pool } from 'rxjs-parallel'
import {
  condition,
  event,
  mutex,
  parallelMap,
  semaphore,
  sharedMap,
  sharedState,
  threadPool,
} from 'rxjs-parallel'
import { isStarted } from '../isStarted.js'

type Workers = Pool<typeof import('./workers.worker.js')>

/** All that the tasks of the worker module use: each sample shows its own part of it. */
function things() {
  const lock = mutex()
  return {
    ready: event(),
    lock,
    done: condition(lock),
    cells: new Int32Array(new SharedArrayBuffer(4)),
    three: semaphore(3),
    active: sharedState<readonly string[]>([]),
    squares: sharedMap<number, number>(),
    namespace: sharedState({ text: 'nothing yet' }),
  }
}

function startWorkers(shared: ReturnType<typeof things>, size: number, concurrency = 1): Workers {
  // #region shared
  return threadPool<typeof import('./workers.worker.js')>(new URL('./workers.worker.ts', import.meta.url), {
    size,
    concurrency,
    shared, // { ready: event(), lock, done: condition(lock), three: semaphore(3), … }
    startTimeout: 60_000, // for ten of them, in TypeScript
  })
  // #endregion
}

/** Two wait for an event, one of them not for long. */
export async function twoWaiters(log = console.log) {
  const shared = things()
  await using pool = startWorkers(shared, 2)
  const patient = pool.run(pool.tasks.waitForEvent, { name: 'patient', timeout: undefined })
  log(await pool.run(pool.tasks.waitForEvent, { name: 'impatient', timeout: 50 }))
  shared.ready.set()
  log(await patient)
}

/** Lines of four threads to one file, without a lock and with one. */
export async function jumbledAndLocked(log = console.log) {
  const lines = ['the quick brown fox', 'jumps over', 'the lazy dog', 'and is gone']
  const folder = mkdtempSync(join(tmpdir(), 'coordination-'))
  await using pool = startWorkers(things(), lines.length)
  await pool.ready()
  for (const locked of [false, true]) {
    const file = join(folder, `${locked}.txt`)
    await Promise.all(lines.map((line) => pool.run(pool.tasks.write, { file, line, locked })))
    log(`${locked ? 'locked' : 'not locked'}:\n${readFileSync(file, 'utf8')}`)
  }
  rmSync(folder, { recursive: true })
}

/** Two of stage two begin when stage one is done. */
export async function twoStages(log = console.log) {
  await using pool = startWorkers(things(), 3)
  const second = ['first', 'second'].map((name) => pool.run(pool.tasks.stageTwo, name))
  await pool.run(pool.tasks.stageOne, 42)
  for (const line of await Promise.all(second)) log(line)
}

/** Ten jobs, three of them at a time. */
export async function threeAtATime(log = console.log) {
  await using pool = startWorkers(things(), 2, 5)
  const jobs = Array.from({ length: 10 }, (_, i) => `job ${i + 1}`)
  const useResource = parallelMap(pool.tasks.useResource, { ordered: false, batch: 1 })
  await from(jobs)
    .pipe(useResource)
    .forEach((active) => void log(`active: ${active.join(', ')}`))
}

/** Ten threads, each of which writes one key. */
export async function oneKeyEach(log = console.log) {
  const shared = things()
  await using pool = startWorkers(shared, 10)
  await lastValueFrom(range(1, 10).pipe(parallelMap(pool.tasks.square, { batch: 1 }), toArray()))
  const squares = [...shared.squares].sort(([a], [b]) => a - b)
  log(squares.map(([n, square]) => `${n}: ${square}`).join(', '))
}

/** What a thread reads in a namespace before an event, and after it. */
export async function beforeAndAfter(log = console.log) {
  const shared = things()
  await using pool = startWorkers(shared, 1, 2)
  await pool.ready()
  const read = pool.run(pool.tasks.readTwice, null)
  // What the same thread does later is done: so that one has begun, and waits.
  await pool.run(pool.tasks.square, 1)
  // #region namespace
  await shared.namespace.update({ text: 'something' })
  shared.ready.set()
  // #endregion
  log(await read)
}

export async function main(log = console.log) {
  for (const sample of [twoWaiters, jumbledAndLocked, twoStages, threeAtATime, oneKeyEach, beforeAndAfter])
    await sample(log)
}

if (isStarted(import.meta.url)) await main()
