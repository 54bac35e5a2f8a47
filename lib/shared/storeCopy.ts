/**
 * A store's copy in a thread, and how the owner serves it.
 * @module
 */
import { encodeError } from '../wire/errorCodec.js'
import type { OpenSharing, SharingPeer } from '../wire/sharing.js'
import { cloneError } from '../wire/uncloneable.js'
import type { Answer, Call } from './calls.js'
import { Caller } from './calls.js'
import { Listeners } from './changes.js'
import { frozen } from './frozen.js'
import type { Change, Entry, Outcome, OwnedStore, Store, Wish } from './store.js'

/** From the owner: changes, and what became of wishes, in one order. */
type FromOwner = { readonly change: Change } | Answer

/** What the copy begins with. */
export type Entries = readonly (readonly [unknown, Entry])[]

export function serveStore(
  store: OwnedStore,
  { post }: SharingPeer,
  descriptor: (entries: Entries) => unknown,
): OpenSharing {
  const stop = store.changes.add((change) => post({ change } satisfies FromOwner))
  const author = {}
  return {
    descriptor: descriptor([...store.entries]),
    receive: (body) => {
      const { call: answer, args } = body as Call
      // Whoever hears the answer has heard of the change before.
      store.take(
        args[0] as Wish,
        author,
        (value) => post({ answer, value } satisfies FromOwner),
        (thrown) => post({ answer, error: encodeError(thrown) } satisfies FromOwner),
      )
    },
    died: () => {
      stop()
      store.leave(author)
    },
  }
}

export class StoreCopy implements Store {
  readonly entries: Map<unknown, Entry>
  readonly changes = new Listeners<Change>()
  private readonly caller: Caller

  constructor(
    readonly name: string,
    entries: Entries,
    post: (body: unknown) => void,
  ) {
    this.caller = new Caller(post)
    this.entries = new Map(entries.map(([key, entry]) => [key, this.freeze(entry)]))
  }

  receive(body: unknown): void {
    const message = body as FromOwner
    if ('change' in message) return this.take(message.change)
    this.caller.receive(message)
  }

  private take({ key, entry }: Change): void {
    const taken = entry && this.freeze(entry)
    if (taken) this.entries.set(key, taken)
    else this.entries.delete(key)
    this.changes.tell({ key, entry: taken })
  }

  async wish(wish: Wish): Promise<Outcome> {
    let answer: Promise<unknown>
    try {
      answer = this.caller.call('wish', [wish])
    } catch (cause) {
      throw cloneError(wish.value, this.name, 'from', cause)
    }
    return answer as Promise<Outcome>
  }

  private freeze({ value, version }: Entry): Entry {
    return { value: frozen(value, this.name), version }
  }
}
