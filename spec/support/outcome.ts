import type { Observable } from 'rxjs'
import { lastValueFrom, toArray } from 'rxjs'

/** All values of a stream; rejects with its error. */
export function valuesOf<T>(stream: Observable<T>): Promise<T[]> {
  return lastValueFrom(stream.pipe(toArray()))
}

/** How a stream went: its values, and its end. */
export interface Outcome<T> {
  values: T[]
  completed: boolean
  /** Undefined when it has completed. */
  error: any
}

/** All values of a stream and its end, whichever it is. */
export function outcomeOf<T>(stream: Observable<T>): Promise<Outcome<T>> {
  return new Promise((resolve) => {
    const values: T[] = []
    stream.subscribe({
      next: (value) => values.push(value),
      error: (error) => resolve({ values, completed: false, error }),
      complete: () => resolve({ values, completed: true, error: undefined }),
    })
  })
}

/** What a promise is rejected with; fails when it isn't. */
export function rejection(promise: Promise<unknown>): Promise<any> {
  return promise.then(
    (value) => {
      throw new Error(`expected a rejection, got ${String(value)}`)
    },
    (error) => error,
  )
}

/** What a function throws; fails when it doesn't. */
export function thrownBy(run: () => unknown): any {
  try {
    run()
  } catch (thrown) {
    return thrown
  }
  throw new Error('expected an exception')
}
