/**
 * Something that has happened, or hasn't.
 * @module
 */
import type { OpenSharing, Sharing, SharingPeer, sharing } from '../wire/sharing.js'
import { shareAs, sharedKind } from '../wire/sharing.js'
import { answerCalls } from './calls.js'
import { makeWords, wake, whenWoken } from './cells.js'
import { checkBlock, checkWait } from './checks.js'
import type { Member } from './member.js'
import { canShareWith, joinedBy, nextId, thisMember } from './member.js'
import type { BlockOptions, Wait, WaitOptions } from './waiting.js'
import { blocked, changed, checkBlocking, deadlock, soon } from './waiting.js'

/**
 * A flag that threads wait for. See {@link event}.
 *
 * @example
 * ```ts
 * const ready: SharedEvent = event()
 * console.log(ready.isSet, await ready.wait({ timeout: 10 })) // → false false
 * ready.set()
 * console.log(ready.isSet, await ready.wait()) // → true true
 * ```
 */
export interface SharedEvent {
  /** Whether it is set. In a process, as far as has been heard. */
  readonly isSet: boolean
  /** Sets it: all who wait go on, and who comes later needn't wait. */
  set(): void
  /** Takes it back: who comes from now on waits again. */
  clear(): void
  /**
   * Waits until it is set. Resolves to true, also if it was set and cleared meanwhile; or to false after `timeout`.
   * Rejects with the signal's reason when it is aborted.
   */
  wait(options?: WaitOptions): Promise<boolean>
  /**
   * As {@link wait}, blocking this thread: in threads only, where memory is shared.
   * @throws ParallelError `BLOCKING` in a main thread, a process or a page that isn't cross-origin isolated.
   */
  waitSync(options?: BlockOptions): boolean
}

/** What its descriptor says. */
export interface EventDescriptor {
  readonly [sharedKind]: 'event'
  readonly id: number
  readonly words: Int32Array | undefined
  readonly isSet: boolean
}

/** The one word counts how often it was set or cleared: it is set when that is odd. */
const countWord = 0

export class LocalEvent implements SharedEvent {
  /** @internal */
  declare readonly [sharing]: Sharing
  private readonly member: Member

  /** @param revivedBy in whose name it is used, where it came from the main side. */
  constructor(
    private readonly id: number,
    private readonly words: Int32Array,
    revivedBy?: Member,
  ) {
    this.member = revivedBy ?? thisMember()
    const open = (peer: SharingPeer) => this.open(peer)
    shareAs(this, joinedBy(id, open, revivedBy))
  }

  get isSet(): boolean {
    return isOdd(this.count)
  }

  private get count(): number {
    return Atomics.load(this.words, countWord)
  }

  set(): void {
    this.change(false)
  }

  clear(): void {
    this.change(true)
  }

  private change(from: boolean): void {
    const { words } = this
    for (let count = this.count; isOdd(count) === from; count = this.count)
      if (Atomics.compareExchange(words, countWord, count, (count + 1) | 0) === count)
        return wake(words, countWord)
  }

  async wait(options: WaitOptions = {}): Promise<boolean> {
    const timeout = checkWait('event.wait', options)
    const { count } = this
    if (isOdd(count) || timeout === 0) return isOdd(count)
    return changed(this.waitOf(count), { timeout, signal: options.signal })
  }

  waitSync(options: BlockOptions = {}): boolean {
    const caller = 'event.waitSync'
    checkBlocking(this.member, caller, 'wait')
    const timeout = checkBlock(caller, options)
    const { count } = this
    if (isOdd(count) || timeout === 0) return isOdd(count)
    if (this.member.mayBlock === 'free')
      throw deadlock(caller, 'what it waits for would have to be done by this very thread')
    const wait = this.waitOf(count)
    return soon(wait) || blocked(wait, timeout)
  }

  private waitOf(value: number): Wait {
    const { words } = this
    const giveUp = () => {
      if (this.count !== value) return false
      // What waits for the word would be kept till it changes. Others look, and wait again.
      wake(words, countWord)
      return true
    }
    return { words, index: countWord, value, giveUp }
  }

  private open(peer: SharingPeer): OpenSharing {
    const { id, words, count } = this
    const descriptor = (its?: Int32Array): EventDescriptor => ({
      [sharedKind]: 'event',
      id,
      words: its,
      isSet: isOdd(count),
    })
    if (canShareWith(peer, words)) return { descriptor: descriptor(words), died() {} }
    let open = true
    const told = async () => {
      // Each count is read once: threads may change it at any moment, and what is told must be what is known.
      for (let known = count; open; ) {
        await whenWoken(words, countWord, known)
        const now = this.count
        if (open && now !== known) peer.post({ isSet: isOdd(now) })
        known = now
      }
    }
    void told()
    const methods = {
      set: () => this.set(),
      clear: () => this.clear(),
      wait: ([timeout]: readonly unknown[], signal: AbortSignal) =>
        this.wait({ timeout: timeout as number | undefined, signal }),
    }
    return answerCalls(descriptor(), peer, methods, () => {
      open = false
      wake(words, countWord)
    })
  }
}

function isOdd(count: number): boolean {
  return (count & 1) === 1
}

/**
 * Makes a flag that threads, and the main one, can wait for: as Python's `Event`. It is not set.
 *
 * @example
 * ```ts
 * // start.worker.ts
 * import type { SharedEvent } from 'rxjs-parallel'
 * import { expose, task, type TaskContext } from 'rxjs-parallel/worker'
 *
 * export default expose({
 *   start: task((timeout: number, { shared }: TaskContext<{ ready: SharedEvent }>) =>
 *     shared.ready.waitSync({ timeout }) ? 'started' : 'too late',
 *   ),
 * })
 * ```
 * ```ts
 * const ready = event()
 * const startWorker = new URL('./start.worker.js', import.meta.url)
 * const starters = threadPool<typeof import('./start.worker.js')>(startWorker, { shared: { ready } })
 * const result = starters.run(starters.tasks.start, 60_000)
 * ready.set()
 * console.log(await result) // → started
 * ```
 */
export function event(): SharedEvent {
  return new LocalEvent(nextId(), makeWords(1))
}
