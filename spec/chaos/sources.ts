/** Where items come from: sources of every kind, of the same items. */
import { from, Observable } from 'rxjs'
import { pull } from 'rxjs-parallel'

type MakeSource = (items: () => Iterable<unknown>) => Observable<unknown>

export const sources = {
  'pull of a generator': (items) => pull(items()),
  'pull of an async generator': (items) => pull(asyncly(items())),
  'all at once': (items) => from(items()),
  'some each turn': (items) => eachTurn(items(), 50),
} as const satisfies Record<string, MakeSource>

async function* asyncly(items: Iterable<unknown>): AsyncGenerator<unknown> {
  yield* items
}

/** Can't be paused, and leaves others their turns. */
function eachTurn(items: Iterable<unknown>, some: number): Observable<unknown> {
  return new Observable((subscriber) => {
    const iterator = items[Symbol.iterator]()
    let timer: NodeJS.Immediate
    const turn = () => {
      for (let i = 0; i < some; i++) {
        const { done, value } = iterator.next()
        if (done) return subscriber.complete()
        subscriber.next(value)
      }
      timer = setImmediate(turn)
    }
    turn()
    return () => clearImmediate(timer)
  })
}
