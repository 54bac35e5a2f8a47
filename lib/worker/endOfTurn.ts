/**
 * Calls back when all that is ready now has run, microtasks included.
 * @module
 */
export const endOfTurn: (run: () => void) => void =
  typeof setImmediate === 'function' ? (run) => void setImmediate(run) : byMessage()

/** Browsers have no setImmediate, and hold timers back; a message comes as soon as the turn is over. */
function byMessage(): (run: () => void) => void {
  const waiting: (() => void)[] = []
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => waiting.shift()?.()
  return (run) => {
    waiting.push(run)
    port2.postMessage(0)
  }
}
