/**
 * Entries that one thread owns, and of which others have copies: what is behind `sharedState` and `sharedMap`.
 *
 * The owner makes all changes, in one order, and tells every copy of each. A change that was worked out from an entry
 * says from which version; if that is not the newest any more it is refused, and worked out again from the newer one.
 * Who was refused too often is given a turn, in which others' changes of that entry wait.
 * @module
 */
import { Listeners } from './changes.js'
import { frozen, frozenCopy } from './frozen.js'

export interface Entry {
  readonly value: unknown
  /** Grows with each change; that of an entry which isn't there is 0. */
  readonly version: number
}

/** A change that was made, as it travels. */
export interface Change {
  readonly key: unknown
  /** Undefined where the entry was dropped. */
  readonly entry: Entry | undefined
}

/** What may be asked of the owner. */
export interface Wish {
  readonly key: unknown
  readonly does: 'put' | 'drop' | 'merge' | 'read' | 'takeTurn' | 'endTurn'
  readonly value?: unknown
  /** The version from which it was worked out; undefined if it doesn't matter. */
  readonly base?: number | undefined
}

/** What became of it. A turn is `done` when it has come. */
export type Outcome = 'done' | 'refused' | 'missing'

/** What both the owner and the copies are. */
export interface Store {
  readonly name: string
  readonly entries: ReadonlyMap<unknown, Entry>
  readonly changes: Listeners<Change>
  wish(wish: Wish): Promise<Outcome>
}

/** What a key is worked out from. */
export function entryOf(store: Store, key: unknown): Entry {
  return store.entries.get(key) ?? { value: undefined, version: 0 }
}

/** So often is a change refused before its author asks for a turn. */
const refusals = 8

/** Works out a change from the newest version there is. Returns what `next` has made. */
export async function revise<T>(store: Store, key: unknown, next: (value: unknown) => T): Promise<T> {
  for (let refused = 0; ; refused++) {
    // Each time: another task of this thread may have ended the turn by a change of its own.
    if (refused >= refusals) await store.wish({ key, does: 'takeTurn' })
    const { value, version } = entryOf(store, key)
    let made: T
    let outcome: Outcome
    try {
      made = next(value)
      outcome = await store.wish({ key, does: 'put', value: made, base: version })
    } catch (thrown) {
      // If it was refused by the owner, that has ended the turn.
      if (refused >= refusals) await store.wish({ key, does: 'endTurn' })
      throw thrown
    }
    if (outcome === 'done') return entryOf(store, key).value as T
  }
}

/** Whose turn it is, and what waits for its end. */
interface Turn {
  readonly of: object
  readonly waiting: (() => void)[]
}

export class OwnedStore implements Store {
  readonly entries = new Map<unknown, Entry>()
  readonly changes = new Listeners<Change>()
  private readonly turns = new Map<unknown, Turn>()
  /** Authors of whom a turn may still be asked for, by what waits: they would never end it. */
  private readonly gone = new WeakSet<object>()
  private version = 0

  constructor(readonly name: string) {}

  /** An entry that is there from the beginning. */
  begin(key: unknown, value: unknown): void {
    this.entries.set(key, { value: frozenCopy(value, this.name), version: ++this.version })
  }

  /** In this thread nobody comes in between: the first attempt is the last one. */
  wish(wish: Wish): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      try {
        const copied = 'value' in wish ? { ...wish, value: frozenCopy(wish.value, this.name) } : wish
        this.take(copied, this, resolve, reject)
      } catch (thrown) {
        reject(thrown)
      }
    })
  }

  /**
   * Tells what became of it at once, or when the turn of another is over.
   * @param author whose turn it may be.
   */
  take(wish: Wish, author: object, tell: (outcome: Outcome) => void, fail: (error: unknown) => void): void {
    const { key } = wish
    // Whoever is told has heard of all changes before.
    if (wish.does === 'read') return tell('done')
    const turn = this.turns.get(key)
    if (turn && turn.of !== author) return void turn.waiting.push(() => this.take(wish, author, tell, fail))
    if (wish.does === 'takeTurn') {
      if (this.gone.has(author)) return
      this.turns.set(key, turn ?? { of: author, waiting: [] })
      return tell('done')
    }
    try {
      tell(this.make(wish))
    } catch (thrown) {
      fail(thrown)
    }
    if (turn) this.endTurn(key)
  }

  /** An author is gone. */
  leave(author: object): void {
    this.gone.add(author)
    for (const [key, turn] of this.turns) if (turn.of === author) this.endTurn(key)
  }

  private endTurn(key: unknown): void {
    const turn = this.turns.get(key)
    this.turns.delete(key)
    // What comes first may be another's turn, for which the others wait again.
    for (const go of turn?.waiting ?? []) go()
  }

  private make({ key, does, value, base }: Wish): Outcome {
    const { value: current, version } = entryOf(this, key)
    if (base !== undefined && base !== version) return 'refused'
    if (does === 'endTurn') return 'done'
    if (does === 'drop') {
      if (version === 0) return 'missing'
      this.entries.delete(key)
      this.changes.tell({ key, entry: undefined })
      return 'done'
    }
    const next = does === 'merge' ? merged(current, value) : value
    const entry = { value: frozen(next, this.name), version: ++this.version }
    this.entries.set(key, entry)
    this.changes.tell({ key, entry })
    return 'done'
  }
}

/** An object with some properties replaced; anything else is replaced as a whole. */
function merged(value: unknown, patch: unknown): unknown {
  return isPlain(value) && isPlain(patch) ? { ...value, ...patch } : patch
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}
