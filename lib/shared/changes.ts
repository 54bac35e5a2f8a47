/**
 * A stream of changes that needs no RxJS, for threads that have none: RxJS's `from` takes it.
 * @module
 */
import type { ObservableInput, Observer, Subscribable, Unsubscribable } from 'rxjs'

/**
 * A stream: `from(changes$)` of RxJS takes it, and it can be subscribed to by itself. On the main side, an Observable.
 * @inline
 */
export type Changes<T> = Subscribable<T> & ObservableInput<T>

type Next<T> = (value: T) => void

/** Tells all who listen, in the order in which they came. */
export class Listeners<T> {
  private readonly listeners = new Set<Next<T>>()
  /** What is being told, and what comes next. */
  private readonly telling: T[] = []

  /** Returns how to listen no more. */
  add(next: Next<T>): () => void {
    // Each time another one, as with an Observable.
    const listener: Next<T> = (value) => next(value)
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Each hears of one value after the other, also of those that come of listening. */
  tell(value: T): void {
    if (this.telling.push(value) > 1) return
    for (; this.telling.length > 0; this.telling.shift())
      for (const listener of [...this.listeners])
        if (this.listeners.has(listener)) call(listener, this.telling[0]!)
  }

  /** As something that RxJS can subscribe to. It never ends. */
  stream(): Changes<T> {
    const stream = {
      subscribe: (observer: Partial<Observer<T>> | Next<T>): Unsubscribable => {
        const next = typeof observer === 'function' ? observer : (value: T) => observer.next?.(value)
        return { unsubscribe: this.add(next) }
      },
    }
    const self = () => stream
    // The one by which RxJS asks, depending on what was loaded before it.
    const { observable = '@@observable' } = Symbol as { observable?: symbol | string }
    return Object.assign(stream, { '@@observable': self, [observable]: self }) as unknown as Changes<T>
  }
}

/** What a listener throws must not keep others from hearing: it is an uncaught exception, as in RxJS. */
function call<T>(listener: Next<T>, value: T): void {
  try {
    listener(value)
  } catch (thrown) {
    setTimeout(() => {
      throw thrown
    })
  }
}
