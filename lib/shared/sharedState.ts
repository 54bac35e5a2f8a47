/**
 * A value that this thread owns and others have.
 * @module
 */
import { Observable } from 'rxjs'
import type { OpenSharing, Sharing, SharingPeer, sharing } from '../wire/sharing.js'
import { shareAs, sharedKind } from '../wire/sharing.js'
import { joinedBy, nextId } from './member.js'
import type { SharedState } from './stateOver.js'
import { onlyKey, StateOver } from './stateOver.js'
import { OwnedStore } from './store.js'
import type { Entries } from './storeCopy.js'
import { serveStore } from './storeCopy.js'

/** What the descriptor of a state or a map says. */
export interface StoreDescriptor {
  readonly [sharedKind]: 'state' | 'map'
  readonly id: number
  readonly entries: Entries
}

/**
 * A state where it was made: its changes are an Observable.
 *
 * @example
 * ```ts
 * const progress: OwnedState<number> = sharedState(0)
 * progress.changes$.subscribe(console.log)
 * await progress.update(50)
 * await progress.update((done) => done + 50)
 * // → 50, 100
 * ```
 */
export interface OwnedState<T> extends SharedState<T> {
  /** Each new state from now on. */
  readonly changes$: Observable<T>
}

class OwnState<T> extends StateOver<T> implements OwnedState<T> {
  declare readonly [sharing]: Sharing
  override readonly changes$: Observable<T> = observableOf(this.listeners)

  constructor(store: OwnedStore) {
    super(store)
    const id = nextId()
    shareAs(
      this,
      joinedBy(id, (peer) => openStore('state', id, store, peer)),
    )
  }
}

/** A store to a thread. */
export function openStore(
  kind: StoreDescriptor[typeof sharedKind],
  id: number,
  store: OwnedStore,
  peer: SharingPeer,
): OpenSharing {
  return serveStore(store, peer, (entries): StoreDescriptor => ({ [sharedKind]: kind, id, entries }))
}

export function observableOf<T>(listeners: { add(next: (value: T) => void): () => void }): Observable<T> {
  return new Observable((subscriber) => listeners.add((value) => subscriber.next(value)))
}

/**
 * Makes a value that the main side owns, and that all threads of a pool have as `context.shared.NAME`.
 *
 * - Reading takes no time: each thread has a copy, the newest that it has heard of. A task that computes hears of none
 *   before it comes back to its event loop; and what it has learnt in another way, by an event say, may be ahead of its
 *   copy: `await state.latest()` is the newest state there is.
 * - All changes are made in one order, which is the same in every thread.
 * - Copies are frozen. To change a value in it throws a TypeError (in ES modules and wherever else code is strict);
 *   `update` changes the state for all.
 *
 * @param initial anything that can be cloned, but ArrayBuffers, which can't be frozen.
 * @throws CloneError, or ParallelError `INVALID_ARGUMENT`, for what can't be shared.
 *
 * @example
 * ```ts
 * // work.worker.ts
 * import type { SharedState } from 'rxjs-parallel'
 * import { expose, task, type TaskContext } from 'rxjs-parallel/worker'
 *
 * interface Progress {
 *   done: number
 * }
 *
 * export default expose({
 *   work: task(async (_name: string, { shared }: TaskContext<{ state: SharedState<Progress> }>) => {
 *     await shared.state.update(({ done }) => ({ done: done + 1 })) // none is lost
 *   }),
 * })
 * ```
 * ```ts
 * const state = sharedState({ done: 0 })
 * const workWorker = new URL('./work.worker.js', import.meta.url)
 * const workers = threadPool<typeof import('./work.worker.js')>(workWorker, { shared: { state } })
 * await lastValueFrom(of('a', 'b', 'c').pipe(parallelMap(workers.tasks.work)))
 * console.log(state.value) // → { done: 3 }
 * ```
 */
export function sharedState<T>(initial: T): OwnedState<T> {
  const store = new OwnedStore('sharedState')
  store.begin(onlyKey, initial)
  return new OwnState<T>(store)
}
