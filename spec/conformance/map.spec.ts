/**
 * What RxJS's `map` does, done by `parallelMap` over plain functions. Each case runs with `map` first, which shows that
 * it is a case of `map`'s.
 *
 * On purpose otherwise: a function gets no index and no `this`; a result is a copy, and so is what a task throws; values
 * that are pushed in while one is taken come after it (RxJS: in the midst of it).
 * @module
 */
import type { OperatorFunction } from 'rxjs'
import { concat, map, mergeMap, Observable, of, Subject, take, takeUntil, tap, throwError } from 'rxjs'
import { parallelMap } from 'rxjs-parallel'
import { inlinePool } from 'rxjs-parallel/testing'
import { describe, expect, it } from 'vitest'
import { marbles } from '../support/marbles.js'

type Map = (project: (value: any) => unknown) => OperatorFunction<any, any>

const identity = (value: unknown) => value

const implementations: [string, Map][] = [
  ['map', (project) => map((value) => project(value))],
  ['parallelMap', (project) => parallelMap(inlinePool({ project }).tasks.project)],
  [
    'parallelMap over many threads',
    (project) => parallelMap(inlinePool({ project }, { threads: 3 }).tasks.project),
  ],
  [
    'parallelMap without order',
    (project) => parallelMap(inlinePool({ project }, { threads: 3 }).tasks.project, { ordered: false }),
  ],
  [
    'parallelMap one at a time',
    (project) => parallelMap(inlinePool({ project }, { threads: 3 }).tasks.project, { concurrency: 1 }),
  ],
  [
    'parallelMap in a chain of one hop',
    (project) => {
      const { tasks } = inlinePool({ identity, project }, { threads: 2 })
      return (source) =>
        source.pipe(parallelMap(tasks.identity), parallelMap(tasks.project), parallelMap(tasks.identity))
    },
  ],
]

const upper = (letter: string) => letter.toUpperCase()
const refuse = (refused: string, error: unknown) => (letter: string) => {
  if (letter === refused) throw error
  return upper(letter)
}

describe.each(implementations)('%s', (_name, mapBy) => {
  it('maps many values', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold(' --a--b-c---(de)-|')
      const subscribed = '  ^---------------!'
      const expected = '    --A--B-C---(DE)-|'
      expectObservable(source.pipe(mapBy(upper))).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe(subscribed)
    })
  })

  it('maps one value', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold(' --7--|', { 7: 7 })
      const subscribed = '  ^----!'
      const expected = '    --x--|'
      expectObservable(source.pipe(mapBy((n) => n * 6))).toBe(expected, { x: 42 })
      expectSubscriptions(source.subscriptions).toBe(subscribed)
    })
  })

  it('maps the last value before the completion of the same frame', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('  -a-(b|)')
      const subscribed = '  ^--!   '
      const expected = '    -A-(B|)'
      expectObservable(source.pipe(mapBy(upper))).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe(subscribed)
    })
  })

  it('takes what a hot source emits from the subscription on', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('-a-b-^-c--d-|')
      const subscribed = '     ^------!'
      const expected = '       --C--D-|'
      expectObservable(source.pipe(mapBy(upper))).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe(subscribed)
    })
  })

  it('emits what the function throws, and unsubscribes the source', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold(' --a--x--b--|')
      const subscribed = '  ^----!      '
      const expected = '    --A--#      '
      expectObservable(source.pipe(mapBy(refuse('x', 'too bad')))).toBe(expected, undefined, 'too bad')
      expectSubscriptions(source.subscriptions).toBe(subscribed)
    })
  })

  it('emits an Error that the function throws as one', () => {
    marbles(({ cold, expectObservable }) => {
      const error = new RangeError('too bad')
      expectObservable(cold('x|').pipe(mapBy(refuse('x', error)))).toBe('#', undefined, error)
    })
  })

  it('emits what the function throws for the first value', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('  (xa)--b--|')
      const subscribed = '  (^!)      '
      const expected = '    #         '
      expectObservable(source.pipe(mapBy(refuse('x', 'error')))).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe(subscribed)
    })
  })

  it('passes on an error of the source alone', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold(' #   ')
      const subscribed = '  (^!)'
      const expected = '    #   '
      expectObservable(source.pipe(mapBy(upper))).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe(subscribed)
    })
  })

  it('passes on an error of the source after its values', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold(' -a--b-(c#)')
      const subscribed = '  ^-----!   '
      const expected = '    -A--B-(C#)'
      expectObservable(source.pipe(mapBy(upper))).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe(subscribed)
    })
  })

  it('emits the error of whoever fails first: the function, or the source', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const first = cold('  -a-x-#')
      expectObservable(first.pipe(mapBy(refuse('x', 'of the function')))).toBe(
        '                   -A-#  ',
        undefined,
        'of the function',
      )
      expectSubscriptions(first.subscriptions).toBe('^--!')
      const second = cold(' -a-#  ', undefined, 'of the source')
      expectObservable(second.pipe(mapBy(refuse('x', 'of the function')))).toBe(
        '                   -A-#  ',
        undefined,
        'of the source',
      )
      expectSubscriptions(second.subscriptions).toBe('^--!')
    })
  })

  it('completes with an empty source, at once', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const empty = cold('  |   ')
      const subscribed = '  (^!)'
      const expected = '    |   '
      expectObservable(empty.pipe(mapBy(upper))).toBe(expected)
      expectSubscriptions(empty.subscriptions).toBe(subscribed)
    })
  })

  it('completes with an empty source that takes its time', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const empty = cold('  ----|')
      const subscribed = '  ^---!'
      const expected = '    ----|'
      expectObservable(empty.pipe(mapBy(upper))).toBe(expected)
      expectSubscriptions(empty.subscriptions).toBe(subscribed)
    })
  })

  it('never ends with a source that never does', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const never = cold('  -')
      expectObservable(never.pipe(mapBy(upper))).toBe('-')
      expectSubscriptions(never.subscriptions).toBe('^')
      const values = cold(' -a-b-')
      expectObservable(values.pipe(mapBy(upper))).toBe('-A-B-')
      expectSubscriptions(values.subscriptions).toBe('^')
    })
  })

  it('calls no function for a source without values', () => {
    marbles(({ cold, expectObservable }) => {
      const never = () => {
        throw new Error('called')
      }
      expectObservable(cold('--|').pipe(mapBy(never))).toBe('--|')
      expectObservable(cold('--#').pipe(mapBy(never))).toBe('--#')
    })
  })

  it('calls the function once for each value', () => {
    const called: string[] = []
    marbles(({ cold, expectObservable }) => {
      const note = (letter: string) => {
        called.push(letter)
        return letter
      }
      expectObservable(cold('-a-(bc)-d|').pipe(mapBy(note))).toBe('-a-(bc)-d|')
    })
    expect(called).toEqual(['a', 'b', 'c', 'd'])
  })

  it('unsubscribes the source when it is unsubscribed', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('  -a--b--c--d--|')
      const unsubscribe = ' ------!       '
      const subscribed = '  ^-----!       '
      const expected = '    -A--B--       '
      expectObservable(source.pipe(mapBy(upper)), unsubscribe).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe(subscribed)
    })
  })

  it('does not break the chain when it is unsubscribed in the middle of one', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('  -a--b--c--d--|')
      const unsubscribe = ' ------!       '
      const subscribed = '  ^-----!       '
      const expected = '    -A--B--       '
      const result = source.pipe(
        mergeMap((letter) => of(letter)),
        mapBy(upper),
        mergeMap((letter) => of(letter)),
      )
      expectObservable(result, unsubscribe).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe(subscribed)
    })
  })

  it('unsubscribes the source when downstream has had enough', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold(' -a--b--c--d--|')
      const subscribed = '  ^---!         '
      const expected = '    -A--(B|)      '
      expectObservable(source.pipe(mapBy(upper), take(2))).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe(subscribed)
    })
  })

  it('unsubscribes the source when downstream fails', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold(' -a--b--c--d--|')
      const subscribed = '  ^---!         '
      const expected = '    -A--#         '
      const result = source.pipe(
        mapBy(upper),
        map((letter) => {
          if (letter === 'B') throw 'error'
          return letter
        }),
      )
      expectObservable(result).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe(subscribed)
    })
  })

  it('may follow itself', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold(' -1--2--(3|)', { 1: 1, 2: 2, 3: 3 })
      const subscribed = '  ^------!   '
      const expected = '    -a--b--(c|)'
      const result = source.pipe(
        mapBy((n) => n + 1),
        mapBy((n) => n * 10),
      )
      expectObservable(result).toBe(expected, { a: 20, b: 30, c: 40 })
      expectSubscriptions(source.subscriptions).toBe(subscribed)
    })
  })

  it('that follows itself emits what the first throws, and what the second does', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const first = cold('-a-b-|')
      expectObservable(first.pipe(mapBy(refuse('b', 'error')), mapBy(upper))).toBe('-A-#')
      expectSubscriptions(first.subscriptions).toBe('^--!')
      const second = cold('-a-b-|')
      expectObservable(second.pipe(mapBy(upper), mapBy(refuse('B', 'error')))).toBe('-A-#')
      expectSubscriptions(second.subscriptions).toBe('^--!')
    })
  })

  it('subscribes the source anew for each subscriber', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold(' -a-b|')
      const result = source.pipe(mapBy(upper))
      expectObservable(result).toBe('            -A-B|')
      expectObservable(result, '--^').toBe('     ---A-B|')
      expectObservable(concat(result, result)).toBe('-A-B-A-B|')
      expectSubscriptions(source.subscriptions).toBe(['^---!', '^---!', '--^---!', '----^---!'])
    })
  })

  it('is synchronous over a source that is', () => {
    const events: unknown[] = []
    of('a', 'b')
      .pipe(mapBy(upper))
      .subscribe({ next: (letter) => events.push(letter), complete: () => events.push('end') })
    events.push('subscribed')
    expect(events).toEqual(['A', 'B', 'end', 'subscribed'])
  })

  it('passes on a synchronous error', () => {
    const events: unknown[] = []
    concat(
      of('a'),
      throwError(() => 'too bad'),
    )
      .pipe(mapBy(upper))
      .subscribe({ next: (letter) => events.push(letter), error: (error) => events.push([error]) })
    expect(events).toEqual(['A', ['too bad']])
  })

  it('stops a synchronous source when downstream has had enough', () => {
    const emitted: number[] = []
    const source = new Observable<number>((subscriber) => {
      for (let n = 0; !subscriber.closed && n < 10; n++) {
        emitted.push(n)
        subscriber.next(n)
      }
    })
    const values: number[] = []
    source
      .pipe(
        mapBy((n) => n * 2),
        take(3),
      )
      .subscribe((n) => values.push(n))
    expect(values).toEqual([0, 2, 4])
    expect(emitted).toEqual([0, 1, 2])
  })

  it('stops a synchronous source when the function throws', () => {
    const emitted: number[] = []
    const source = new Observable<number>((subscriber) => {
      for (let n = 0; !subscriber.closed && n < 10; n++) {
        emitted.push(n)
        subscriber.next(n)
      }
    })
    let error: unknown
    const failing = mapBy((n) => {
      if (n === 2) throw 'too bad'
      return n
    })
    source.pipe(failing).subscribe({ error: (thrown) => (error = thrown) })
    expect(error).toBe('too bad')
    expect(emitted).toEqual([0, 1, 2])
  })

  it('takes values that are pushed in while one is taken', () => {
    const source = new Subject<number>()
    const values: number[] = []
    source
      .pipe(
        mapBy((n) => n + 1),
        tap((n) => values.push(n)),
      )
      .subscribe((n) => {
        if (n < 4) source.next(n)
        else source.complete()
      })
    source.next(0)
    expect(values).toEqual([1, 2, 3, 4])
    expect(source.observed).toBe(false)
  })

  it('may be used within its own results', () => {
    marbles(({ cold, expectObservable }) => {
      const down = mapBy((n: number) => n - 1)
      const countdown = (n: number): Observable<number> =>
        n === 0 ? of(0) : concat(of(n), of(n).pipe(down, mergeMap(countdown)))
      const values = { 0: 0, 1: 1, 2: 2, 3: 3 }
      const source = cold(' -3------1---|', values)
      const expected = '    -(3210)-(10)|'
      expectObservable(source.pipe(mergeMap(countdown))).toBe(expected, values)
    })
  })

  it('emits nothing more when it is unsubscribed while it emits', () => {
    const values: number[] = []
    const enough = new Subject<void>()
    of(1, 2, 3, 4)
      .pipe(
        mapBy((n) => n * 10),
        takeUntil(enough),
      )
      .subscribe((n) => {
        values.push(n)
        if (n === 20) enough.next()
      })
    expect(values).toEqual([10, 20])
  })
})
