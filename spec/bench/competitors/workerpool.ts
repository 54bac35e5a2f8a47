import { fileURLToPath } from 'node:url'
import workerpool from 'workerpool'
import { execArgv, workerFile } from '../workers/file.js'
import { THREADS } from './competitor.js'
import { itemByItem } from './itemByItem.js'

export const workerPool = itemByItem('workerpool', () => {
  const pool = workerpool.pool(fileURLToPath(workerFile('workerpool')), {
    workerType: 'thread',
    minWorkers: THREADS,
    maxWorkers: THREADS,
    workerThreadOpts: { execArgv },
  })
  // Its promises are its own: thenable, but not Promises.
  return {
    call: async (name, item) => pool.exec(name, [item]),
    move: async (name, buffer) => pool.exec(name, [buffer], { transfer: [buffer] }),
    close: async () => pool.terminate(),
  }
})
