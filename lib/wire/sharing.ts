/**
 * How what threads share gets to them: each of it opens itself to a thread, travels as a plain object that says what it
 * is, and may send messages to its like there. What it is, only lib/shared knows.
 * @module
 */

/** Where something that threads share keeps how it does. */
export const sharing: unique symbol = Symbol.for('rxjs-parallel.sharing') as never

/** In what travels in the place of something shared: its kind. */
export const sharedKind = 'rxjs-parallel.shared'

/** The number by which locks know a thread, and where such numbers come from. */
export interface Membership {
  readonly number: number
  readonly counter: Int32Array | undefined
}

/** What memory another thread can share: of no kind, such as can be shared, or all, since it is none. */
export type SharedMemory = 'none' | 'shared' | 'same'

/** What a thread, or a process, is to something shared. */
export interface SharingPeer {
  readonly member: number
  readonly memory: SharedMemory
  /** What it holds by messages, by numbers of its own. */
  readonly held: Map<number, unknown>
  /** Sends to its like there. */
  post(body: unknown): void
}

export interface Sharing {
  /** Unlike any other's, and the same in all threads. */
  readonly id: number
  /** A number for a thread that is to share it. */
  newMembership(): Membership
  open(peer: SharingPeer): OpenSharing
}

/** Something shared, as one thread has it. */
export interface OpenSharing {
  /** What travels: it has a `sharedKind`. */
  readonly descriptor: unknown
  /** A message from its like there. */
  receive?(body: unknown): void
  /** The thread is gone. */
  died(): void
}

/** How something shared speaks to its like at the other end. */
export interface SharedMessage {
  readonly type: 'shared'
  readonly id: number
  readonly body: unknown
}

export interface SharingSession {
  /** As they travel. */
  readonly values: Readonly<Record<string, unknown>>
  readonly membership: Membership | undefined
  receive(message: SharedMessage): void
  died(): void
}

/** What a thread has as `context.shared`, and what hears messages for it. */
export interface Revived {
  readonly values: Readonly<Record<string, unknown>>
  receive(message: SharedMessage): void
}

/** Makes of what travelled what it is, in a thread of its own. */
export type Revive = (
  shared: Readonly<Record<string, unknown>>,
  membership: Membership,
  post: (message: SharedMessage) => void,
) => Revived

/** Opens all of these values that can be shared to a thread. */
export function openSharing(
  shared: Readonly<Record<string, unknown>>,
  memory: SharedMemory,
  post: (message: SharedMessage) => void,
): SharingSession {
  const open = new Map<number, OpenSharing>()
  const held = new Map<number, unknown>()
  let membership: Membership | undefined
  const openPart = (part: object): unknown => {
    const its = sharingOf(part)
    if (!its) return undefined
    membership ??= its.newMembership()
    const { id } = its
    const opened =
      open.get(id) ??
      its.open({
        member: membership.number,
        memory,
        held,
        post: (body: unknown) => post({ type: 'shared', id, body }),
      })
    open.set(id, opened)
    return opened.descriptor
  }
  const died = () => {
    for (const each of open.values()) each.died()
  }
  let values: unknown
  try {
    values = replaceParts(shared, openPart)
  } catch (thrown) {
    // There will be no session that could end them.
    died()
    throw thrown
  }
  return {
    values: values as Readonly<Record<string, unknown>>,
    membership,
    receive: ({ id, body }) => open.get(id)?.receive?.(body),
    died,
  }
}

/** Says how something is shared. (A property that a class declared would be in all bundles, used or not.) */
export function shareAs(value: object, its: Sharing): void {
  Object.defineProperty(value, sharing, { value: its })
  // Whoever sends it in another way is told, instead of getting an object without methods there: functions aren't cloned.
  Object.defineProperty(value, 'rxjs-parallel.onlyByShared', { value() {}, enumerable: true })
}

export function isShareable(value: object): boolean {
  return sharingOf(value) !== undefined
}

function sharingOf(value: unknown): Sharing | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  return (value as { [sharing]?: Sharing })[sharing]
}

/** A value with parts of it replaced, where `replacement` gives something, however deep they are in lists and objects. */
export function replaceParts(
  value: unknown,
  replacement: (part: object) => unknown,
  seen = new Map<object, unknown>(),
): unknown {
  if (typeof value !== 'object' || value === null) return value
  const known = seen.get(value)
  if (known !== undefined) return known
  const replaced = replacement(value)
  if (replaced !== undefined) {
    seen.set(value, replaced)
    return replaced
  }
  if (Array.isArray(value)) {
    const list: unknown[] = []
    seen.set(value, list)
    for (const each of value) list.push(replaceParts(each, replacement, seen))
    return list
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return value
  const object: Record<string, unknown> = {}
  seen.set(value, object)
  for (const [key, each] of Object.entries(value)) {
    const part = replaceParts(each, replacement, seen)
    // A plain assignment to __proto__ would be something else.
    Object.defineProperty(object, key, { value: part, configurable: true, enumerable: true, writable: true })
  }
  return object
}
