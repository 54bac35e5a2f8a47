/**
 * Entries that this thread owns and others have.
 * @module
 */
import type { Observable } from 'rxjs'
import type { Sharing, sharing } from '../wire/sharing.js'
import { shareAs } from '../wire/sharing.js'
import { joinedBy, nextId } from './member.js'
import { observableOf, openStore } from './sharedState.js'
import type { MapChange, SharedMap } from './stateOver.js'
import { MapOver } from './stateOver.js'
import { OwnedStore } from './store.js'

/**
 * A map where it was made: its changes are an Observable.
 *
 * @example
 * ```ts
 * const stock: OwnedMap<string, number> = sharedMap()
 * stock.changes$.subscribe(({ key, value }) => console.log(key, value))
 * await stock.set('apples', 3)
 * console.log([...stock])
 * // → apples 3, [ [ 'apples', 3 ] ]
 * ```
 */
export interface OwnedMap<K, V> extends SharedMap<K, V> {
  /** Each change from now on. */
  readonly changes$: Observable<MapChange<K, V>>
}

class OwnMap<K, V> extends MapOver<K, V> implements OwnedMap<K, V> {
  declare readonly [sharing]: Sharing
  override readonly changes$: Observable<MapChange<K, V>> = observableOf(this.listeners)

  constructor(store: OwnedStore) {
    super(store)
    const id = nextId()
    shareAs(
      this,
      joinedBy(id, (peer) => openStore('map', id, store, peer)),
    )
  }
}

/**
 * Makes a map that the main side owns, and that all threads of a pool have as `context.shared.NAME`: as
 * {@link sharedState}, entry by entry. Keys are primitive values.
 *
 * @example
 * ```ts
 * // count.worker.ts
 * import type { SharedMap } from 'rxjs-parallel'
 * import { expose, task, type TaskContext } from 'rxjs-parallel/worker'
 *
 * export default expose({
 *   count: task(async (word: string, { shared }: TaskContext<{ counts: SharedMap<string, number> }>) => {
 *     await shared.counts.update(word, (n = 0) => n + 1)
 *   }),
 * })
 * ```
 * ```ts
 * const counts = sharedMap<string, number>()
 * const countWorker = new URL('./count.worker.js', import.meta.url)
 * const counters = threadPool<typeof import('./count.worker.js')>(countWorker, { shared: { counts } })
 * await lastValueFrom(of('a', 'b', 'a').pipe(parallelMap(counters.tasks.count)))
 * console.log([...counts].sort()) // → [ [ 'a', 2 ], [ 'b', 1 ] ]
 * ```
 */
export function sharedMap<K, V>(): OwnedMap<K, V> {
  return new OwnMap<K, V>(new OwnedStore('sharedMap'))
}
