/**
 * Makes of what travelled, in a thread, what it stands for. Loaded there only where something is shared.
 * @module
 */
import type { Revive, Revived, SharedMessage } from '../wire/sharing.js'
import { replaceParts, shareAs, sharedKind } from '../wire/sharing.js'
import type { ConditionDescriptor } from './condition.js'
import type { EventDescriptor } from './event.js'
import { LocalEvent } from './event.js'
import { LocalCondition } from './localCondition.js'
import { LocalLock } from './localLock.js'
import type { LockDescriptor } from './lock.js'
import type { Member } from './member.js'
import { joinMembers, mainSideOnly } from './member.js'
import { Permits } from './permits.js'
import { WaitQueue } from './queue.js'
import { RemoteCondition, RemoteEvent, RemoteLock } from './remote.js'
import type { StoreDescriptor } from './sharedState.js'
import { MapOver, StateOver } from './stateOver.js'
import { StoreCopy } from './storeCopy.js'

type Descriptor = LockDescriptor | ConditionDescriptor | EventDescriptor | StoreDescriptor

/** What hears messages from its like on the main side. */
interface Hears {
  receive(body: unknown): void
}

/** How a thread's code comes to what is in shared words. */
export interface Reach {
  /** In whose name. */
  readonly member: Member
  permits(words: Int32Array, count: number): Permits
  queue(words: Int32Array): WaitQueue
}

/** In a thread of its own. */
export const reviveInThread: Revive = (shared, membership, post) =>
  revive(
    shared,
    {
      member: joinMembers(membership),
      permits: (words, count) => new Permits(words, count),
      queue: (words) => new WaitQueue(words),
    },
    post,
  )

export function revive(
  shared: Readonly<Record<string, unknown>>,
  reach: Reach,
  post: (message: SharedMessage) => void,
): Revived {
  const hearing = new Map<number, Hears>()
  const values = replaceParts(shared, (part) => {
    if (!(sharedKind in part)) return undefined
    const descriptor = part as Descriptor
    const { id } = descriptor
    return revivePart(
      descriptor,
      reach,
      (body) => post({ type: 'shared', id, body }),
      (hears) => hearing.set(id, hears),
    )
  })
  return {
    values: values as Revived['values'],
    receive: ({ id, body }) => hearing.get(id)?.receive(body),
  }
}

function revivePart(
  its: Descriptor,
  { member, permits, queue }: Reach,
  post: (body: unknown) => void,
  hears: (part: Hears) => void,
): object {
  const hearing = <H extends Hears>(part: H): H => {
    hears(part)
    return part
  }
  switch (its[sharedKind]) {
    case 'mutex':
    case 'semaphore':
      return its.words
        ? new LocalLock(its[sharedKind], its.id, permits(its.words, its.count), member)
        : hearing(new RemoteLock(its[sharedKind], its.id, its.count, post))
    case 'condition':
      return its.words
        ? new LocalCondition(its.id, its.lockId, queue(its.words), member)
        : hearing(new RemoteCondition(its.lockId, post))
    case 'event':
      return its.words ? new LocalEvent(its.id, its.words, member) : hearing(new RemoteEvent(its, post))
    case 'state':
      return ownedElsewhere(new StateOver(hearing(new StoreCopy('sharedState', its.entries, post))))
    case 'map':
      return ownedElsewhere(new MapOver(hearing(new StoreCopy('sharedMap', its.entries, post))))
  }
}

function ownedElsewhere<P extends object>(part: P): P {
  shareAs(part, mainSideOnly)
  return part
}
