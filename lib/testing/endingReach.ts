/**
 * What locks are to the code of a thread that is none: when the thread ends its code may run on, and from then on it
 * holds nothing and waits for ever.
 * @module
 */
import type { Member } from '../shared/member.js'
import { Permits, queueStart } from '../shared/permits.js'
import { WaitQueue } from '../shared/queue.js'
import type { Reach } from '../shared/revive.js'
import type { Wait } from '../shared/waiting.js'

/** Whether the thread has ended. */
type HasEnded = () => boolean

export function endingReach(number: number, hasEnded: HasEnded): Reach {
  const member: Member = { number, mayBlock: 'free' }
  return {
    member,
    permits: (words, count) => new EndingPermits(words, count, hasEnded),
    queue: (words) => new EndingQueue(words, 0, hasEnded),
  }
}

class EndingPermits extends Permits {
  constructor(
    words: Int32Array,
    count: number,
    private readonly hasEnded: HasEnded,
  ) {
    super(words, count, new EndingQueue(words, queueStart(count), hasEnded))
  }

  override tryTake(me: number): number {
    return this.hasEnded() ? 0 : super.tryTake(me)
  }

  /** Whoever has it now was given it by others. */
  override release(permit: number, me: number): void {
    if (!this.hasEnded()) super.release(permit, me)
  }
}

/** Its thread's slots are nobody's when that has ended, and may be another's by now. */
class EndingQueue extends WaitQueue {
  constructor(
    words: Int32Array,
    start: number,
    private readonly hasEnded: HasEnded,
  ) {
    super(words, start)
  }

  override join(member: number): number | undefined {
    return this.hasEnded() ? nowhere : super.join(member)
  }

  override wait(slot: number, member: number, insists?: boolean): Wait {
    return this.hasEnded() ? never() : super.wait(slot, member, insists)
  }

  override granted(slot: number): number | undefined {
    return this.hasEnded() ? undefined : super.granted(slot)
  }

  protected override changeWaiting(slot: number, next: (word: number) => number): boolean {
    return !this.hasEnded() && super.changeWaiting(slot, next)
  }
}

/** In no queue. */
const nowhere = -1

/** For a word that nobody changes. */
function never(): Wait {
  return { words: new Int32Array(1), index: 0, value: 0, giveUp: () => false }
}
