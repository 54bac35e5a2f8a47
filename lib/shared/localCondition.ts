/**
 * A condition in the memory of this process.
 * @module
 */
import { ParallelError } from '../errors.js'
import { describe } from '../wire/describe.js'
import type { OpenSharing, Sharing, SharingPeer, sharing } from '../wire/sharing.js'
import { shareAs, sharedKind } from '../wire/sharing.js'
import { answerCalls } from './calls.js'
import { makeWords } from './cells.js'
import { badArgument, checkBlock, checkCount, checkFunction, checkWait } from './checks.js'
import type { Condition, ConditionDescriptor } from './condition.js'
import type { Held } from './held.js'
import type { LocalHeld } from './localLock.js'
import { heldBy, LocalLock } from './localLock.js'
import type { Member } from './member.js'
import { canShareWith, joinedBy, nextId, thisMember } from './member.js'
import type { Mutex } from './mutex.js'
import { queueSize, WaitQueue } from './queue.js'
import type { BlockOptions, WaitOptions } from './waiting.js'
import { blocked, changed, checkBlocking, countdown, deadlock, soon, untilHolds } from './waiting.js'

export class LocalCondition implements Condition {
  /** @internal */
  declare readonly [sharing]: Sharing
  private readonly member: Member

  /** @param revivedBy in whose name it is used, where it came from the main side. */
  constructor(
    private readonly id: number,
    private readonly lockId: number,
    private readonly queue: WaitQueue,
    revivedBy?: Member,
  ) {
    this.member = revivedBy ?? thisMember()
    const open = (peer: SharingPeer) => this.open(peer)
    shareAs(this, joinedBy(id, open, revivedBy))
  }

  async wait(given: Held, options: WaitOptions = {}): Promise<boolean> {
    const caller = 'condition.wait'
    const timeout = checkWait(caller, options)
    const held = heldBy(caller, this.lockId, given)
    const slot = this.leave(held)
    try {
      return await changed(this.queue.wait(slot, this.member.number), { timeout, signal: options.signal })
    } finally {
      this.left(slot)
      const { lock } = held
      resume(held, lock.takeSoon() || (await lock.wait()))
    }
  }

  waitSync(given: Held, options: BlockOptions = {}): boolean {
    const caller = 'condition.waitSync'
    checkBlocking(this.member, caller, 'wait')
    const timeout = checkBlock(caller, options)
    const held = heldBy(caller, this.lockId, given)
    if (this.member.mayBlock === 'free')
      throw deadlock(caller, 'what it waits for would have to be done by this very thread')
    const slot = this.leave(held)
    const wait = this.queue.wait(slot, this.member.number)
    const notified = soon(wait) || blocked(wait, timeout)
    this.left(slot)
    const { lock } = held
    resume(held, lock.takeSoon() || lock.waitSync(caller))
    return notified
  }

  async waitFor(held: Held, predicate: () => boolean, options: WaitOptions = {}): Promise<boolean> {
    const caller = 'condition.waitFor'
    const limit = checkWait(caller, options)
    checkFunction(caller, 'the predicate', predicate)
    heldBy(caller, this.lockId, held)
    const { signal } = options
    return untilHolds(predicate, limit, (timeout) => this.wait(held, { timeout, signal }))
  }

  waitForSync(held: Held, predicate: () => boolean, options: BlockOptions = {}): boolean {
    const caller = 'condition.waitForSync'
    const left = countdown(checkBlock(caller, options))
    checkFunction(caller, 'the predicate', predicate)
    heldBy(caller, this.lockId, held)
    for (let holds = predicate(); ; holds = predicate()) {
      if (holds) return true
      const timeout = left()
      if (timeout === 0 || !this.waitSync(held, { timeout })) return predicate()
    }
  }

  notify(count = 1): void {
    checkCount('condition.notify', count, 0, Number.POSITIVE_INFINITY)
    for (let i = 0; i < count; i++) {
      const grant = this.queue.grantFirst(0)
      if (!grant) return
      this.queue.wake(grant.slot)
    }
  }

  notifyAll(): void {
    this.notify(Number.POSITIVE_INFINITY)
  }

  /** Into the queue, and out of the mutex. */
  private leave(held: LocalHeld): number {
    const slot = this.queue.join(this.member.number)
    if (slot === undefined)
      throw new ParallelError('OVERFLOW', 'condition.wait: more than a thousand wait for it already')
    held.release()
    return slot
  }

  private left(slot: number): void {
    if (this.queue.granted(slot) !== undefined) this.queue.leave(slot)
  }

  /** A thread is gone: who was notified and did nothing about it passes that on. */
  private recover(dead: number): void {
    const { queue } = this
    queue.drop(dead)
    let unheard = 0
    for (const { slot, member } of queue.grants()) {
      if (member !== dead) queue.wake(slot)
      else {
        queue.leave(slot)
        unheard++
      }
    }
    this.notify(unheard)
  }

  private open(peer: SharingPeer): OpenSharing {
    const { id, lockId } = this
    const { words } = this.queue
    const descriptor = (its?: Int32Array): ConditionDescriptor => ({
      [sharedKind]: 'condition',
      id,
      lockId,
      words: its,
    })
    if (canShareWith(peer, words))
      return { descriptor: descriptor(words), died: () => this.recover(peer.member) }
    let dead = false
    const methods = {
      wait: async ([number, timeout]: readonly unknown[], signal: AbortSignal) => {
        const held = peer.held.get(number as number) as LocalHeld
        try {
          const notified = await this.wait(held, { timeout: timeout as number | undefined, signal })
          if (dead && notified) this.notify()
          return { notified, abandoned: held.abandoned }
        } finally {
          if (dead) held.release()
        }
      },
      notify: ([count]: readonly unknown[]) => this.notify(count as number),
    }
    return answerCalls(descriptor(), peer, methods, () => {
      dead = true
    })
  }
}

function resume(held: LocalHeld, permit: number): void {
  held.permit = permit
  held.abandoned = held.lock.permits.isAbandoned(permit)
}

/**
 * Makes a condition: a place to wait, under a mutex, for what others do under the same one; as Python's `Condition` and
 * Java's.
 *
 * @param lock the mutex. Give both to the pool.
 * @throws ParallelError `INVALID_ARGUMENT` for what isn't a mutex of this thread's.
 *
 * @example
 * ```ts
 * // steps.worker.ts
 * import type { Condition, Mutex } from 'rxjs-parallel'
 * import { expose, task, type TaskContext } from 'rxjs-parallel/worker'
 *
 * interface Shared {
 *   lock: Mutex
 *   done: Condition
 *   cells: Int32Array
 * }
 *
 * export default expose({
 *   first: task((found: number, { shared: { lock, done, cells } }: TaskContext<Shared>) =>
 *     lock.runSync(() => {
 *       cells[0] = found
 *       done.notifyAll()
 *     }),
 *   ),
 *   second: task((name: string, { shared: { lock, done, cells } }: TaskContext<Shared>) =>
 *     lock.runSync((held) => {
 *       done.waitForSync(held, () => cells[0] !== 0)
 *       return `${name} has heard of ${cells[0]}`
 *     }),
 *   ),
 * })
 * ```
 * ```ts
 * const lock = mutex()
 * const shared = { lock, done: condition(lock), cells: new Int32Array(new SharedArrayBuffer(4)) }
 * const stepsWorker = new URL('./steps.worker.js', import.meta.url)
 * const steps = threadPool<typeof import('./steps.worker.js')>(stepsWorker, { size: 2, shared })
 * const heard = steps.run(steps.tasks.second, 'the second')
 * await steps.run(steps.tasks.first, 7)
 * console.log(await heard) // → the second has heard of 7
 * ```
 */
export function condition(lock: Mutex): Condition {
  if (!(lock instanceof LocalLock) || lock.count !== 1)
    throw badArgument('condition', `give it a mutex that was made in this thread, got ${describe(lock)}`)
  return new LocalCondition(nextId(), lock.id, new WaitQueue(makeWords(queueSize)))
}
