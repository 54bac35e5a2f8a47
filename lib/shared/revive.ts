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
import { RemoteCondition, RemoteEvent, RemoteLock } from './remote.js'
import type { StoreDescriptor } from './sharedState.js'
import { MapOver, StateOver } from './stateOver.js'
import { StoreCopy } from './storeCopy.js'

type Descriptor = LockDescriptor | ConditionDescriptor | EventDescriptor | StoreDescriptor

/** What hears messages from its like on the main side. */
interface Hears {
  receive(body: unknown): void
}

/** In a thread of its own. */
export const reviveInThread: Revive = (shared, membership, post) =>
  revive(shared, joinMembers(membership), post)

/** @param member in whose name it is used. */
export function revive(
  shared: Readonly<Record<string, unknown>>,
  member: Member,
  post: (message: SharedMessage) => void,
): Revived {
  const hearing = new Map<number, Hears>()
  const values = replaceParts(shared, (part) => {
    if (!(sharedKind in part)) return undefined
    const descriptor = part as Descriptor
    const { id } = descriptor
    return revivePart(
      descriptor,
      member,
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
  member: Member,
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
        ? new LocalLock(its[sharedKind], its.id, its.words, its.count, member)
        : hearing(new RemoteLock(its[sharedKind], its.id, its.count, post))
    case 'condition':
      return its.words
        ? new LocalCondition(its.id, its.lockId, its.words, member)
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
