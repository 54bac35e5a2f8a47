import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { createLogUpdate } from 'log-update'
import { Subscription } from 'rxjs'
import type { Pool, PoolEvent, PoolStats } from 'rxjs-parallel'
import type { WatchedPool } from './poolText.js'
import { eventText, poolPanel, summary } from './poolText.js'

/** Where the view is drawn: `process.stdout`. */
export type Screen = NodeJS.WritableStream & { readonly isTTY?: boolean }

/** Shows pools as they run. */
export interface View {
  /** Prints a line, above what is drawn. */
  log(line: string): void
  /** Something has changed. */
  show(pools: ReadonlyMap<number, WatchedPool>, said: string): void
  /** Leaves the terminal as it was. */
  end(): void
}

const SECONDS_SHOWN = 30

// #region watch
/** Watches every pool that the program makes from now on, until what it returns is unsubscribed. */
export function watchPools(view: View): Subscription {
  const watching = new Subscription()
  const pools = new Map<number, WatchedPool>()
  const watch = (message: unknown) => {
    const { pool, instance } = message as { pool: { id: number; name: string }; instance: Pool }
    const update = (said: string, change: (known: WatchedPool) => Partial<WatchedPool>) => {
      const known = pools.get(pool.id) ?? { name: pool.name, stats: instance.stats, rates: [], events: [] }
      pools.set(pool.id, { ...known, ...change(known) })
      view.show(pools, said)
    }
    const counted = (stats: PoolStats) =>
      update(summary(pool.name, stats), ({ rates }) => {
        return { stats, rates: [...rates, stats.perSecond].slice(-SECONDS_SHOWN) }
      })
    const happened = (event: PoolEvent) =>
      update(`${pool.name}: ${eventText(event)}`, ({ events }) => {
        return { stats: instance.stats, events: [...events, event].slice(-SECONDS_SHOWN) }
      })
    watching.add(instance.stats$.subscribe(counted))
    watching.add(instance.events$.subscribe(happened))
  }
  subscribe('rxjs-parallel:pool:create', watch)
  watching.add(() => void unsubscribe('rxjs-parallel:pool:create', watch))
  return watching
}
// #endregion

/** A view that is drawn anew in its place; where there is no terminal, lines. */
export function viewOn(screen: Screen): View {
  return screen.isTTY && process.env.TERM !== 'dumb' ? terminalView(screen) : lineView(screen)
}

function terminalView(screen: Screen): View {
  const draw = createLogUpdate(screen)
  let panels = ''
  return {
    log(line) {
      draw.persist(line)
      draw(panels)
    },
    show(pools) {
      panels = [...pools.values()].map(poolPanel).join('\n')
      draw(panels)
    },
    end: () => draw.done(),
  }
}

function lineView(screen: Screen): View {
  const print = (line: string) => void screen.write(`${line}\n`)
  return { log: print, show: (_pools, said) => print(said), end() {} }
}
