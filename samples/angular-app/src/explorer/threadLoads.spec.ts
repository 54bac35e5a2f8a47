import { Subject } from 'rxjs'
import type { Pool, PoolEvent, PoolStats } from 'rxjs-parallel'
import { expect, it } from 'vitest'
import type { ThreadLoad } from './threadLoads'
import { threadLoads } from './threadLoads'

it('tells what a thread did since the time before', () => {
  const events$ = new Subject<PoolEvent>()
  const stats$ = new Subject<PoolStats>()
  let now = 0
  let loads: readonly ThreadLoad[] = []
  threadLoads({ events$, stats$ } as Pick<Pool, 'events$' | 'stats$'>, () => now).subscribe((each) => {
    loads = each
  })
  const look = (at: number, ...utilizations: number[]) => {
    now = at
    const threads = utilizations.map((utilization, index) => ({
      threadId: `${index}`,
      utilization,
      done: at,
    }))
    stats$.next({ threads } as unknown as PoolStats)
    return loads.map(({ load }) => Math.round(load * 100) / 100)
  }

  events$.next({ type: 'started', threadId: '0' })
  expect(look(0, 0)).toEqual([0])
  expect(look(1000, 0.5)).toEqual([0.5])
  // It had worked for 500 ms, and has for 1500 now: all the time.
  expect(look(2000, 0.75)).toEqual([1])
  now = 2000
  events$.next({ type: 'started', threadId: '1' })
  // And for no more: nothing. The other one is new.
  expect(look(4000, 0.375, 0.25)).toEqual([0, 0.25])
  expect(loads).toMatchObject([{ threadId: '0', done: 4000 }, { threadId: '1' }])
})
