import type { Pool, ThreadPoolOptions } from 'rxjs-parallel'
import { threadPool } from 'rxjs-parallel'
import { inject } from 'vitest'
import { eager } from '../fixtures/eagerCodec.mjs'
import { isolation } from './isolation.js'

declare module 'vitest' {
  interface ProvidedContext {
    /** Whether values travel by a codec: see the projects of vitest.config.ts. */
    codec: boolean
  }
}

/** What this run's pools have in common. */
export const poolOptions: ThreadPoolOptions = {
  size: 2,
  isolation,
  // On a machine that is very busy, the default is not enough.
  startTimeout: 50_000,
  ...(inject('codec') && { codec: eager }),
}

/** A worker module of spec/fixtures. */
export function fixture(file: string): URL {
  return new URL(`../fixtures/${file}`, import.meta.url)
}

/** Two threads that run spec/fixtures/tasks.worker.mjs. */
export function tasksPool(
  options: ThreadPoolOptions = {},
): Pool<typeof import('../fixtures/tasks.worker.mjs')> {
  return threadPool(fixture('tasks.worker.mjs'), { ...poolOptions, ...options })
}

/** Two threads that run spec/fixtures/stages.worker.mjs. */
export function stagesPool(
  options: ThreadPoolOptions = {},
): Pool<typeof import('../fixtures/stages.worker.mjs')> {
  return threadPool(fixture('stages.worker.mjs'), { ...poolOptions, ...options })
}

/** Two processes that run spec/fixtures/deadly.worker.mjs, and are quiet about how they end. */
export function deadlyPool(
  options: ThreadPoolOptions = {},
): Pool<typeof import('../fixtures/deadly.worker.mjs')> {
  return threadPool(fixture('deadly.worker.mjs'), {
    ...poolOptions,
    isolation: 'process',
    worker: { stderr: true },
    ...options,
  })
}
