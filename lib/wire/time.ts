/**
 * The time that a pool and its threads go by: real, or a test's own.
 * @module
 */

export interface Time {
  /** Milliseconds since some moment. */
  now(): number
  /**
   * Calls back after so many milliseconds. Returns how to give that up.
   * @param stay whether a process has to stay for it; default: true.
   */
  after(delay: number, run: () => void, stay?: boolean): () => void
  /** Calls back when what runs now is through, before anything else happens. */
  soon(run: () => void): void
  /** Calls back when all that is ready now has run, what it does {@link soon} included. */
  endOfTurn(run: () => void): void
}

export const realTime: Time = {
  now: () => performance.now(),
  after: (delay, run, stay = true) => {
    const timer = setTimeout(run, delay)
    if (!stay && typeof timer === 'object') timer.unref()
    return () => clearTimeout(timer)
  },
  soon: (run) => queueMicrotask(run),
  endOfTurn: typeof setImmediate === 'function' ? (run) => void setImmediate(run) : byMessage(),
}

/** Browsers have no setImmediate, and hold timers back; a message comes as soon as the turn is over. */
function byMessage(): (run: () => void) => void {
  const waiting: (() => void)[] = []
  let port: MessagePort | undefined
  // Made when it is needed: a test's imitation of a browser may have none, where nothing asks for one.
  const open = () => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => waiting.shift()?.()
    return port2
  }
  return (run) => {
    waiting.push(run)
    port ??= open()
    port.postMessage(0)
  }
}
