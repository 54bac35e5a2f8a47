/**
 * What a pool takes from a browser.
 * @module
 */
import type { Platform } from '../platform.js'
import { pageTime } from './pageTime.js'

/** Where the browser doesn't tell. */
const someThreads = 4

export const platform: Platform = {
  time: pageTime,
  parallelism: () => globalThis.navigator?.hardwareConcurrency || someThreads,
  whyNot: (option) =>
    option === 'isolation' ? 'there are no processes in a browser' : 'a browser sets no limit to a thread',
  loadStart: async () => {
    const [{ startThread }, { makeBrowserHost }] = await Promise.all([
      import('../thread.js'),
      import('./browserHost.js'),
    ])
    return (options, events) => startThread(options, events, makeBrowserHost)
  },
  inlineWorker: async () => (await import('./inlineWorker.js')).makeInlineWorker,
}
