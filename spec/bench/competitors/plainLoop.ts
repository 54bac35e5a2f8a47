import { tasks } from '../workers/tasks.mjs'
import type { Competitor } from './competitor.js'

/** No threads at all. */
export const plainLoop: Competitor = {
  name: 'plain loop',
  role: 'loop',
  settings: [0],
  open: async () => ({
    run: async ({ task, items, take }) => {
      const run = tasks[task] as (item: unknown) => unknown
      for (const item of items) take(run(item))
    },
    close: async () => {},
  }),
}
