/**
 * Locks, conditions and events that are in the main side's memory, as a process or a page without shared memory has
 * them: by messages.
 * @module
 */
import { ParallelError } from '../errors.js'
import { shareAs } from '../wire/sharing.js'
import { Caller } from './calls.js'
import { checkCount, checkFunction, checkWait } from './checks.js'
import type { Condition } from './condition.js'
import type { EventDescriptor, SharedEvent } from './event.js'
import type { Held } from './held.js'
import { notHeld, Release } from './held.js'
import type { Lock } from './lock.js'
import { mainSideOnly } from './member.js'
import type { HeldNumber } from './serveLock.js'
import type { WaitOptions } from './waiting.js'
import { untilHolds } from './waiting.js'

/** Sends to what it stands for. */
export type Post = (body: unknown) => void

/** What all that is used by messages has in common. */
abstract class Remote {
  protected readonly caller: Caller

  constructor(post: Post) {
    this.caller = new Caller(post)
    shareAs(this, mainSideOnly)
  }

  receive(body: unknown): void {
    this.caller.receive(body)
  }
}

function notHere(name: string, instead: string): ParallelError {
  return new ParallelError(
    'BLOCKING',
    `${name} needs memory that is shared with the main side, which a process hasn't, nor a page that isn't cross-origin ` +
      `isolated; use ${instead}`,
  )
}

export class RemoteLock extends Remote implements Lock {
  constructor(
    private readonly kind: string,
    readonly id: number,
    readonly count: number,
    post: Post,
  ) {
    super(post)
  }

  async acquire(options: WaitOptions = {}): Promise<Held> {
    const timeout = checkWait(`${this.kind}.acquire`, options)
    const taken = await this.caller.call('acquire', [timeout], options.signal)
    return new RemoteHeld(this, taken as HeldNumber, () => this.give((taken as HeldNumber).number))
  }

  acquireSync(): never {
    throw notHere(`${this.kind}.acquireSync`, 'acquire')
  }

  tryAcquire(): never {
    throw notHere(`${this.kind}.tryAcquire`, 'acquire({ timeout: 0 })')
  }

  async run<R>(run: (held: Held) => R | PromiseLike<R>, options?: WaitOptions): Promise<R> {
    checkFunction(`${this.kind}.run`, 'what is to be run', run)
    const held = await this.acquire(options)
    try {
      return await run(held)
    } finally {
      held.release()
    }
  }

  runSync(): never {
    throw notHere(`${this.kind}.runSync`, 'run')
  }

  private give(number: number): void {
    void this.caller.call('release', [number])
  }
}

class RemoteHeld extends Release {
  override abandoned: boolean
  readonly number: number
  /** While a condition waits it isn't held, though nobody has released it. */
  isHeld = true

  constructor(
    readonly lock: RemoteLock,
    { number, abandoned }: HeldNumber,
    private readonly give: () => void,
  ) {
    super()
    this.number = number
    this.abandoned = abandoned
  }

  override release(): void {
    if (!this.isHeld) return
    this.isHeld = false
    this.give()
  }
}

export class RemoteCondition extends Remote implements Condition {
  constructor(
    private readonly lockId: number,
    post: Post,
  ) {
    super(post)
  }

  async wait(held: Held, options: WaitOptions = {}): Promise<boolean> {
    const caller = 'condition.wait'
    const timeout = checkWait(caller, options)
    this.checkHeld(caller, held)
    held.isHeld = false
    try {
      const answer = await this.caller.call('wait', [held.number, timeout], options.signal)
      const { notified, abandoned } = answer as { notified: boolean; abandoned: boolean }
      held.abandoned = abandoned
      return notified
    } finally {
      held.isHeld = true
    }
  }

  waitSync(): never {
    throw notHere('condition.waitSync', 'wait')
  }

  async waitFor(held: Held, predicate: () => boolean, options: WaitOptions = {}): Promise<boolean> {
    const caller = 'condition.waitFor'
    const limit = checkWait(caller, options)
    checkFunction(caller, 'the predicate', predicate)
    this.checkHeld(caller, held)
    const { signal } = options
    return untilHolds(predicate, limit, (timeout) => this.wait(held, { timeout, signal }))
  }

  private checkHeld(caller: string, held: Held): asserts held is RemoteHeld {
    if (!(held instanceof RemoteHeld) || held.lock.id !== this.lockId || !held.isHeld) throw notHeld(caller)
  }

  waitForSync(): never {
    throw notHere('condition.waitForSync', 'waitFor')
  }

  notify(count = 1): void {
    checkCount('condition.notify', count, 0, Number.POSITIVE_INFINITY)
    void this.caller.call('notify', [count])
  }

  notifyAll(): void {
    this.notify(Number.POSITIVE_INFINITY)
  }
}

export class RemoteEvent extends Remote implements SharedEvent {
  isSet: boolean

  constructor({ isSet }: EventDescriptor, post: Post) {
    super(post)
    this.isSet = isSet
  }

  override receive(body: unknown): void {
    if ('isSet' in (body as object)) this.isSet = (body as { isSet: boolean }).isSet
    else super.receive(body)
  }

  set(): void {
    void this.caller.call('set', [])
  }

  clear(): void {
    void this.caller.call('clear', [])
  }

  async wait(options: WaitOptions = {}): Promise<boolean> {
    const timeout = checkWait('event.wait', options)
    return (await this.caller.call('wait', [timeout], options.signal)) as boolean
  }

  waitSync(): never {
    throw notHere('event.waitSync', 'wait')
  }
}
