/**
 * The time that RxJS's schedulers go by: virtual within `testScheduler.run`, else real.
 * @module
 */
import { asapScheduler, asyncScheduler } from 'rxjs'
import type { Time } from '../wire/time.js'

export const rxjsTime: Time = {
  now: () => asyncScheduler.now(),
  after: (delay, run) => {
    const timer = asyncScheduler.schedule(run, delay)
    return () => timer.unsubscribe()
  },
  soon: schedule,
  endOfTurn: schedule,
}

/**
 * A TestScheduler runs an asap action in the place of a timer that is due, and the timer in its place: if the action
 * unsubscribes the timer, the run fails for want of one. So in virtual time all are timers.
 */
function schedule(run: () => void): void {
  const scheduler = isVirtual() ? asyncScheduler : asapScheduler
  scheduler.schedule(run)
}

function isVirtual(): boolean {
  const before = Date.now()
  const now = asyncScheduler.now()
  return now < before || now > Date.now()
}
