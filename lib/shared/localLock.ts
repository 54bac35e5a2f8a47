/**
 * A mutex or a semaphore in the memory of this process: what both do alike.
 * @module
 */
import type { OpenSharing, Sharing, SharingPeer, sharing } from '../wire/sharing.js'
import { shareAs, sharedKind } from '../wire/sharing.js'
import { checkBlock, checkFunction, checkWait } from './checks.js'
import type { Held } from './held.js'
import { notHeld, Release } from './held.js'
import type { Lock, LockDescriptor } from './lock.js'
import type { Member } from './member.js'
import { canShareWith, joinedBy, thisMember } from './member.js'
import type { Permits } from './permits.js'
import { serveLock } from './serveLock.js'
import type { BlockOptions, WaitOptions } from './waiting.js'
import { blocked, changed, checkBlocking, countdown, deadlock, soon, timeoutError } from './waiting.js'

export class LocalLock implements Lock {
  readonly count: number
  /** @internal */
  readonly member: Member
  /** @internal */
  declare readonly [sharing]: Sharing

  /** @param revivedBy in whose name it is used, where it came from the main side. */
  constructor(
    private readonly kind: 'mutex' | 'semaphore',
    readonly id: number,
    /** @internal */
    readonly permits: Permits,
    revivedBy?: Member,
  ) {
    this.member = revivedBy ?? thisMember()
    this.count = permits.count
    const open = (peer: SharingPeer) => this.open(peer)
    shareAs(this, joinedBy(id, open, revivedBy))
  }

  async acquire(options?: WaitOptions): Promise<Held> {
    return this.take('acquire', options)
  }

  acquireSync(options?: BlockOptions): Held {
    return this.takeSync('acquireSync', 'acquire', options)
  }

  tryAcquire(): Held | undefined {
    const permit = this.permits.tryTake(this.member.number)
    return permit === 0 ? undefined : new LocalHeld(this, permit)
  }

  async run<R>(run: (held: Held) => R | PromiseLike<R>, options?: WaitOptions): Promise<R> {
    if (typeof run !== 'function') checkFunction(`${this.kind}.run`, 'what is to be run', run)
    const held = await this.take('run', options)
    try {
      const result = run(held)
      // What is done by now is released now: others may be waiting.
      return isPromiseLike(result) ? await result : result
    } finally {
      held.release()
    }
  }

  runSync<R>(run: (held: Held) => R, options?: BlockOptions): R {
    if (typeof run !== 'function') checkFunction(`${this.kind}.runSync`, 'what is to be run', run)
    const held = this.takeSync('runSync', 'run', options)
    try {
      return run(held)
    } finally {
      held.release()
    }
  }

  /** Gives no Promise where it needn't wait: most turns don't. */
  private take(method: string, options?: WaitOptions): Held | Promise<Held> {
    const timeout = options && checkWait(`${this.kind}.${method}`, options)
    const permit = this.takeSoon(timeout)
    return permit === 0 ? this.takeLater(method, timeout, options?.signal) : new LocalHeld(this, permit)
  }

  private async takeLater(method: string, timeout?: number, signal?: AbortSignal): Promise<Held> {
    const permit = await this.wait(timeout, signal)
    if (permit === 0) throw timeoutError(`${this.kind}.${method}`, timeout)
    return new LocalHeld(this, permit)
  }

  private takeSync(method: string, instead: string, options?: BlockOptions): Held {
    const { member, kind } = this
    if (member.mayBlock === false) checkBlocking(member, `${kind}.${method}`, instead)
    const timeout = options && checkBlock(`${kind}.${method}`, options)
    const permit = this.takeSoon(timeout) || this.waitSync(`${kind}.${method}`, timeout)
    if (permit === 0) throw timeoutError(`${kind}.${method}`, timeout)
    return new LocalHeld(this, permit)
  }

  /**
   * @internal Takes one in this thread's name, if one is free, or is within a moment: most turns are short. Returns 0 if
   * not. A main thread isn't kept.
   */
  takeSoon(timeout?: number): number {
    const { permits, member } = this
    const permit = permits.tryTake(member.number)
    return permit !== 0 || timeout === 0 || member.mayBlock !== true
      ? permit
      : permits.takeSoon(member.number)
  }

  /** @internal Waits, in this thread's name. Resolves to 0 when the time is over. */
  async wait(timeout?: number, signal?: AbortSignal): Promise<number> {
    const { permits, member } = this
    if (timeout === 0) return 0
    const left = countdown(timeout)
    let slot = permits.join(member.number)
    // So many wait that there is no place in the queue.
    for (; slot === undefined; slot = permits.join(member.number)) {
      await new Promise((resolve) => setTimeout(resolve, 1))
      signal?.throwIfAborted()
      if (left() === 0) return 0
    }
    let permit = 0
    for (let again = false; permit === 0; again = true) {
      const wait = permits.wait(slot, member.number, again)
      // Once it insists the next turn is its own. A main thread isn't kept.
      const isSoon = again && member.mayBlock === true && soon(wait)
      if (!isSoon && !(await changed(wait, { timeout: left(), signal }))) return 0
      permit = permits.claim(slot, member.number)
    }
    return permit
  }

  /** @internal As {@link wait}, blocking. */
  waitSync(caller: string, timeout?: number): number {
    const { permits, member } = this
    if (timeout === 0) return 0
    if (member.mayBlock === 'free')
      throw deadlock(caller, 'what it waits for would have to be done by this very thread')
    if (permits.hasAll(member.number)) throw deadlock(caller, 'this thread holds it already')
    const left = countdown(timeout)
    let slot = permits.join(member.number)
    for (; slot === undefined; slot = permits.join(member.number)) {
      pause(1)
      if (left() === 0) return 0
    }
    let permit = 0
    for (let again = false; permit === 0; again = true) {
      const wait = permits.wait(slot, member.number, again)
      if (!(again && soon(wait)) && !blocked(wait, left())) return 0
      permit = permits.claim(slot, member.number)
    }
    return permit
  }

  private open(peer: SharingPeer): OpenSharing {
    const { kind, id, count, permits } = this
    const { words } = permits
    const recover = () => permits.recover(peer.member, this.member.number)
    const descriptor = (its?: Int32Array): LockDescriptor => ({ [sharedKind]: kind, id, count, words: its })
    if (canShareWith(peer, words)) return { descriptor: descriptor(words), died: recover }
    return serveLock(this, peer, descriptor())
  }
}

/** What was acquired of a {@link LocalLock}. */
export class LocalHeld extends Release {
  override abandoned: boolean

  constructor(
    /** @internal */
    readonly lock: LocalLock,
    /** @internal 0 when it has been released, and while a condition waits. */
    public permit: number,
  ) {
    super()
    this.abandoned = lock.permits.isAbandoned(permit)
  }

  override release(): void {
    const { permit, lock } = this
    if (permit === 0) return
    this.permit = 0
    lock.permits.release(permit, lock.member.number)
  }

  /** @internal Releases it, and the next holder is told that its holder is gone. */
  abandon(): void {
    const { permit, lock } = this
    if (permit === 0) return
    this.permit = 0
    lock.permits.abandon(permit, lock.member.number)
  }
}

/** What a condition is given, which has to be held. */
export function heldBy(caller: string, lockId: number, held: Held): LocalHeld {
  if (held instanceof LocalHeld && held.lock.id === lockId && held.permit !== 0) return held
  throw notHeld(caller)
}

function isPromiseLike<R>(result: R | PromiseLike<R>): result is PromiseLike<R> {
  return typeof (result as PromiseLike<R> | undefined | null)?.then === 'function'
}

function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}
