/**
 * Who holds what: a number of permits, one for a mutex, and a queue of those who wait for one.
 *
 * A permit's one word says who holds it, and whether its holder before that died.
 *
 * Most turns are shorter than it takes to wait. So who finds none free looks for a moment first, and isn't in the queue
 * till then: only while nobody waits there, who would come before it.
 *
 * Those who wait have their turns in the order in which they came, but it takes a thread long to wake up: where each
 * turn had to wait for that, threads that want a lock all the time would get on at the pace of their waking. So who
 * gives back a permit that is waited for calls the first in the queue and leaves the permit free; till that one is awake
 * others may pass it, so often at most as queue.ts says. It takes what is free then, or insists, and from then on the
 * permit is handed to it as soon as it is given back. (So do Go's `sync.Mutex`, with a time in the place of being awake,
 * and WebKit's `WTF::ParkingLot`: "eventual fairness".)
 *
 * While a permit is free and somebody waits, the first in the queue has been called and hasn't looked yet. Whoever ends
 * that (by leaving the queue, or by giving the first one another permit) or finds that it isn't so gives what is free to
 * those who wait.
 *
 * To hand over takes two steps, and the first of them (the word of a slot, see queue.ts) decides: whoever learns of the
 * death of the thread between the two takes the second one.
 * @module
 */
import { makeWords } from './cells.js'
import { queueSize, WaitQueue } from './queue.js'
import type { Wait } from './waiting.js'
import { looks } from './waiting.js'

/** The word that says whether somebody may be waiting. */
const waitingWord = 0
/** Permits are called by the word that is theirs. */
const firstPermit = 1

/** Of a permit's word: its holder died. Of a free one: and nobody has been told of it yet. */
const abandonedBit = 1

/** Where the queue of so many permits begins. */
export const queueStart = (count: number): number => firstPermit + count

export function permitWords(count: number): Int32Array {
  return makeWords(queueStart(count) + queueSize)
}

export class Permits {
  constructor(
    readonly words: Int32Array,
    readonly count: number,
    private readonly queue = new WaitQueue(words, queueStart(count)),
  ) {}

  /** Takes one if one is free. Returns 0 if not. */
  tryTake(me: number): number {
    const { words, count } = this
    for (let permit = firstPermit; permit <= count; permit++) {
      if (count > 1 && Atomics.load(words, permit) > abandonedBit) continue
      const found = Atomics.compareExchange(words, permit, 0, me << 1)
      if (found === 0) return permit
      if (found !== abandonedBit) continue
      if (Atomics.compareExchange(words, permit, found, (me << 1) | found) === found) return permit
    }
    return 0
  }

  /** Looks for a moment whether one is given back: to wait in the queue takes longer. Returns 0 if none is. */
  takeSoon(me: number): number {
    const { words, count } = this
    // Those who wait come first, and a thread that has all waits for itself.
    if (Atomics.load(words, waitingWord) !== 0 || this.hasAll(me)) return 0
    for (let look = 0; look < looks; look++) {
      const permit = firstPermit + (count === 1 ? 0 : look % count)
      if (Atomics.load(words, permit) > abandonedBit) continue
      const taken = this.tryTake(me)
      if (taken !== 0) return taken
    }
    return 0
  }

  /** Waits for one: returns the slot's word, or undefined if too many wait. */
  join(me: number): number | undefined {
    const slot = this.queue.join(me)
    if (slot === undefined) return undefined
    // In this order: see `free`.
    Atomics.store(this.words, waitingWord, 1)
    this.settle(me)
    return slot
  }

  /** Till the slot is called: for the first time, or again, since others were faster. */
  wait(slot: number, me: number, again: boolean): Wait {
    return { ...this.queue.wait(slot, me, again), giveUp: () => this.giveUp(slot, me) }
  }

  /** Of one that is awake: takes what it was given, or what is free. Returns 0 if it has to wait again. */
  claim(slot: number, me: number): number {
    const { queue } = this
    if (queue.granted(slot) === undefined) {
      // What is given back before it insists nobody hands to it.
      const permit = this.tryTake(me) || (queue.insist(slot) ? this.tryTake(me) : 0)
      if (permit !== 0) return this.leaveWith(permit, slot, me)
      if (queue.granted(slot) === undefined) return 0
    }
    return this.taken(slot, me)
  }

  private leaveWith(permit: number, slot: number, me: number): number {
    if (this.queue.leaveWaiting(slot)) {
      if (this.count > 1) this.settle(me)
      return permit
    }
    // It has been given another one meanwhile.
    this.handOver(permit)
    return this.taken(slot, me)
  }

  private taken(slot: number, me: number): number {
    const permit = this.queue.granted(slot)!
    // Whoever gave it may not be through with saying so.
    const word = Atomics.load(this.words, permit)
    Atomics.store(this.words, permit, (me << 1) | (word & abandonedBit))
    this.queue.leave(slot)
    return permit
  }

  /** Waits no more. Returns false if it was given one meanwhile. */
  giveUp(slot: number, me: number): boolean {
    if (!this.queue.giveUp(slot)) return false
    this.settle(me)
    return true
  }

  isAbandoned(permit: number): boolean {
    return (Atomics.load(this.words, permit) & abandonedBit) !== 0
  }

  /** Whether this member holds all there are: it would wait for itself. */
  hasAll(me: number): boolean {
    for (let permit = firstPermit; permit <= this.count; permit++)
      if (Atomics.load(this.words, permit) >>> 1 !== me) return false
    return true
  }

  release(permit: number, me: number): void {
    const { words } = this
    if (Atomics.load(words, waitingWord) !== 0) {
      if (this.leaveFree(permit, me)) return
      Atomics.store(words, permit, me << 1)
      return this.handOver(permit)
    }
    Atomics.store(words, permit, 0)
    // Who came meanwhile may have found it taken.
    if (Atomics.load(words, waitingWord) !== 0) this.settle(me)
  }

  /** Frees a permit that the first who waits will look for. Returns false where nobody waits, or the first one insists. */
  private leaveFree(permit: number, me: number): boolean {
    const { words, queue } = this
    const passed = queue.pass()
    if (!passed) return false
    Atomics.store(words, permit, 0)
    if (passed.passes === 1) queue.wake(passed.slot)
    // It may have looked before the permit was free, or be gone.
    if (!queue.willLook(passed.slot)) this.settle(me)
    return true
  }

  /** As {@link release}, and the next holder is told. */
  abandon(permit: number, me: number): void {
    Atomics.store(this.words, permit, (me << 1) | abandonedBit)
    this.handOver(permit)
  }

  /** Gives a permit of this thread's to the first who waits, as it is. */
  private handOver(permit: number): void {
    const { words, queue } = this
    const mine = Atomics.load(words, permit)
    const grant = queue.grantFirst(permit)
    if (!grant) return this.free(permit, mine)
    Atomics.compareExchange(words, permit, mine, (grant.member << 1) | (mine & abandonedBit))
    queue.wake(grant.slot)
    // What it was to look for is for the next one.
    if (grant.wasCalled && this.count > 1) this.settle(mine >>> 1)
  }

  /** Frees a permit that nobody waits for. */
  private free(permit: number, mine: number): void {
    const { words } = this
    // Those who join say so when they are in the queue: either they are seen there, or what they say comes later.
    Atomics.store(words, waitingWord, 0)
    if (this.queue.hasWaiting) Atomics.store(words, waitingWord, 1)
    Atomics.store(words, permit, mine & abandonedBit)
    // Who came meanwhile found it taken; and others may have freed theirs while the word said that nobody waits.
    if (Atomics.load(words, waitingWord) !== 0) this.settle(mine >>> 1)
  }

  /** Gives all that is free to those who wait. */
  private settle(me: number): void {
    const { words } = this
    for (let permit = firstPermit; permit <= this.count; permit++) {
      const word = Atomics.load(words, permit)
      if (word > abandonedBit || Atomics.load(words, waitingWord) === 0) continue
      if (Atomics.compareExchange(words, permit, word, (me << 1) | word) === word) this.handOver(permit)
    }
  }

  /** Gives on what a member held that is gone, and completes what it was at. Called in one thread at a time. */
  recover(dead: number, me: number): void {
    const { words, queue } = this
    // From now on it is given nothing more.
    queue.drop(dead)
    // It may have been about to say so again, in `free`. Where nobody waits, the next release finds that out.
    Atomics.store(words, waitingWord, 1)
    const left: number[] = []
    for (const { slot, member, grant: permit } of queue.grants()) {
      if (member === dead) {
        // Given, and nothing was done under it: it is the giver's still, or the dead one's.
        this.takeOver(permit, me, 0)
        queue.leave(slot)
        left.push(permit)
      } else {
        const word = Atomics.load(words, permit)
        if (word >>> 1 === dead)
          Atomics.compareExchange(words, permit, word, (member << 1) | (word & abandonedBit))
        queue.wake(slot)
      }
    }
    for (let permit = firstPermit; permit <= this.count; permit++) {
      if (Atomics.load(words, permit) >>> 1 !== dead) continue
      this.takeOver(permit, me, abandonedBit)
      left.push(permit)
    }
    for (const permit of left) this.handOver(permit)
    this.settle(me)
    queue.wakeCalled()
  }

  private takeOver(permit: number, me: number, bit: number): void {
    const { words } = this
    for (;;) {
      const word = Atomics.load(words, permit)
      const mine = (me << 1) | (word & abandonedBit) | bit
      if (Atomics.compareExchange(words, permit, word, mine) === word) return
    }
  }
}
