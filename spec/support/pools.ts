import type { Pool, ThreadPoolOptions } from 'rxjs-parallel'
import { threadPool } from 'rxjs-parallel'

/** A worker module of spec/fixtures. */
export function fixture(file: string): URL {
  return new URL(`../fixtures/${file}`, import.meta.url)
}

/** Two threads that run spec/fixtures/tasks.worker.mjs. */
export function tasksPool(
  options: ThreadPoolOptions = {},
): Pool<typeof import('../fixtures/tasks.worker.mjs')> {
  return threadPool(fixture('tasks.worker.mjs'), { size: 2, ...options })
}

/** Two threads that run spec/fixtures/stages.worker.mjs. */
export function stagesPool(
  options: ThreadPoolOptions = {},
): Pool<typeof import('../fixtures/stages.worker.mjs')> {
  return threadPool(fixture('stages.worker.mjs'), { size: 2, ...options })
}
