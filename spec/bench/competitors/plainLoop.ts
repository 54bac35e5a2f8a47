import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { execArgv, workerFile } from '../workers/file.js'
import type { Competitor } from './competitor.js'

/** No threads but one, in which items go nowhere: see workers/loop.mjs. */
export const plainLoop: Competitor = {
  name: 'plain loop',
  role: 'loop',
  settings: [0],
  open: async () => {
    const worker = new Worker(workerFile('loop'), { execArgv })
    await once(worker, 'online')
    return {
      run: async ({ task, items, take }) => {
        worker.postMessage({ task, items: [...items] })
        const [{ results, ms }] = (await once(worker, 'message')) as [{ results: unknown[]; ms: number }]
        for (const result of results) take(result)
        return ms
      },
      close: async () => void (await worker.terminate()),
    }
  },
}
