/**
 * A state and a map over a store: the same on both sides.
 * @module
 */
import { describe } from '../wire/describe.js'
import type { Changes } from './changes.js'
import { Listeners } from './changes.js'
import { badArgument, checkFunction } from './checks.js'
import type { Store } from './store.js'
import { entryOf, revise } from './store.js'

/**
 * A value that all threads have, and can change. See `sharedState`.
 *
 * @example
 * ```ts
 * const increment = (count: SharedState<{ n: number }>) => count.update(({ n }) => ({ n: n + 1 }))
 * const count = sharedState({ n: 0 })
 * await Promise.all([increment(count), increment(count)])
 * console.log(count.value) // → { n: 2 }
 * ```
 */
export interface SharedState<T> {
  /** The newest state that this thread has heard of: frozen, with all its parts. */
  readonly value: T
  /**
   * The newest state that there is, asked of its owner: for a thread that has learnt in another way, by an event say,
   * that there is a newer one. {@link value} is it from then on.
   */
  latest(): Promise<T>
  /** Each new state from now on. */
  readonly changes$: Changes<T>
  /**
   * Changes the state.
   * @param change what to replace: of an object these properties, else all of it. Or a function of the state that
   *   returns the next one; it is called again where another change came first, so it must do nothing else, and it
   *   must not be async.
   * @returns a Promise of the state with this change in it, and maybe with later ones; so is what this thread reads from
   *   then on. Rejected with what the function throws; with a CloneError for what can't be sent.
   */
  update(change: Patch<T> | ((state: T) => T)): Promise<T>
}

/**
 * Some properties of an object; anything else as a whole.
 * @inline
 */
export type Patch<T> = T extends object ? Partial<T> : T

/**
 * A change of one entry of a {@link SharedMap}.
 *
 * @example
 * ```ts
 * const stock = sharedMap<string, number>()
 * stock.changes$.subscribe(({ type, key }: MapChange<string, number>) => console.log(type, key))
 * await stock.set('apples', 3)
 * await stock.delete('apples')
 * // → set apples, delete apples
 * ```
 */
export type MapChange<K, V> =
  | {
      /** The entry was set. */
      readonly type: 'set'
      /** Which one. */
      readonly key: K
      /** What it is now. */
      readonly value: V
    }
  | {
      /** The entry is no more. */
      readonly type: 'delete'
      /** Which one. */
      readonly key: K
      /** None. */
      readonly value: undefined
    }

/**
 * Entries that all threads have, and can change. See `sharedMap`.
 *
 * @example
 * ```ts
 * const take = (stock: SharedMap<string, number>, name: string) => stock.update(name, (n = 0) => Math.max(0, n - 1))
 * const stock = sharedMap<string, number>()
 * await stock.set('apples', 3)
 * console.log(await take(stock, 'apples'), stock.get('apples'), stock.size) // → 2 2 1
 * ```
 */
export interface SharedMap<K, V> extends Iterable<readonly [K, V]> {
  /** How many entries this thread has heard of. */
  readonly size: number
  /** Resolves to this map when it has all changes that there are by now: see {@link SharedState.latest}. */
  latest(): Promise<this>
  /** Each change from now on. */
  readonly changes$: Changes<MapChange<K, V>>
  /** The entry's newest value that this thread has heard of: frozen, with all its parts. */
  get(key: K): V | undefined
  /** Whether this thread has heard of an entry of that key. */
  has(key: K): boolean
  /** The keys that this thread has heard of. */
  keys(): IterableIterator<K>
  /** The values that this thread has heard of. */
  values(): IterableIterator<V>
  /** The entries that this thread has heard of. */
  entries(): IterableIterator<readonly [K, V]>
  /** Sets an entry, whatever it was; resolves when it is so. */
  set(key: K, value: V): Promise<void>
  /** Changes one entry by a function of its value, in one step that can't be split: see {@link SharedState.update}. */
  update(key: K, change: (value: V | undefined) => V): Promise<V>
  /** Deletes an entry; resolves to whether there was one. */
  delete(key: K): Promise<boolean>
}

/** The key of a state's one entry. */
export const onlyKey = 0

export class StateOver<T> implements SharedState<T> {
  readonly changes$: Changes<T>
  /** @internal */
  readonly listeners = new Listeners<T>()

  constructor(protected readonly store: Store) {
    store.changes.add(({ entry }) => this.listeners.tell(entry!.value as T))
    this.changes$ = this.listeners.stream()
  }

  get value(): T {
    return entryOf(this.store, onlyKey).value as T
  }

  async latest(): Promise<T> {
    await this.store.wish({ key: onlyKey, does: 'read' })
    return this.value
  }

  async update(change: Patch<T> | ((state: T) => T)): Promise<T> {
    if (typeof change === 'function') return revise(this.store, onlyKey, change as (value: unknown) => T)
    await this.store.wish({ key: onlyKey, does: 'merge', value: change })
    return this.value
  }
}

export class MapOver<K, V> implements SharedMap<K, V> {
  readonly changes$: Changes<MapChange<K, V>>
  /** @internal */
  readonly listeners = new Listeners<MapChange<K, V>>()

  constructor(protected readonly store: Store) {
    store.changes.add(({ key, entry }) =>
      this.listeners.tell(
        entry
          ? { type: 'set', key: key as K, value: entry.value as V }
          : { type: 'delete', key: key as K, value: undefined },
      ),
    )
    this.changes$ = this.listeners.stream()
  }

  async latest(): Promise<this> {
    await this.store.wish({ key: undefined, does: 'read' })
    return this
  }

  get size(): number {
    return this.store.entries.size
  }

  get(key: K): V | undefined {
    return entryOf(this.store, key).value as V | undefined
  }

  has(key: K): boolean {
    return this.store.entries.has(key)
  }

  keys(): IterableIterator<K> {
    return this.store.entries.keys() as IterableIterator<K>
  }

  *values(): IterableIterator<V> {
    for (const [, value] of this) yield value
  }

  *entries(): IterableIterator<readonly [K, V]> {
    for (const [key, { value }] of this.store.entries) yield [key as K, value as V]
  }

  [Symbol.iterator](): Iterator<readonly [K, V]> {
    return this.entries()
  }

  async set(key: K, value: V): Promise<void> {
    await this.store.wish({ key: checkKey(key), does: 'put', value })
  }

  async update(key: K, change: (value: V | undefined) => V): Promise<V> {
    checkFunction('sharedMap.update', 'the change', change)
    return revise(this.store, checkKey(key), change as (value: unknown) => V)
  }

  async delete(key: K): Promise<boolean> {
    return (await this.store.wish({ key: checkKey(key), does: 'drop' })) === 'done'
  }
}

/** An object would be another one in each thread. */
function checkKey<K>(key: K): K {
  if ((typeof key !== 'object' || key === null) && typeof key !== 'function' && typeof key !== 'symbol')
    return key
  throw badArgument(
    'sharedMap',
    `a key must be a string, a number or another primitive value, got ${describe(key)}`,
  )
}
