/**
 * Numbers of those who hold and wait: each thread has one, as does each process, unlike any other's.
 * @module
 */
import { ParallelError } from '../errors.js'
import type { Membership, OpenSharing, Sharing, SharingPeer } from '../wire/sharing.js'
import { isShared, makeWords } from './cells.js'
import { mayBlock } from './node/thread.js'

/** Numbers have 16 bits. The first ones are given once only, so that a main thread keeps its own. */
const most = 0xffff
const givenOnce = 0xfff

/** What may be done in the name of a member, in the thread that this code runs in. */
export interface Member {
  readonly number: number
  /**
   * Whether it may be blocked: `'free'` where a blocking form may be called but nobody would wake it: what it asks for
   * has to be there.
   */
  readonly mayBlock: boolean | 'free'
}

/** The words of the counter: of members, and of what is shared. */
const memberWord = 0
const idWord = 1

let counter: Int32Array | undefined
let own: Member | undefined

/** Where the last numbers given are kept: the same memory in all threads of a process. */
function numbers(): Int32Array {
  counter ??= makeWords(2)
  return counter
}

/** A number for something that is to be shared. */
export function nextId(): number {
  return Atomics.add(numbers(), idWord, 1) + 1
}

/** A number that no thread has. (Sixty thousand threads later it is given again.) */
function nextMember(): number {
  const n = Atomics.add(numbers(), memberWord, 1) + 1
  return n <= givenOnce ? n : givenOnce + 1 + ((n >>> 0) % (most - givenOnce))
}

/** This thread. */
export function thisMember(): Member {
  own ??= { number: nextMember(), mayBlock: mayBlock() }
  return own
}

/** Says which number this thread has, and where others come from. */
export function joinMembers({ number, counter: known }: Membership): Member {
  counter = known ?? counter
  own = { number, mayBlock: mayBlock() }
  return own
}

/**
 * How something of this id is shared.
 * @param revivedBy in whose name it is used, where it came from the main side: that one alone can share it.
 */
export function joinedBy(id: number, open: (peer: SharingPeer) => OpenSharing, revivedBy?: Member): Sharing {
  if (revivedBy) return mainSideOnly
  return {
    id,
    open,
    newMembership: () => ({ number: nextMember(), counter: isShared(numbers()) ? numbers() : undefined }),
  }
}

/**
 * Of what came from the main side: nobody would hear there of the death of a thread of this one's own, and release what
 * it held.
 */
export const mainSideOnly: Sharing = {
  id: 0,
  open() {
    throw new ParallelError(
      'NOT_SHAREABLE',
      'what a thread or a process has from the main side can be shared by that one only, and not with a pool that is ' +
        'made here; make the pool on the main side, or what it is to share here',
    )
  },
  newMembership: () => ({ number: 0, counter: undefined }),
}

/** Whether a thread can use these words by itself. */
export function canShareWith({ memory }: SharingPeer, words: Int32Array): boolean {
  return memory === 'same' || (memory === 'shared' && isShared(words))
}
