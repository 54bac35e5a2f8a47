/**
 * A lock of the main side's, for a process or a thread that shares no memory with it.
 * @module
 */
import type { OpenSharing, SharingPeer } from '../wire/sharing.js'
import { answerCalls } from './calls.js'
import type { Held } from './held.js'
import type { Lock, LockDescriptor } from './lock.js'

/** What is held for another. */
interface HeldForOther extends Held {
  abandon(): void
}

/** What a process knows of what it holds. */
export interface HeldNumber {
  readonly number: number
  readonly abandoned: boolean
}

export function serveLock(lock: Lock, peer: SharingPeer, descriptor: LockDescriptor): OpenSharing {
  const mine = new Set<HeldForOther>()
  let dead = false
  const take = (held: HeldForOther): HeldNumber => {
    const number = nextNumber(peer.held)
    peer.held.set(number, held)
    mine.add(held)
    if (dead) held.release()
    return { number, abandoned: held.abandoned }
  }
  const methods = {
    acquire: async ([timeout]: readonly unknown[], signal: AbortSignal) =>
      take((await lock.acquire({ timeout: timeout as number | undefined, signal })) as HeldForOther),
    release: ([number]: readonly unknown[]) => {
      const held = peer.held.get(number as number) as HeldForOther
      peer.held.delete(number as number)
      mine.delete(held)
      held.release()
    },
  }
  return answerCalls(descriptor, peer, methods, () => {
    dead = true
    for (const held of mine) held.abandon()
  })
}

function nextNumber(taken: ReadonlyMap<number, unknown>): number {
  let number = taken.size + 1
  while (taken.has(number)) number++
  return number
}
