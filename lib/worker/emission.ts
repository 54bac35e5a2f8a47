/**
 * Runs whatever a task or a stage returned to its end, and hands over what it emits.
 * @module
 */

/** Where emissions go. */
export interface Emitter {
  /** Takes a value; false when no more are wanted. */
  next(value: unknown): boolean
  /** Whether the other side has room for another value. */
  readonly hasRoom: boolean
  /** Calls back once when there is room again. */
  whenRoom(resume: () => void): void
  complete(): void
  error(thrown: unknown): void
}

/** What RxJS and others call an Observable: all that is needed of it here is to subscribe. */
interface Subscribable {
  subscribe(observer: { next(value: unknown): void; error(thrown: unknown): void; complete(): void }): {
    unsubscribe(): void
  }
}

/** Stops an emission; safe to call at any time, and again. Returns what is left to wait for, if anything is. */
export type Stop = () => PromiseLike<unknown> | undefined

/** Where an {@link Emission} keeps how it is run. */
export const emitInto: unique symbol = Symbol('emitInto')

/** An Observable of ours, which can be paused, and needs no Promises: they would be settled in real time only. */
export interface Emission extends Subscribable {
  [emitInto](emitter: Emitter): Stop
}

/** What a result is, decided by what can be done with it. */
export type ResultKind = 'value' | 'promise' | 'generator' | 'asyncIterable' | 'observable'

/**
 * A generator and an async iterable emit many; any other iterable (an array, a Map, a string) is a value. What has
 * `subscribe` emits many as well.
 */
export function kindOf(result: unknown): ResultKind {
  if (typeof result !== 'object' || result === null) return 'value'
  const it = result as Record<PropertyKey, unknown>
  if (typeof it.then === 'function') return 'promise'
  if (typeof it[Symbol.asyncIterator] === 'function') return 'asyncIterable'
  if (typeof it.subscribe === 'function') return 'observable'
  return typeof it.next === 'function' && typeof it[Symbol.iterator] === 'function' ? 'generator' : 'value'
}

/** Runs a result that emits many. Returns how to stop it. */
export function emitAll(
  result: unknown,
  kind: Exclude<ResultKind, 'value' | 'promise'>,
  emitter: Emitter,
): Stop {
  try {
    if (kind === 'observable')
      return isEmission(result) ? result[emitInto](emitter) : fromObservable(result as Subscribable, emitter)
    if (kind === 'generator') return fromGenerator(result as Iterator<unknown>, emitter)
    return fromAsyncIterator((result as AsyncIterable<unknown>)[Symbol.asyncIterator](), emitter)
  } catch (thrown) {
    // A locked stream, for one, throws when its iterator is asked for.
    emitter.error(thrown)
    return () => undefined
  }
}

function isEmission(result: unknown): result is Emission {
  return emitInto in (result as object)
}

/** Cleans up after everybody has left: where that fails there is nobody to tell. */
function quietly(cleanUp: () => unknown): Promise<unknown> {
  try {
    return Promise.resolve(cleanUp()).catch(() => {})
  } catch {
    return Promise.resolve()
  }
}

function fromGenerator(generator: Iterator<unknown>, emitter: Emitter): Stop {
  let stopped = false
  const stop = () => {
    if (stopped) return undefined
    stopped = true
    void quietly(() => generator.return?.())
    return undefined
  }
  const step = () => {
    try {
      while (!stopped) {
        if (!emitter.hasRoom) return emitter.whenRoom(step)
        const { done, value } = generator.next()
        if (stopped) return
        if (done) {
          stopped = true
          return emitter.complete()
        }
        if (!emitter.next(value)) return void stop()
      }
    } catch (thrown) {
      stopped = true
      emitter.error(thrown)
    }
  }
  step()
  return stop
}

function fromAsyncIterator(iterator: AsyncIterator<unknown>, emitter: Emitter): Stop {
  let stopped = false
  const stop = () => {
    if (stopped) return undefined
    stopped = true
    // An async generator in mid-wait answers only when that wait is over.
    return quietly(() => iterator.return?.())
  }
  const run = async () => {
    try {
      while (!stopped) {
        if (!emitter.hasRoom) await new Promise<void>((resume) => emitter.whenRoom(resume))
        if (stopped) return
        const { done, value } = await iterator.next()
        if (stopped) return
        if (done) {
          stopped = true
          return emitter.complete()
        }
        if (!emitter.next(value)) return void stop()
      }
    } catch (thrown) {
      if (stopped) return
      stopped = true
      emitter.error(thrown)
    }
  }
  void run()
  return stop
}

function fromObservable(source: Subscribable, emitter: Emitter): Stop {
  let ended = false
  let subscription: { unsubscribe(): void } | undefined
  let end: (() => void) | undefined
  const cleanUp = () => subscription?.unsubscribe()
  const stop = () => {
    ended = true
    void quietly(cleanUp)
    return undefined
  }
  // It ends when it has cleaned up: what comes next may need what it held.
  const endBy = (tell: () => void) => {
    if (ended) return
    ended = true
    end = tell
    if (subscription) finish(tell)
  }
  const finish = (tell: () => void) => {
    try {
      cleanUp()
    } catch (thrown) {
      return emitter.error(thrown)
    }
    tell()
  }
  // An Observable can't be paused: its values go out whether there is room or not.
  subscription = source.subscribe({
    next: (value) => {
      if (!ended && !emitter.next(value)) stop()
    },
    error: (thrown) => endBy(() => emitter.error(thrown)),
    complete: () => endBy(() => emitter.complete()),
  })
  if (end) finish(end)
  else if (ended) stop()
  return stop
}
