import { Pool, spawn, Transfer, Worker } from 'threads'
import { execArgv } from '../workers/file.js'
import type { tasks } from '../workers/tasks.mjs'
import { THREADS } from './competitor.js'
import { itemByItem } from './itemByItem.js'

type Methods = Record<keyof typeof tasks, (item: unknown) => unknown>

export const threadsPool = itemByItem('threads.js Pool', async () => {
  // It takes paths as seen from this file.
  const start = () => spawn<Methods>(new Worker('../workers/threads.mjs', { execArgv }))
  const pool = Pool(start, { size: THREADS, concurrency: 4 })
  // Its tasks are thenable, but not Promises.
  return {
    call: async (name, item) => pool.queue((thread) => thread[name](item)),
    move: async (name, buffer) => pool.queue((thread) => thread[name](Transfer(buffer, [buffer]))),
    close: () => pool.terminate(),
  }
})
