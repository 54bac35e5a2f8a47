import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { FixedThreadPool } from 'poolifier'
import { execArgv, workerFile } from '../workers/file.js'
import { THREADS } from './competitor.js'
import { itemByItem } from './itemByItem.js'

export const poolifier = itemByItem('poolifier', () => {
  const pool = new FixedThreadPool<unknown, unknown>(THREADS, fileURLToPath(workerFile('poolifier')), {
    workerOptions: { execArgv },
  })
  return {
    call: (name, item) => pool.execute(item, name),
    move: (name, buffer) => pool.execute(buffer, name, undefined, [buffer]),
    // Now and then its threads end without saying that they do, and it waits for ever.
    close: () => Promise.race([pool.destroy(), setTimeout(500)]),
  }
})
