/** Who takes the results: as they come, slower than they come, or in a loop. */
import type { Observable } from 'rxjs'
import { concatMap, dematerialize, from, materialize, of } from 'rxjs'
import { toAsyncIterable } from 'rxjs-parallel'
import type { End } from './account.js'

export interface Reading {
  /** Resolves when the stream has ended, or was left. */
  readonly ended: Promise<End>
  readonly leave: () => void
}

type Read = <T>(stream: Observable<T>, take: (value: T) => void) => Reading

const subscribe: Read = (stream, take) => {
  let leave = () => {}
  const ended = new Promise<End>((resolve) => {
    const subscription = stream.subscribe({
      next: take,
      error: (error) => resolve({ how: 'failed', error }),
      complete: () => resolve({ how: 'completed' }),
    })
    leave = () => {
      subscription.unsubscribe()
      resolve({ how: 'left' })
    }
  })
  return { ended, leave }
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve))

const loop: Read = (stream, take) => {
  const iterator = toAsyncIterable(stream, { size: 64 })[Symbol.asyncIterator]()
  let left = false
  const ended = (async (): Promise<End> => {
    try {
      for (let result = await iterator.next(); !result.done && !left; result = await iterator.next())
        take(result.value)
      return { how: left ? 'left' : 'completed' }
    } catch (error) {
      return { how: 'failed', error }
    }
  })()
  const leave = () => {
    left = true
    void iterator.return?.()
  }
  return { ended, leave }
}

export const readers = {
  'as they come': subscribe,
  'now and again a turn later': (stream, take) => {
    let count = 0
    // An error waits for its turn as values do: concatMap would drop what it holds.
    const notifications = stream.pipe(
      materialize(),
      concatMap((each) => (++count % 100 === 0 ? from(nextTurn().then(() => each)) : of(each))),
    )
    return subscribe(notifications.pipe(dematerialize()), take)
  },
  'in a loop': loop,
} as const satisfies Record<string, Read>
