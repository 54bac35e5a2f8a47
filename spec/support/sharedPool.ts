import type { Pool, ThreadPoolOptions } from 'rxjs-parallel'
import { condition, event, mutex, semaphore, threadPool } from 'rxjs-parallel'
import { onTestFinished } from 'vitest'
import type { Shared } from '../fixtures/shared.worker.mjs'
import { fixture } from './pools.js'

type SharedPool = Pool<typeof import('../fixtures/shared.worker.mjs')>

/** One of each, and cells. */
export function sharedThings(): Pick<Shared, 'lock' | 'semaphore' | 'condition' | 'event'> & {
  readonly cells: Int32Array<SharedArrayBuffer>
} {
  const lock = mutex()
  return {
    lock,
    semaphore: semaphore(3),
    condition: condition(lock),
    event: event(),
    cells: new Int32Array(new SharedArrayBuffer(256)),
  }
}

/** A pool of spec/fixtures/shared.worker.mjs that ends with the test. */
export function sharedPool(shared: Partial<Shared>, options: ThreadPoolOptions = {}): SharedPool {
  const pool: SharedPool = threadPool(fixture('shared.worker.mjs'), {
    size: 2,
    startTimeout: 50_000,
    ...options,
    shared,
  })
  onTestFinished(() => pool.terminate())
  return pool
}

/** Resolves when the cell holds this, or more. */
export async function whenCell(
  cells: Int32Array<SharedArrayBuffer>,
  index: number,
  atLeast: number,
): Promise<void> {
  for (let value = Atomics.load(cells, index); value < atLeast; value = Atomics.load(cells, index)) {
    const { waitAsync } = Atomics as unknown as {
      waitAsync(cells: Int32Array, index: number, value: number): { value: unknown }
    }
    await waitAsync(cells, index, value).value
  }
}
