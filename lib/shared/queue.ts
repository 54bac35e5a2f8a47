/**
 * A queue of those who wait, in shared memory: first come, first served.
 *
 * Who waits has a slot, whose one word says all: whose it is, how far it is, and what it was given. Each step changes
 * that word from one valid state to the next, so a thread may be ended at any moment, and nobody needs a lock for it.
 * @module
 */
import { wake } from './cells.js'
import type { Wait } from './waiting.js'

/**
 * How far a slot is: nobody's, being taken, one who waits, one who was given something. With one who waits stands how
 * often others were let pass it since it has been the first: not at all before it is called.
 */
export const phase = { empty: 0, taken: 1, waiting: 2, granted: 3 } as const

/** Who waits at once may be so many, from all threads; others wait outside. */
const slots = 1024

/** Words: the last ticket, how many slots were ever used, then for each slot its state and its ticket. */
const ticketWord = 0
const usedWord = 1
export const firstSlot = 2
export const queueSize = firstSlot + 2 * slots

/** What a slot may be given: a number of 14 bits. */
export const mostGrant = 0x3fff

/** So often, and no oftener, are others let pass one who waits: so many short turns there are while a thread wakes up. */
export const mostPasses = 256

function state(member: number, of: number, grant = 0): number {
  return (member << 16) | (grant << 2) | of
}
export const phaseOf = (word: number): number => word & 3
const memberOf = (word: number): number => word >>> 16
const grantOf = (word: number): number => (word >>> 2) & mostGrant
const passesOf = grantOf

/** What a slot has been given, and to whom. */
export interface Grant {
  readonly slot: number
  readonly member: number
  readonly grant: number
}

/** What the first who waits has been given. */
export interface FirstGrant extends Grant {
  /** Whether it was to look for something that was free. */
  readonly wasCalled: boolean
}

/** The first who waits, and how often others were let pass it, this time included. */
export interface Passed {
  readonly slot: number
  readonly passes: number
}

export class WaitQueue {
  /** @param start the word at which it begins. */
  constructor(
    readonly words: Int32Array,
    private readonly start = 0,
  ) {}

  /** Waits from now on. Returns the slot's word, or undefined if all are taken. */
  join(member: number): number | undefined {
    const { words, start } = this
    for (let i = 0; i < slots; i++) {
      const at = start + firstSlot + 2 * i
      if (Atomics.load(words, at) !== 0) continue
      if (Atomics.compareExchange(words, at, 0, state(member, phase.taken)) !== 0) continue
      this.countUsed(i + 1)
      Atomics.store(words, at + 1, Atomics.add(words, start + ticketWord, 1))
      Atomics.store(words, at, state(member, phase.waiting))
      return at
    }
    return undefined
  }

  private countUsed(used: number): void {
    const at = this.start + usedWord
    for (let known = Atomics.load(this.words, at); known < used; known = Atomics.load(this.words, at))
      if (Atomics.compareExchange(this.words, at, known, used) === known) return
  }

  /** Till this member's slot is called; or, once it insists, till it is given something. */
  wait(slot: number, member: number, insists = false): Wait {
    const value = state(member, phase.waiting, insists ? mostPasses : 0)
    return { words: this.words, index: slot, value, giveUp: () => this.giveUp(slot) }
  }

  /** What it was given; undefined while it waits. */
  granted(slot: number): number | undefined {
    const word = Atomics.load(this.words, slot)
    return phaseOf(word) === phase.granted ? grantOf(word) : undefined
  }

  /** Waits no more. Returns false if it was given something meanwhile. */
  giveUp(slot: number): boolean {
    if (!this.leaveWaiting(slot)) return false
    wake(this.words, slot)
    return true
  }

  /** As {@link giveUp}, of one who is awake. */
  leaveWaiting(slot: number): boolean {
    return this.changeWaiting(slot, () => 0)
  }

  /** Lets nobody pass any more. Returns false if it was given something meanwhile. */
  insist(slot: number): boolean {
    return this.changeWaiting(slot, (word) => state(memberOf(word), phase.waiting, mostPasses))
  }

  /** Changes the word of one who waits, whatever others count in it. */
  protected changeWaiting(slot: number, next: (word: number) => number): boolean {
    const { words } = this
    for (;;) {
      const word = Atomics.load(words, slot)
      if (phaseOf(word) !== phase.waiting) return false
      if (Atomics.compareExchange(words, slot, word, next(word)) === word) return true
    }
  }

  /** Lets others pass the first who waits once more. Returns undefined if nobody waits, or the first one insists. */
  pass(): Passed | undefined {
    for (let slot = this.first(); slot !== undefined; slot = this.first()) {
      const word = Atomics.load(this.words, slot)
      if (phaseOf(word) !== phase.waiting) continue
      const passes = passesOf(word) + 1
      if (passes > mostPasses) return undefined
      const passed = state(memberOf(word), phase.waiting, passes)
      if (Atomics.compareExchange(this.words, slot, word, passed) === word) return { slot, passes }
    }
    return undefined
  }

  /** Whether it waits, has been called, and will look for itself. */
  willLook(slot: number): boolean {
    const word = Atomics.load(this.words, slot)
    const passes = passesOf(word)
    return phaseOf(word) === phase.waiting && passes > 0 && passes < mostPasses
  }

  /** What it was given has been taken. */
  leave(slot: number): void {
    Atomics.store(this.words, slot, 0)
  }

  /** Gives something to the first who waits. It has to be woken. Returns undefined if nobody waits. */
  grantFirst(grant: number): FirstGrant | undefined {
    for (let slot = this.first(); slot !== undefined; slot = this.first()) {
      const word = Atomics.load(this.words, slot)
      if (phaseOf(word) !== phase.waiting) continue
      const member = memberOf(word)
      const given = state(member, phase.granted, grant)
      if (Atomics.compareExchange(this.words, slot, word, given) === word)
        return { slot, member, grant, wasCalled: passesOf(word) > 0 }
    }
    return undefined
  }

  /** The slot of the one who has waited longest. */
  private first(): number | undefined {
    const { words, start } = this
    let first: number | undefined
    let lowest = 0
    // Not by a generator: a lock that is in demand comes here each time.
    const end = start + firstSlot + 2 * Atomics.load(words, start + usedWord)
    for (let at = start + firstSlot; at < end; at += 2) {
      if (phaseOf(Atomics.load(words, at)) !== phase.waiting) continue
      const ticket = Atomics.load(words, at + 1)
      // Tickets begin anew after the last one.
      if (first !== undefined && ((ticket - lowest) | 0) >= 0) continue
      first = at
      lowest = ticket
    }
    return first
  }

  get hasWaiting(): boolean {
    return this.first() !== undefined
  }

  wake(slot: number): void {
    wake(this.words, slot)
  }

  /** Takes those who are gone out of the queue. */
  drop(dead: number): void {
    const { words } = this
    for (const at of this.used()) {
      for (let word = Atomics.load(words, at); isDropped(word, dead); word = Atomics.load(words, at))
        Atomics.compareExchange(words, at, word, 0)
    }
  }

  /** Wakes those who were called: who called them may be gone before it could. */
  wakeCalled(): void {
    for (const slot of this.used()) if (this.willLook(slot)) this.wake(slot)
  }

  /** What has been given and isn't taken yet. */
  *grants(): Generator<Grant> {
    for (const slot of this.used()) {
      const word = Atomics.load(this.words, slot)
      if (phaseOf(word) === phase.granted) yield { slot, member: memberOf(word), grant: grantOf(word) }
    }
  }

  private *used(): Generator<number> {
    const used = Atomics.load(this.words, this.start + usedWord)
    for (let i = 0; i < used; i++) yield this.start + firstSlot + 2 * i
  }
}

/** Whether this is of one who is gone, and wasn't given anything. */
function isDropped(word: number, dead: number): boolean {
  const of = phaseOf(word)
  return memberOf(word) === dead && (of === phase.taken || of === phase.waiting)
}
