/**
 * The time that a page has been awake. A page that the browser keeps for the way back, or freezes in the background,
 * stands still together with its workers: that time is nobody's delay.
 * @module
 */
import type { Time } from '../../wire/time.js'
import { realTime } from '../../wire/time.js'

/** Milliseconds that the page has been asleep so far. */
let asleep = 0
/** When it fell asleep, if it hasn't said that it woke up. */
let asleepSince: number | undefined
let listens = false
/** Told when it has woken up. */
const wakers = new Set<() => void>()

export const pageTime: Time = {
  ...realTime,
  now: () => {
    listen()
    return (asleepSince ?? performance.now()) - asleep
  },
  after: (delay, run) => {
    const due = pageTime.now() + delay
    let timer: ReturnType<typeof setTimeout>
    const wait = () => {
      const left = due - pageTime.now()
      // Timers go on counting while the page is asleep; they may be a fraction early, too.
      timer = setTimeout(() => (due - pageTime.now() > 1 ? wait() : run()), left)
    }
    wait()
    return () => clearTimeout(timer)
  },
}

/** Milliseconds that the page has been asleep so far. */
export function slept(): number {
  return performance.now() - pageTime.now()
}

/** Calls back whenever the page has woken up. Returns how to give that up. */
export function onWake(run: () => void): () => void {
  listen()
  wakers.add(run)
  return () => wakers.delete(run)
}

/** Not when this module is loaded: an import has no effects. */
function listen(): void {
  if (listens) return
  listens = true
  // A worker has none of these.
  if (typeof document !== 'object') return
  addEventListener('pagehide', ({ persisted }) => persisted && fallAsleep())
  addEventListener('pageshow', wakeUp)
  document.addEventListener('freeze', fallAsleep)
  document.addEventListener('resume', wakeUp)
}

function fallAsleep(): void {
  asleepSince ??= performance.now()
}

function wakeUp(): void {
  if (asleepSince === undefined) return
  asleep += performance.now() - asleepSince
  asleepSince = undefined
  for (const run of wakers) run()
}
