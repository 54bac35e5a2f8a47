/**
 * What a pool takes from Node.
 * @module
 */
import { availableParallelism } from 'node:os'
import { realTime } from '../../wire/time.js'
import type { Platform } from '../platform.js'

export const platform: Platform = {
  time: realTime,
  parallelism: availableParallelism,
  whyNot: () => undefined,
  loadStart: async (isolation) => {
    if (isolation === 'process') return (await import('./process.js')).startProcess
    const [{ startThread }, { makeNodeHost }] = await Promise.all([
      import('../thread.js'),
      import('./nodeHost.js'),
    ])
    return (options, events) => startThread(options, events, makeNodeHost)
  },
  inlineWorker: async () => new URL('./inlineWorker.js', import.meta.url),
}
