/**
 * Keeps the main thread's event loop turning while threads answer faster than it can listen: Node hands over a port's
 * messages as long as there are any, and timers and sockets would wait for all of them.
 * @module
 */
// Not the global one, which jsdom lacks, and which tests replace to stop the time.
import { setImmediate } from 'node:timers'

/** Milliseconds for which messages are handled in a row. */
const longest = 5
/** After so many milliseconds without a message the loop has turned by itself. */
const pause = 1

class Turn {
  private readonly waiting: (() => void)[] = []
  private began = 0
  private ended = 0

  /** Handles a message, now or, where others have taken long already, in the loop's next turn. In their order. */
  take(handle: () => void): void {
    const now = performance.now()
    if (now - this.ended > pause) this.began = now
    if (this.waiting.length > 0 || now - this.began > longest) return this.later(handle)
    handle()
    this.ended = performance.now()
  }

  /** Handles all that waits. */
  finish(): void {
    for (let handle = this.waiting.shift(); handle; handle = this.waiting.shift()) handle()
  }

  private later(handle: () => void): void {
    if (this.waiting.push(handle) === 1) setImmediate(() => this.next())
  }

  private next(): void {
    this.began = performance.now()
    while (this.waiting.length > 0 && performance.now() - this.began <= longest) this.waiting.shift()!()
    this.ended = performance.now()
    if (this.waiting.length > 0) setImmediate(() => this.next())
  }
}

/** The main thread has one event loop for all pools. */
export const turn = new Turn()
