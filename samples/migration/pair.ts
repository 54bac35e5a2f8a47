import type { Pool } from 'rxjs-parallel'
import { threadPool } from 'rxjs-parallel'

export type Log = (value: unknown) => void

/** The same program, written for another library and for this one: both log the same. */
export interface Pair {
  readonly name: string
  theirs(log: Log): Promise<void>
  ours(log: Log): Promise<void>
}

type OurPool = Pool<typeof import('./ours.worker.js')>

/** Starts a pool for as long as `use` takes. */
export async function withPool(use: (pool: OurPool) => Promise<void>): Promise<void> {
  // #region pool
  const worker = new URL('./ours.worker.ts', import.meta.url)
  const pool = threadPool<typeof import('./ours.worker.js')>(worker, { size: 2 })
  // #endregion
  try {
    await use(pool)
  } finally {
    await pool.close()
  }
}
