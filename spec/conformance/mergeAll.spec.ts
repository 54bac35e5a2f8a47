/**
 * What RxJS's `mergeAll` does, done by `fanIn`. Each case runs with `mergeAll` first, which shows that it is a case of
 * `mergeAll`'s.
 *
 * On purpose otherwise: there is no limit on how many streams are subscribed (a fan-out has so many branches as it has);
 * iterables are read by demand; values that are pushed in while one is taken come after it (RxJS: in the midst of it).
 * @module
 */
import * as fc from 'fast-check'
import type { ObservableInput, OperatorFunction } from 'rxjs'
import {
  asapScheduler,
  asyncScheduler,
  concat,
  EMPTY,
  map,
  mergeAll,
  mergeMap,
  NEVER,
  Observable,
  of,
  range,
  Subject,
  scheduled,
  take,
  takeWhile,
  throwError,
} from 'rxjs'
import { fanIn } from 'rxjs-parallel'
import { describe, expect, it } from 'vitest'
import { marbles } from '../support/marbles.js'
import { outcomeOf } from '../support/outcome.js'
import { courseOf, marblesOf, patience, timeline } from '../support/timelines.js'

type MergeAll = () => OperatorFunction<ObservableInput<any>, any>

const implementations: [string, MergeAll][] = [
  ['mergeAll', () => mergeAll()],
  ['fanIn', () => fanIn()],
]

describe.each(implementations)('%s', (_name, merged) => {
  it('emits what cold streams of a hot source emit', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const x = cold('       a---b---|     ')
      const y = cold('          c---d---|  ')
      const source = hot('  -x--y-|          ', { x, y })
      const expected = '    -a--cb--d---|    '
      expectObservable(source.pipe(merged())).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe('^-----!')
      expectSubscriptions(x.subscriptions).toBe('     -^-------!')
      expectSubscriptions(y.subscriptions).toBe('     ----^-------!')
    })
  })

  it('emits what hot streams of a hot source emit from then on', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const x = hot('       a-b-c-d-|  ')
      const y = hot('       -e-f-g-h-i|')
      const source = hot('  -x--y-|    ', { x, y })
      const expected = '    --b-cgdh-i|'
      expectObservable(source.pipe(merged())).toBe(expected)
      expectSubscriptions(x.subscriptions).toBe('-^------!')
      expectSubscriptions(y.subscriptions).toBe('----^-----!')
    })
  })

  it('emits what streams emit one after the other', () => {
    marbles(({ cold, hot, expectObservable }) => {
      const x = cold('       a-b|            ')
      const y = cold('               c--d|   ')
      const source = hot('  -x-------y--|      ', { x, y })
      const expected = '    -a-b-----c--d|     '
      expectObservable(source.pipe(merged())).toBe(expected)
    })
  })

  it('emits in one frame what streams emit in it, in their order', () => {
    marbles(({ cold, hot, expectObservable }) => {
      const x = cold('      -a---b---c---|')
      const y = cold('      -d---e---f|   ')
      const source = hot('  (xy|)         ', { x, y })
      const expected = '    -(ad)(be)(cf)|'
      expectObservable(source.pipe(merged())).toBe(expected)
    })
  })

  it.each([
    ['empty and empty', '--|', '---|', '---|'],
    ['empty at once', '|', '|', '|'],
    ['never and empty', '-', '---|', '-'],
    ['never and never', '-', '-', '-'],
    ['empty and failing', '--|', '---#', '---#'],
    ['empty and failing at once', '--|', '#', '#'],
    ['failing at once and empty', '#', '--|', '#'],
    ['never and failing', '-', '---#', '---#'],
    ['never and failing at once', '-', '#', '#'],
  ])('merges streams that are %s', (_name, first, second, expected) => {
    marbles(({ cold, expectObservable }) => {
      const streams = [cold(first), cold(second)]
      expectObservable(of(...streams).pipe(merged())).toBe(expected)
    })
  })

  it('completes with an empty source', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const atOnce = cold<Observable<string>>('|')
      expectObservable(atOnce.pipe(merged())).toBe('|')
      expectSubscriptions(atOnce.subscriptions).toBe('(^!)')
      const later = cold<Observable<string>>('---|')
      expectObservable(later.pipe(merged())).toBe('---|')
      expectSubscriptions(later.subscriptions).toBe('^--!')
    })
  })

  it('never ends with a source that never does', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const never = cold<Observable<string>>('-')
      expectObservable(never.pipe(merged())).toBe('-')
      expectSubscriptions(never.subscriptions).toBe('^')
      const x = cold('       a-b|')
      const source = hot('  -x---', { x })
      const expected = '    -a-b-'
      expectObservable(source.pipe(merged())).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe('^')
      expectSubscriptions(x.subscriptions).toBe('-^--!')
    })
  })

  it('completes with whichever ends last: the source, or a stream', () => {
    marbles(({ cold, hot, expectObservable }) => {
      const x = cold('       a-|')
      expectObservable(hot('-x-----|', { x }).pipe(merged())).toBe('-a-----|')
      expectObservable(hot('-x|     ', { x }).pipe(merged())).toBe('-a-|    ')
    })
  })

  it('passes on an error of the source alone', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold<Observable<string>>('#')
      expectObservable(source.pipe(merged())).toBe('#')
      expectSubscriptions(source.subscriptions).toBe('(^!)')
    })
  })

  it('passes on an error of the source at once, and unsubscribes the streams', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const x = cold('       a---b---c|')
      const y = cold('         d---e--|')
      const source = hot('  -x-y--#    ', { x, y })
      const expected = '    -a-d-b#    '
      expectObservable(source.pipe(merged())).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe('^-----!')
      expectSubscriptions(x.subscriptions).toBe('     -^----!')
      expectSubscriptions(y.subscriptions).toBe('     ---^--!')
    })
  })

  it('passes on an error of a stream at once, and unsubscribes the others and the source', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const x = cold('       a---b---c|')
      const y = cold('         d-(e#)  ')
      const source = hot('  -x-y----x-|', { x, y })
      const expected = '    -a-d-(be#) '
      expectObservable(source.pipe(merged())).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe('^----!')
      expectSubscriptions(x.subscriptions).toBe('     -^---!')
      expectSubscriptions(y.subscriptions).toBe('     ---^-!')
    })
  })

  it('passes on the first error only', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const x = cold('       ----#   ', undefined, 'of x')
      const y = cold('         -#    ', undefined, 'of y')
      const source = hot('  -x-y-#   ', { x, y }, 'of the source')
      expectObservable(source.pipe(merged())).toBe('----#', undefined, 'of y')
      expectSubscriptions(source.subscriptions).toBe('^---!')
      expectSubscriptions(x.subscriptions).toBe('-^--!')
    })
  })

  it('unsubscribes all when it is unsubscribed', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const x = cold('       a---b---c|')
      const y = cold('         d---e--|')
      const source = hot('  -x-y----x-|', { x, y })
      const unsubscribe = ' ------!    '
      const expected = '    -a-d-b-    '
      expectObservable(source.pipe(merged()), unsubscribe).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe('^-----!')
      expectSubscriptions(x.subscriptions).toBe('     -^----!')
      expectSubscriptions(y.subscriptions).toBe('     ---^--!')
    })
  })

  it('does not break the chain when it is unsubscribed in the middle of one', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const x = cold('       a---b---c|')
      const y = cold('         d---e--|')
      const source = hot('  -x-y----x-|', { x, y })
      const unsubscribe = ' ------!    '
      const expected = '    -a-d-b-    '
      const result = source.pipe(
        mergeMap((stream) => of(stream)),
        merged(),
        mergeMap((value) => of(value)),
      )
      expectObservable(result, unsubscribe).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe('^-----!')
      expectSubscriptions(x.subscriptions).toBe('     -^----!')
      expectSubscriptions(y.subscriptions).toBe('     ---^--!')
    })
  })

  it('unsubscribes all when downstream has had enough, also in the midst of a frame', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const x = cold('       a---(bc)-|  ')
      const y = cold('         d---e--|  ')
      const source = hot('  -x-y----x-|  ', { x, y })
      const expected = '    -a-d-(b|)    '
      expectObservable(source.pipe(merged(), take(3))).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe('^----!')
      expectSubscriptions(x.subscriptions).toBe('     -^---!')
      expectSubscriptions(y.subscriptions).toBe('     ---^-!')
    })
  })

  it('unsubscribes all when downstream fails', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const x = cold('       a---b---c|')
      const y = cold('         d---e--|')
      const source = hot('  -x-y----x-|', { x, y })
      const failing = map((value) => {
        if (value === 'b') throw 'error'
        return value
      })
      expectObservable(source.pipe(merged(), failing)).toBe('-a-d-#')
      expectSubscriptions(source.subscriptions).toBe('^----!')
      expectSubscriptions(x.subscriptions).toBe('     -^---!')
      expectSubscriptions(y.subscriptions).toBe('     ---^-!')
    })
  })

  it('may be nested', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const x = cold('        a---b|     ')
      const y = cold('          c---d--| ')
      const inner = cold('   -x-y|       ', { x, y })
      const source = hot('  -i--|        ', { i: inner })
      const expected = '    --a-c-b-d--| '
      expectObservable(source.pipe(merged(), merged())).toBe(expected)
      expectSubscriptions(inner.subscriptions).toBe('-^---!')
    })
  })

  it('emits what Promises are resolved with', async () => {
    const { values, completed } = await outcomeOf(
      range(1, 3).pipe(
        map(async (n) => n * 10),
        merged(),
      ),
    )
    expect(values).toEqual([10, 20, 30])
    expect(completed).toBe(true)
  })

  it('emits what a Promise is rejected with', async () => {
    const settled = range(1, 3).pipe(map((n) => (n === 2 ? Promise.reject('too bad') : Promise.resolve(n))))
    const { values, error } = await outcomeOf(settled.pipe(merged()))
    expect(values).toEqual([1])
    expect(error).toBe('too bad')
  })

  it('emits what arrays and generators hold', () => {
    const values: unknown[] = []
    function* letters() {
      yield 'c'
      yield 'd'
    }
    of(['a', 'b'], letters(), 'ef')
      .pipe(merged())
      .subscribe({ next: (value) => values.push(value), complete: () => values.push('end') })
    expect(values).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'end'])
  })

  it('ends a generator that is not done when downstream has had enough', () => {
    let ended = 0
    function* endless() {
      try {
        for (;;) yield 'x'
      } finally {
        ended++
      }
    }
    const values: unknown[] = []
    of(endless())
      .pipe(merged(), take(2))
      .subscribe((value) => values.push(value))
    expect(values).toEqual(['x', 'x'])
    expect(ended).toBe(1)
  })

  it('merges streams of schedulers in turn', async () => {
    for (const scheduler of [asapScheduler, asyncScheduler]) {
      const streams = [scheduled([1, 2, 3], scheduler), scheduled([4, 5, 6], scheduler)]
      const { values } = await outcomeOf(of(...streams).pipe(merged()))
      expect(values).toEqual([1, 4, 2, 5, 3, 6])
    }
  })

  it('is synchronous over what is', () => {
    const events: unknown[] = []
    of(of(1, 2), EMPTY, of(3))
      .pipe(merged())
      .subscribe({ next: (n) => events.push(n), complete: () => events.push('end') })
    events.push('subscribed')
    expect(events).toEqual([1, 2, 3, 'end', 'subscribed'])
  })

  it('passes on the synchronous error of a stream, and subscribes no more', () => {
    const events: unknown[] = []
    const last = new Observable<never>(() => void events.push('last subscribed'))
    of(
      NEVER,
      concat(
        of(1),
        throwError(() => 'too bad'),
      ),
      last,
    )
      .pipe(merged())
      .subscribe({ next: (n) => events.push(n), error: (error) => events.push([error]) })
    expect(events).toEqual([1, ['too bad']])
  })

  it('stops a synchronous stream when downstream has had enough', () => {
    const emitted: number[] = []
    const stream = new Observable<number>((subscriber) => {
      for (let n = 0; !subscriber.closed && n < 10; n++) {
        emitted.push(n)
        subscriber.next(n)
      }
    })
    of(stream)
      .pipe(
        merged(),
        takeWhile((n) => n < 2),
      )
      .subscribe()
    expect(emitted).toEqual([0, 1, 2])
  })

  it('stops a synchronous source when downstream has had enough', () => {
    const emitted: number[] = []
    const source = new Observable<Observable<number>>((subscriber) => {
      for (let n = 0; !subscriber.closed && n < 10; n++) {
        emitted.push(n)
        subscriber.next(of(n))
      }
    })
    source.pipe(merged(), take(3)).subscribe()
    expect(emitted).toEqual([0, 1, 2])
  })

  it('takes values and streams that are pushed in while one is taken', () => {
    const source = new Subject<Observable<number>>()
    const values: number[] = []
    let completed = false
    source.pipe(merged()).subscribe({
      next: (n) => {
        values.push(n)
        if (n < 4) source.next(of(n + 1))
        else source.complete()
      },
      complete: () => (completed = true),
    })
    source.next(of(0))
    expect(values).toEqual([0, 1, 2, 3, 4])
    expect(completed).toBe(true)
  })
})

describe('fanIn', () => {
  it('does what mergeAll does, whatever the streams', () => {
    const scene = fc.record({
      source: timeline(6),
      inners: fc.array(timeline(5), { minLength: 6, maxLength: 6 }),
      unsubscribeAt: patience,
    })
    fc.assert(
      fc.property(scene, ({ source, inners, unsubscribeAt }) => {
        const [theirs, ours] = implementations.map(([, merged]) =>
          courseOf(unsubscribeAt, ({ cold, hot }) => {
            const streams = inners.map((inner, i) =>
              cold(
                marblesOf(inner),
                Object.fromEntries([...'abcde'].map((name) => [name, `${name} of ${i}`])),
              ),
            )
            const outer = hot(marblesOf(source), Object.fromEntries(streams.map((s, i) => ['abcdef'[i], s])))
            return { result: outer.pipe(merged()), sources: [outer, ...streams] }
          }),
        )
        expect(ours).toEqual(theirs)
      }),
      { seed: 1, numRuns: 300 },
    )
  })
})
