import type { Observable } from 'rxjs'
import { defer, ignoreElements, map, merge, tap } from 'rxjs'
import type { Pool, ThreadStats } from 'rxjs-parallel'

/** What a thread does now. */
export interface ThreadLoad {
  readonly threadId: string
  /** The share of its time that it has worked since it was looked at last, from 0 to 1. */
  readonly load: number
  /** Jobs that it has ended. */
  readonly done: number
}

/**
 * What each of a pool's threads does now. `stats$` tells the share of its life that a thread has worked; from one time
 * to the next, that tells what it did in between.
 */
export function threadLoads(
  { events$, stats$ }: Pick<Pool, 'events$' | 'stats$'>,
  now = () => performance.now(),
): Observable<readonly ThreadLoad[]> {
  return defer(() => {
    const lives = new Map<string, Life>()
    const lifeOf = (threadId: string) => {
      let life = lives.get(threadId)
      if (!life) lives.set(threadId, (life = new Life(now())))
      return life
    }
    return merge(
      events$.pipe(
        tap(({ type, threadId }) => {
          if (type === 'started' || type === 'replaced') lifeOf(threadId)
          else lives.delete(threadId)
        }),
        ignoreElements(),
      ),
      stats$.pipe(map(({ threads }) => threads.map((thread) => lifeOf(thread.threadId).look(thread, now())))),
    )
  })
}

class Life {
  /** When it was looked at last, and the milliseconds that it had worked by then. */
  private at: number
  private worked = 0

  constructor(private readonly since: number) {
    this.at = since
  }

  look({ threadId, utilization, done }: ThreadStats, now: number): ThreadLoad {
    const worked = utilization * (now - this.since)
    const load = now > this.at ? (worked - this.worked) / (now - this.at) : 0
    this.at = now
    this.worked = worked
    return { threadId, load: Math.min(1, Math.max(0, load)), done }
  }
}
