// The plain loop. In a thread of its own, since what else the main thread has done, and how it was compiled for that,
// would slow it down; the thread does nothing else and says itself how long it took.
import { parentPort } from 'node:worker_threads'
import { tasks } from './tasks.mjs'

parentPort.on('message', ({ task, items }) => {
  const run = tasks[task]
  const start = performance.now()
  const results = items.map((item) => run(item))
  parentPort.postMessage({ results, ms: performance.now() - start })
})
