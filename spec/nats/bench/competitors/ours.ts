import { Subject } from 'rxjs'
import { parallelMap, pull } from 'rxjs-parallel'
import { natsPool } from 'rxjs-parallel/nats'
import type { Competitor } from '../../../bench/competitors/competitor.js'
import type { Tasks } from '../../../bench/competitors/ours.js'
import { oneBy, refOf } from '../../../bench/competitors/ours.js'
import type { Meeting } from '../support/serving.js'
import { startServing } from '../support/serving.js'

/** The library, with nothing set. */
export function ours(meeting: Meeting): Competitor {
  return {
    name: 'rxjs-parallel',
    role: 'ours',
    settings: [0],
    open: async () => {
      const stop = await startServing('ours.ts', meeting)
      const pool: Tasks = natsPool({ servers: meeting.url, name: meeting.name, minSize: 2 })
      await pool.ready()
      const items$ = new Subject<unknown>()
      return {
        run: ({ task, items, take }) =>
          pull(items)
            .pipe(parallelMap(refOf(pool, task)))
            .forEach(take),
        one: oneBy(pool, items$),
        close: async () => {
          items$.complete()
          await pool.close()
          await stop()
        },
      }
    },
  }
}
