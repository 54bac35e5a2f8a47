/**
 * What RxJS's `groupBy` does, done by `fanOut` with a key as its route, and as many branches as there are keys or more:
 * on this thread, over a task, and over a stage. Each case runs with `groupBy` first, which shows that it is a case of
 * `groupBy`'s.
 *
 * On purpose otherwise: all branches are emitted on subscription, so that the fan-out itself completes then, a failing
 * source fails its branches only, and it's unsubscribed when all branches are left; more keys than branches share them;
 * a branch is subscribed once, and keeps what is routed to it until then; there are no durations.
 * @module
 */
import * as fc from 'fast-check'
import type { Observable, OperatorFunction } from 'rxjs'
import {
  catchError,
  concat,
  EMPTY,
  filter,
  groupBy,
  map,
  mergeAll,
  mergeMap,
  of,
  Observable as RxObservable,
  range,
  Subject,
  take,
  takeUntil,
  throwError,
} from 'rxjs'
import { fanOut } from 'rxjs-parallel'
import { inlinePool } from 'rxjs-parallel/testing'
import { stage } from 'rxjs-parallel/worker'
import { describe, expect, it } from 'vitest'
import { marbles } from '../support/marbles.js'
import { courseOf, marblesOf, patience, timeline } from '../support/timelines.js'

/** Groups by a key, and maps what is in the groups. */
type GroupBy = (
  keyOf: (value: any) => unknown,
  project?: (value: any) => any,
) => OperatorFunction<any, Observable<any>>

/** No case has as many keys. */
const branches = 8
const identity = (value: unknown) => value

const synchronous: [string, GroupBy][] = [
  [
    'groupBy',
    (keyOf, project = identity) =>
      (source) =>
        source.pipe(
          groupBy(keyOf),
          map((group) => group.pipe(map((value) => project(value)))),
        ),
  ],
  [
    'fanOut on this thread',
    (route, project = identity) =>
      (source) =>
        source.pipe(
          fanOut(branches, { route }),
          map((branch) => branch.pipe(map((value) => project(value)))),
        ),
  ],
  [
    'fanOut over a task',
    (route, project = identity) =>
      fanOut(inlinePool({ project }, { threads: 3 }).tasks.project, { branches, route }),
  ],
]
const implementations: [string, GroupBy][] = [
  ...synchronous,
  [
    'fanOut over a stage',
    (route, project = identity) => {
      const mapped = stage((source: Observable<unknown>) => source.pipe(map((value) => project(value))))
      return fanOut(inlinePool({ mapped }, { threads: 3 }).tasks.mapped, { branches, route })
    },
  ],
]

/** Letters of one kind, small and capital, are of one group. */
const byLetter = (letter: string) => letter.toLowerCase()

/** One of the groups alone. */
const nth = (n: number): OperatorFunction<Observable<unknown>, unknown> => {
  return (groups) =>
    groups.pipe(
      filter((_group, i) => i === n),
      mergeAll(),
    )
}

describe.each(implementations)('%s', (_name, grouped) => {
  it('gives each value to the group of its key, in order', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold(' -a-b-A-c--aB-b--|')
      const subscribed = '  ^---------------!'
      const first = '       -a---A----a-----|'
      const second = '      ---b-------B-b--|'
      const third = '       -------c--------|'
      const groups = source.pipe(grouped(byLetter))
      expectObservable(groups.pipe(nth(0))).toBe(first)
      expectObservable(groups.pipe(nth(1))).toBe(second)
      expectObservable(groups.pipe(nth(2))).toBe(third)
      expectObservable(groups.pipe(mergeAll())).toBe('-a-b-A-c--aB-b--|')
      expectSubscriptions(source.subscriptions).toBe([subscribed, subscribed, subscribed, subscribed])
    })
  })

  it('gives all values to one group, if they have one key', () => {
    marbles(({ cold, expectObservable }) => {
      const source = cold(' -a-(bc)-d|')
      const expected = '    -a-(bc)-d|'
      expectObservable(
        source.pipe(
          grouped(() => 'key'),
          nth(0),
        ),
      ).toBe(expected)
    })
  })

  it('gives one value to one group', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold(' --a--|')
      const subscribed = '  ^----!'
      const expected = '    --a--|'
      expectObservable(source.pipe(grouped(byLetter), nth(0))).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe(subscribed)
    })
  })

  it('maps what is in the groups', () => {
    marbles(({ cold, expectObservable }) => {
      const source = cold(' -a-b-A-c-|')
      const expected = '    -a-b-a-c-|'
      expectObservable(source.pipe(grouped(byLetter, byLetter), mergeAll())).toBe(expected)
    })
  })

  it('takes what a hot source emits from the subscription on', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('-a-b-^-A--c-B-|')
      const subscribed = '     ^--------!'
      const expected = '       --A--c-B-|'
      expectObservable(source.pipe(grouped(byLetter), mergeAll())).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe(subscribed)
    })
  })

  it('completes with an empty source', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const atOnce = cold('|')
      expectObservable(atOnce.pipe(grouped(byLetter), mergeAll())).toBe('|')
      expectSubscriptions(atOnce.subscriptions).toBe('(^!)')
      const later = cold('---|')
      expectObservable(later.pipe(grouped(byLetter), mergeAll())).toBe('---|')
      expectSubscriptions(later.subscriptions).toBe('^--!')
    })
  })

  it('never ends with a source that never does', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const never = cold('-')
      expectObservable(never.pipe(grouped(byLetter), mergeAll())).toBe('-')
      expectSubscriptions(never.subscriptions).toBe('^')
      const values = cold('-a-A-')
      expectObservable(values.pipe(grouped(byLetter), nth(0))).toBe('-a-A-')
      expectSubscriptions(values.subscriptions).toBe('^')
    })
  })

  it('passes on an error of the source alone', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('#')
      expectObservable(source.pipe(grouped(byLetter), mergeAll())).toBe('#')
      expectSubscriptions(source.subscriptions).toBe('(^!)')
    })
  })

  it('passes on an error of the source from every group', () => {
    const errors: unknown[] = []
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold(' -a-b-A-c-#', undefined, 'too bad')
      const subscribed = '  ^--------!'
      const expected = '    -a-b-A-c-|'
      const handled = mergeMap((group: Observable<unknown>, i: number) =>
        group.pipe(
          catchError((error) => {
            if (i < 3) errors.push([i, error])
            return EMPTY
          }),
        ),
      )
      const result = source.pipe(
        grouped(byLetter),
        handled,
        catchError(() => EMPTY),
      )
      expectObservable(result).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe(subscribed)
    })
    expect(errors).toEqual([
      [0, 'too bad'],
      [1, 'too bad'],
      [2, 'too bad'],
    ])
  })

  it('emits what the key function throws from every group, and unsubscribes the source', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold(' -a-b-A-x-a|')
      const subscribed = '  ^------!   '
      const keyOf = (letter: string) => {
        if (letter === 'x') throw 'error'
        return byLetter(letter)
      }
      const groups = source.pipe(grouped(keyOf))
      expectObservable(groups.pipe(nth(0))).toBe('-a---A-#')
      expectObservable(groups.pipe(nth(1))).toBe('---b---#')
      expectObservable(groups.pipe(mergeAll())).toBe('-a-b-A-#')
      expectSubscriptions(source.subscriptions).toBe([subscribed, subscribed, subscribed])
    })
  })

  it('emits what the key function throws for the first value', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold(' --a-b-|')
      const subscribed = '  ^-!    '
      const expected = '    --#    '
      const keyOf = () => {
        throw 'error'
      }
      expectObservable(source.pipe(grouped(keyOf), mergeAll())).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe(subscribed)
    })
  })

  it('with a group that fails by itself leaves the others alone', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold(' -a-b-x-X-a-b-|')
      const subscribed = '  ^------------!'
      const expected = '    -a-b-----a-b-|'
      const project = (letter: string) => {
        if (letter === 'x') throw 'error'
        return letter
      }
      const handled = mergeMap((group: Observable<unknown>) => group.pipe(catchError(() => EMPTY)))
      expectObservable(source.pipe(grouped(byLetter, project), handled)).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe(subscribed)
    })
  })

  it('unsubscribes the source when a group fails that others are merged with', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold(' -a-b-x-a-b-|')
      const subscribed = '  ^----!      '
      const expected = '    -a-b-#      '
      const project = (letter: string) => {
        if (letter === 'x') throw 'error'
        return letter
      }
      expectObservable(source.pipe(grouped(byLetter, project), mergeAll())).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe(subscribed)
    })
  })

  it('unsubscribes the source when all is unsubscribed', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('  -a-b-A-c-|')
      const unsubscribe = ' ------!   '
      const subscribed = '  ^-----!   '
      const expected = '    -a-b-A-   '
      expectObservable(source.pipe(grouped(byLetter), mergeAll()), unsubscribe).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe(subscribed)
    })
  })

  it('does not break the chain when it is unsubscribed in the middle of one', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('  -a-b-A-c-|')
      const unsubscribe = ' ------!   '
      const subscribed = '  ^-----!   '
      const expected = '    -a-b-A-   '
      const result = source.pipe(
        mergeMap((letter) => of(letter)),
        grouped(byLetter),
        mergeMap((group) => group),
        mergeMap((letter) => of(letter)),
      )
      expectObservable(result, unsubscribe).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe(subscribed)
    })
  })

  it('unsubscribes the source when downstream has had enough', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('  -a-b-A-c-|')
      const subscribed = '  ^----!    '
      const expected = '    -a-b-(A|) '
      expectObservable(source.pipe(grouped(byLetter), mergeAll(), take(3))).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe(subscribed)
    })
  })

  it('goes on with the groups there are when nobody wants more of them', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('  -a-b-A-B-b-|')
      const enough = hot('  ----x       ')
      const subscribed = '  ^----------!'
      const expected = '    -a-b-A-B-b-|'
      const result = source.pipe(grouped(byLetter), takeUntil(enough), mergeAll())
      expectObservable(result).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe(subscribed)
    })
  })

  it('unsubscribes the source when nobody wants more groups, and those that there are have been left', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('  -a-b-A-B-b-|')
      const enough = hot('  ----x       ')
      const left = hot('    ------x     ')
      const subscribed = '  ^-----!     '
      const expected = '    -a-b-A|     '
      const result = source.pipe(
        grouped(byLetter),
        takeUntil(enough),
        mergeMap((group) => group.pipe(takeUntil(left))),
      )
      expectObservable(result).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe(subscribed)
    })
  })

  it('drops the values of a group that has been left, and gives the others theirs', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('  -a-b-A-B-a-b-|')
      const left = hot('    ------x       ')
      const subscribed = '  ^------------!'
      const expected = '    -a-b-A-B---b-|'
      const result = source.pipe(
        grouped(byLetter),
        mergeMap((group, i) => (i === 0 ? group.pipe(takeUntil(left)) : group)),
      )
      expectObservable(result).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe(subscribed)
    })
  })

  it('lets groups be left at different times', () => {
    marbles(({ hot, expectObservable }) => {
      const source = hot('  -a-b-c-A-B-C-a-b-c-|')
      const expected = '    -a-b-c---B-C-----c-|'
      const result = source.pipe(
        grouped(byLetter),
        mergeMap((group, i) => (i < 3 ? group.pipe(take(i + 1)) : group)),
      )
      expectObservable(result).toBe(expected)
    })
  })
})

describe.each(synchronous)('%s', (_name, grouped) => {
  it('is synchronous over a source that is', () => {
    const events: unknown[] = []
    range(1, 6)
      .pipe(
        grouped((n) => n % 2),
        mergeMap((group, i) => group.pipe(map((n) => `${i}: ${n}`))),
      )
      .subscribe({ next: (value) => events.push(value), complete: () => events.push('end') })
    events.push('subscribed')
    expect(events).toEqual(['0: 1', '1: 2', '0: 3', '1: 4', '0: 5', '1: 6', 'end', 'subscribed'])
  })

  it('passes on a synchronous error', () => {
    const events: unknown[] = []
    concat(
      of(1, 2),
      throwError(() => 'too bad'),
    )
      .pipe(grouped(identity), mergeAll())
      .subscribe({ next: (n) => events.push(n), error: (error) => events.push([error]) })
    expect(events).toEqual([1, 2, ['too bad']])
  })

  it('knows keys as a Map does', () => {
    const keys = [Number.NaN, undefined, null, 'a', 0, Number.NaN, undefined, null, 'a', -0]
    const groups: unknown[] = []
    of(...keys)
      .pipe(
        grouped(identity),
        mergeMap((group, i) => group.pipe(map(() => i))),
      )
      .subscribe((i) => groups.push(i))
    expect(groups).toEqual([0, 1, 2, 3, 4, 0, 1, 2, 3, 4])
  })

  it('knows objects as keys by what they are, not by what they hold', () => {
    const [x, y] = [{ key: 1 }, { key: 1 }]
    const groups: unknown[] = []
    of(0, 1, 2, 3)
      .pipe(
        grouped((n) => (n % 2 === 0 ? x : y)),
        mergeMap((group, i) => group.pipe(map(() => i))),
      )
      .subscribe((i) => groups.push(i))
    expect(groups).toEqual([0, 1, 0, 1])
  })

  it('stops a synchronous source when downstream has had enough', () => {
    const emitted: number[] = []
    const source = new RxObservable<number>((subscriber) => {
      for (let n = 0; !subscriber.closed && n < 10; n++) {
        emitted.push(n)
        subscriber.next(n)
      }
    })
    source
      .pipe(
        grouped((n) => n % 2),
        mergeAll(),
        take(3),
      )
      .subscribe()
    expect(emitted).toEqual([0, 1, 2])
  })

  it('takes values that are pushed in while one is taken', () => {
    const source = new Subject<number>()
    const values: string[] = []
    let completed = false
    source
      .pipe(
        grouped((n) => n % 2),
        mergeMap((group, i) => group.pipe(map((n) => [i, n]))),
      )
      .subscribe({
        next: ([i, n]) => {
          values.push(`${i}: ${n}`)
          if (n! < 5) source.next(n! + 1)
          else source.complete()
        },
        complete: () => (completed = true),
      })
    source.next(0)
    expect(values).toEqual(['0: 0', '1: 1', '0: 2', '1: 3', '0: 4', '1: 5'])
    expect(completed).toBe(true)
  })
})

describe('fanOut by a key', () => {
  it('gives its groups what groupBy does, whatever the stream', () => {
    const scene = fc.record({
      source: timeline(10),
      keys: fc.array(fc.nat(3), { minLength: 10, maxLength: 10 }),
      limits: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 4, maxLength: 4 }),
      unsubscribeAt: patience,
    })
    fc.assert(
      fc.property(scene, ({ source, keys, limits, unsubscribeAt }) => {
        const [theirs, ...ours] = implementations.map(([, grouped]) =>
          courseOf(unsubscribeAt, ({ hot }) => {
            const letters = hot(marblesOf(source))
            const result = letters.pipe(
              grouped((letter) => keys[letter.charCodeAt(0) - 'a'.charCodeAt(0)]),
              mergeMap((group, i) =>
                group.pipe(
                  take(limits[i] ?? 1),
                  map((letter) => `${i}: ${letter}`),
                ),
              ),
            )
            return { result, sources: [letters] }
          }),
        )
        for (const course of ours) expect(course).toEqual(theirs)
      }),
      { seed: 1, numRuns: 200 },
    )
  })
})
