/**
 * What RxJS's `mergeMap` does, done by `parallelMap` without order over functions that return Observables, are
 * generators, or take their time. Each case runs with `mergeMap` first, which shows that it is a case of `mergeMap`'s.
 *
 * On purpose otherwise: what comes to as many as it may have in flight waits in the pool, too; an array is a value;
 * what one function emits in one go comes together, so that a synchronous inner Observable, which can't be paused, isn't
 * stopped in its midst (a generator is: it's asked for no more than so many values ahead); there is no index.
 * @module
 */
import * as fc from 'fast-check'
import type { Observable, ObservableInput, OperatorFunction } from 'rxjs'
import {
  concat,
  EMPTY,
  interval,
  map,
  mergeMap,
  NEVER,
  of,
  range,
  Subject,
  take,
  takeWhile,
  throwError,
  timer,
} from 'rxjs'
import { parallelMap } from 'rxjs-parallel'
import { inlinePool } from 'rxjs-parallel/testing'
import { describe, expect, it } from 'vitest'
import { marbles } from '../support/marbles.js'
import { outcomeOf } from '../support/outcome.js'
import { courseOf, marblesOf, patience, timeline } from '../support/timelines.js'

type MergeMap = (
  project: (value: any) => ObservableInput<any>,
  concurrency?: number,
) => OperatorFunction<any, any>

const identity = (value: unknown) => value

/** No case has as many streams at once. */
const many = 8

const alone: [string, MergeMap][] = [
  ['mergeMap', (project, concurrency) => mergeMap((value) => project(value), concurrency)],
  [
    'parallelMap over many threads',
    (project, concurrency) =>
      parallelMap(inlinePool({ project }, { threads: many }).tasks.project, { ordered: false, concurrency }),
  ],
  [
    'parallelMap over one thread that waits for many',
    (project, concurrency) =>
      parallelMap(inlinePool({ project }, { concurrency: many }).tasks.project, {
        ordered: false,
        concurrency,
      }),
  ],
]
const implementations: [string, MergeMap][] = [
  ...alone,
  [
    'parallelMap in a chain of one hop',
    (project, concurrency = many) => {
      const { tasks } = inlinePool({ identity, project }, { concurrency })
      const options = { ordered: false } as const
      return (source) =>
        source.pipe(
          parallelMap(tasks.identity, options),
          parallelMap(tasks.project, options),
          parallelMap(tasks.identity, options),
        )
    },
  ],
]

/** Looks the stream up that stands for a value. */
const from =
  <T>(streams: Record<string, Observable<T>>) =>
  (name: string) =>
    streams[name]!

describe.each(implementations)('%s', (_name, mergeBy) => {
  it('maps each value to a stream, and emits what they emit', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const x = cold('        x-x-x|         ')
      const y = cold('              y---y---y|')
      const source = hot('  --x-----y---|    ')
      const subscribed = '  ^-----------!    '
      const expected = '    --x-x-x-y---y---y|'
      expectObservable(source.pipe(mergeBy(from({ x, y })))).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe(subscribed)
      expectSubscriptions(x.subscriptions).toBe('--^----!')
      expectSubscriptions(y.subscriptions).toBe('--------^--------!')
    })
  })

  it('emits the values of streams that overlap as they come', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const a = cold('        a---a---a---|     ')
      const b = cold('          b---b---b---|   ')
      const c = cold('               c---c---c|')
      const source = hot('  -a-b----c-|          ')
      const subscribed = '  ^---------!          '
      const expected = '    -a-b-a-bca-bc---c|   '
      expectObservable(source.pipe(mergeBy(from({ a, b, c })))).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe(subscribed)
      expectSubscriptions(a.subscriptions).toBe('-^-----------!')
      expectSubscriptions(b.subscriptions).toBe('---^-----------!')
      expectSubscriptions(c.subscriptions).toBe('--------^--------!')
    })
  })

  it('subscribes a stream anew for each value', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const a = cold('        a-----a|        ')
      const source = hot('  -1-2--3-|', { 1: 1, 2: 2, 3: 3 })
      const expected = '    -a-a--aa-a--a|'
      expectObservable(source.pipe(mergeBy(() => a))).toBe(expected)
      expectSubscriptions(a.subscriptions).toBe(['-^------!', '---^------!', '------^------!'])
    })
  })

  it('takes what hot streams emit from then on', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const a = hot('       a-a-a-a-|      ')
      const b = hot('       -b-b-b-b-b-b|  ')
      const source = hot('  ---a--b-|      ')
      const expected = '    ----a-ab-b-b|  '
      expectObservable(source.pipe(mergeBy(from({ a, b })))).toBe(expected)
      expectSubscriptions(a.subscriptions).toBe('---^----!')
      expectSubscriptions(b.subscriptions).toBe('------^-----!')
    })
  })

  it('completes with the last stream, if the source has completed before', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const a = cold('      -a-----|  ')
      const b = cold('        -b-|    ')
      const source = hot('  a-b|      ')
      const expected = '    -a-b---|  '
      expectObservable(source.pipe(mergeBy(from({ a, b })))).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe('^--!')
    })
  })

  it('completes with the source, if that is last', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const a = cold('       -a|     ')
      const source = hot('  -a-----|')
      const expected = '    --a----|'
      expectObservable(source.pipe(mergeBy(from({ a })))).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe('^------!')
      expectSubscriptions(a.subscriptions).toBe('     -^-!')
    })
  })

  it('never ends with a source that never does', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const a = cold('       -a|')
      const source = hot('  -a--a-')
      const expected = '    --a--a-'
      expectObservable(source.pipe(mergeBy(from({ a })))).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe('^')
      const never = cold('  -')
      expectObservable(never.pipe(mergeBy(from({ a })))).toBe('-')
    })
  })

  it('never ends with a stream that never does', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const a = cold('       -a-    ')
      const b = cold('         -b|  ')
      const source = hot('  -a-b-|  ')
      const expected = '    --a-b---'
      expectObservable(source.pipe(mergeBy(from({ a, b })))).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe('^----!')
      expectSubscriptions(a.subscriptions).toBe('     -^')
      expectSubscriptions(b.subscriptions).toBe('     ---^-!')
    })
  })

  it('completes with an empty source', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const atOnce = cold('|')
      expectObservable(atOnce.pipe(mergeBy(() => NEVER))).toBe('|')
      expectSubscriptions(atOnce.subscriptions).toBe('(^!)')
      const later = cold('--|')
      expectObservable(later.pipe(mergeBy(() => NEVER))).toBe('--|')
      expectSubscriptions(later.subscriptions).toBe('^-!')
    })
  })

  it('is silent over empty streams', () => {
    marbles(({ cold, hot, expectObservable }) => {
      const a = cold('       |        ')
      const b = cold('         ----|  ')
      const source = hot('  -a-b-|   ')
      const expected = '    -------| '
      expectObservable(source.pipe(mergeBy(from({ a, b })))).toBe(expected)
    })
  })

  it('is silent over streams that never emit', () => {
    marbles(({ hot, expectObservable }) => {
      expectObservable(hot('-a-b-|').pipe(mergeBy(() => NEVER))).toBe('-')
    })
  })

  it('passes on an error of the source alone', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('#')
      expectObservable(source.pipe(mergeBy(() => EMPTY))).toBe('#')
      expectSubscriptions(source.subscriptions).toBe('(^!)')
    })
  })

  it('passes on an error of the source at once, and unsubscribes the streams', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const a = cold('       -a--a--a|')
      const b = cold('         ---b---b|')
      const source = hot('  -a-b---#')
      const expected = '    --a--ab#'
      expectObservable(source.pipe(mergeBy(from({ a, b })))).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe('^------!')
      expectSubscriptions(a.subscriptions).toBe('     -^-----!')
      expectSubscriptions(b.subscriptions).toBe('     ---^---!')
    })
  })

  it('passes on an error of a stream at once, and unsubscribes the others and the source', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const a = cold('       -a---a---a|')
      const b = cold('         -b#     ')
      const source = hot('  -a-b-----c-|')
      const expected = '    --a-b#      '
      expectObservable(source.pipe(mergeBy(from({ a, b })))).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe('^----!')
      expectSubscriptions(a.subscriptions).toBe('     -^---!')
      expectSubscriptions(b.subscriptions).toBe('     ---^-!')
    })
  })

  it('passes on the values that a stream emits before its error of the same frame', () => {
    marbles(({ cold, hot, expectObservable }) => {
      const a = cold('       -(a#)')
      expectObservable(hot('-a-|').pipe(mergeBy(from({ a })))).toBe('--(a#)')
    })
  })

  it('passes on the first error, of the source or of a stream', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const a = cold('       ----#    ', undefined, 'of the stream')
      const source = hot('  -a-----#  ', undefined, 'of the source')
      expectObservable(source.pipe(mergeBy(from({ a })))).toBe('-----#', undefined, 'of the stream')
      expectSubscriptions(source.subscriptions).toBe('^----!')
      const sooner = hot('  -a-#      ', undefined, 'of the source')
      expectObservable(sooner.pipe(mergeBy(from({ a })))).toBe('---#', undefined, 'of the source')
      expectSubscriptions(a.subscriptions).toBe(['-^---!', '-^-!'])
    })
  })

  it('emits what the function throws, and unsubscribes the streams and the source', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const a = cold('       -a--a--a|')
      const source = hot('  -a--x--|')
      const expected = '    --a-#   '
      const project = (name: string) => {
        if (name === 'x') throw 'error'
        return a
      }
      expectObservable(source.pipe(mergeBy(project))).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe('^---!')
      expectSubscriptions(a.subscriptions).toBe('     -^--!')
    })
  })

  it('unsubscribes all when it is unsubscribed', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const a = cold('       -a---a----a|')
      const b = cold('         ----b----b|')
      const c = cold('                c|')
      const source = hot('  -a-b------c-|')
      const unsubscribe = ' --------!    '
      const expected = '    --a---ab-    '
      expectObservable(source.pipe(mergeBy(from({ a, b, c }))), unsubscribe).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe('^-------!')
      expectSubscriptions(a.subscriptions).toBe('     -^------!')
      expectSubscriptions(b.subscriptions).toBe('     ---^----!')
      expectSubscriptions(c.subscriptions).toBe([])
    })
  })

  it('does not break the chain when it is unsubscribed in the middle of one', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const a = cold('       -a---a---a|')
      const b = cold('         -b---b--|')
      const source = hot('  -a-b-----a-|')
      const unsubscribe = ' -----!      '
      const expected = '    --a-b-      '
      const result = source.pipe(
        mergeMap((name) => of(name)),
        mergeBy(from({ a, b })),
        mergeMap((name) => of(name)),
      )
      expectObservable(result, unsubscribe).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe('^----!')
      expectSubscriptions(a.subscriptions).toBe('     -^---!')
      expectSubscriptions(b.subscriptions).toBe('     ---^-!')
    })
  })

  it('unsubscribes all when downstream has had enough', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const a = cold('       -a---a---a|')
      const b = cold('         -b---b--|')
      const source = hot('  -a-b-----a-|')
      const expected = '    --a-(b|)    '
      expectObservable(source.pipe(mergeBy(from({ a, b })), take(2))).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe('^---!')
      expectSubscriptions(a.subscriptions).toBe('     -^--!')
      expectSubscriptions(b.subscriptions).toBe('     ---^!')
    })
  })

  it('unsubscribes streams that are about to emit when downstream has had enough', () => {
    marbles(({ hot, expectObservable }) => {
      const source = hot('  (ab)    ')
      const expected = '    ---(a|) '
      const project = (name: string) => interval(3).pipe(map(() => name))
      expectObservable(source.pipe(mergeBy(project), take(1))).toBe(expected)
    })
  })

  it('with concurrency 1 subscribes one stream after the other', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const a = cold('       -a-a-|               ')
      const b = cold('            b---b|          ')
      const c = cold('                 ---c|      ')
      const source = hot('  -abc-|                ')
      const expected = '    --a-a-b---b---c|      '
      expectObservable(source.pipe(mergeBy(from({ a, b, c }), 1))).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe('^----!')
      expectSubscriptions(a.subscriptions).toBe('     -^----!')
      expectSubscriptions(b.subscriptions).toBe('     ------^----!')
      expectSubscriptions(c.subscriptions).toBe('     -----------^---!')
    })
  })

  it('with concurrency 2 subscribes two at once, and the next when one has completed', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const a = cold('       a-----a--|             ')
      const b = cold('        b--b|                 ')
      const c = cold('            --c---c-|         ')
      const d = cold('                d-----d|      ')
      const source = hot('  -abcd|                  ')
      const expected = '    -ab--b-ac-d-c---d|      '
      expectObservable(source.pipe(mergeBy(from({ a, b, c, d }), 2))).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe('^----!')
      expectSubscriptions(a.subscriptions).toBe('     -^--------!')
      expectSubscriptions(b.subscriptions).toBe('     --^---!')
      expectSubscriptions(c.subscriptions).toBe('     ------^-------!')
      expectSubscriptions(d.subscriptions).toBe('     ----------^------!')
    })
  })

  it('with concurrency 1 takes what hot streams still emit when their turn comes', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const a = hot('       --a-a|      ')
      const b = hot('       -b-b--b-b-b|')
      const source = hot('  -ab-|       ')
      const expected = '    --a-a-b-b-b|'
      expectObservable(source.pipe(mergeBy(from({ a, b }), 1))).toBe(expected)
      expectSubscriptions(a.subscriptions).toBe('-^---!')
      expectSubscriptions(b.subscriptions).toBe('-----^-----!')
    })
  })

  it('with a concurrency emits an error of the source though streams wait for their turn', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const a = cold('       ----a----|')
      const b = cold('       b|')
      const source = hot('  -ab--#')
      expectObservable(source.pipe(mergeBy(from({ a, b }), 1))).toBe('-----#')
      expectSubscriptions(a.subscriptions).toBe('-^---!')
      expectSubscriptions(b.subscriptions).toBe([])
    })
  })

  it('with a concurrency begins none of those that wait when a stream fails', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const a = cold('       ----#')
      const b = cold('       b|')
      const source = hot('  -ab----|')
      expectObservable(source.pipe(mergeBy(from({ a, b }), 1))).toBe('-----#')
      expectSubscriptions(source.subscriptions).toBe('^----!')
      expectSubscriptions(b.subscriptions).toBe([])
    })
  })

  it('with a concurrency begins none of those that wait when it is unsubscribed', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const a = cold('       ----a|')
      const b = cold('       b|')
      const source = hot('  -ab----|')
      expectObservable(source.pipe(mergeBy(from({ a, b }), 1)), '---!').toBe('----')
      expectSubscriptions(a.subscriptions).toBe('-^-!')
      expectSubscriptions(b.subscriptions).toBe([])
    })
  })

  it('with a concurrency completes when those that wait are empty', () => {
    marbles(({ cold, hot, expectObservable }) => {
      const a = cold('---a|')
      expectObservable(hot('-abcd|').pipe(mergeBy((name) => (name === 'a' ? a : EMPTY), 1))).toBe('----a|')
    })
  })

  it('emits all that a generator yields', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('  -0----2-----3-----|', { 0: 0, 2: 2, 3: 3 })
      const subscribed = '  ^-----------------!'
      const expected = '    ------(xy)--(xyz)-|'
      function* upTo(n: number) {
        for (let i = 0; i < n; i++) yield 'xyz'[i]
      }
      expectObservable(source.pipe(mergeBy(upTo))).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe(subscribed)
    })
  })

  it('emits all that generators have yielded when the source fails', () => {
    marbles(({ hot, expectObservable }) => {
      const source = hot('  -a---b---#')
      const expected = '    -(aa)(bb)#'
      function* twice(name: string) {
        yield name
        yield name
      }
      expectObservable(source.pipe(mergeBy(twice))).toBe(expected)
    })
  })

  it('ends the generators that are not done when downstream has had enough', () => {
    const ended: string[] = []
    function* endless(name: string) {
      try {
        for (;;) yield name
      } finally {
        ended.push(name)
      }
    }
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('  -a---b--|')
      const expected = '    -(aaa|)  '
      expectObservable(source.pipe(mergeBy(endless), take(3))).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe('^!')
    })
    expect(ended).toEqual(['a'])
  })

  it('emits what Promises are resolved with', async () => {
    const { values, completed } = await outcomeOf(range(1, 4).pipe(mergeBy(async (n) => n * 10)))
    expect(values.sort()).toEqual([10, 20, 30, 40])
    expect(completed).toBe(true)
  })

  it('emits what a Promise is rejected with', async () => {
    const rejected = async (n: number) => {
      throw new Error(`of ${n}`)
    }
    const { values, error } = await outcomeOf(range(1, 4).pipe(mergeBy(rejected)))
    expect(values).toEqual([])
    expect(error).toEqual(new Error('of 1'))
  })

  it('emits what a generator throws after some time', async () => {
    async function* failing(n: number) {
      yield n
      await Promise.resolve()
      throw new Error(`of ${n}`)
    }
    const { values, error } = await outcomeOf(of(1).pipe(mergeBy(failing)))
    expect(values).toEqual([1])
    expect(error).toEqual(new Error('of 1'))
  })

  it('may be nested', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const x = cold('       -x----x---|             ')
      const outer = mergeBy((name) => of(name, name).pipe(mergeBy(() => x)))
      const source = hot('  -a---------b-|           ')
      const expected = '    --(xx)-(xx)-(xx)-(xx)|   '
      expectObservable(source.pipe(outer)).toBe(expected)
      const [first, second] = ['-^---------!', '-----------^---------!']
      expectSubscriptions(x.subscriptions).toBe([first, first, second, second])
    })
  })

  it('is synchronous over what is', () => {
    const events: unknown[] = []
    of(1, 2)
      .pipe(mergeBy((n) => concat(of(n), of(n * 10))))
      .subscribe({ next: (n) => events.push(n), complete: () => events.push('end') })
    events.push('subscribed')
    expect(events).toEqual([1, 10, 2, 20, 'end', 'subscribed'])
  })

  it('passes on the synchronous error of a stream', () => {
    const events: unknown[] = []
    of(1, 2)
      .pipe(mergeBy((n) => (n === 2 ? throwError(() => 'too bad') : of(n))))
      .subscribe({ next: (n) => events.push(n), error: (error) => events.push([error]) })
    expect(events).toEqual([1, ['too bad']])
  })

  it('stops a synchronous source when downstream has had enough', () => {
    const begun: number[] = []
    const values: number[] = []
    const project = (n: number) => {
      begun.push(n)
      return of(n)
    }
    range(0, 10)
      .pipe(
        mergeBy(project),
        takeWhile((n) => n < 2, true),
      )
      .subscribe((n) => values.push(n))
    expect(values).toEqual([0, 1, 2])
    expect(begun).toEqual([0, 1, 2])
  })

  it('takes values that are pushed in while one is taken', () => {
    const source = new Subject<number>()
    const values: number[] = []
    let completed = false
    source.pipe(mergeBy((n) => of(n + 1))).subscribe({
      next: (n) => {
        values.push(n)
        if (n < 4) source.next(n)
        else source.complete()
      },
      complete: () => (completed = true),
    })
    source.next(0)
    expect(values).toEqual([1, 2, 3, 4])
    expect(completed).toBe(true)
  })

  it('takes values that are pushed in while one is taken, one at a time', () => {
    const source = new Subject<number>()
    const values: number[] = []
    source.pipe(mergeBy((n) => of(n + 1, n + 1), 1)).subscribe((n) => {
      values.push(n)
      if (values.length < 3) source.next(n)
    })
    source.next(0)
    expect(values.length).toBe(6)
    expect(values.sort()).toEqual([1, 1, 2, 2, 2, 2])
  })
})

// In a chain the next parallelMap has a source that fails: that comes at once, before what it still has to run.
describe.each(alone)('%s', (_name, mergeBy) => {
  it('emits what a generator throws after what it yielded', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('  -a---b---a-|')
      const subscribed = '  ^----!      '
      const expected = '    -a---(b#)   '
      function* failing(name: string) {
        yield name
        if (name === 'b') throw 'error'
      }
      expectObservable(source.pipe(mergeBy(failing))).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe(subscribed)
    })
  })
})

const slowly: [
  string,
  (run: (value: any) => unknown, concurrency: number) => OperatorFunction<number, unknown>,
][] = [
  [
    'mergeMap over timers',
    (run, concurrency) => mergeMap((ms) => timer(ms).pipe(map(() => run(ms))), concurrency),
  ],
  [
    'parallelMap over threads that compute for as long',
    (run, concurrency) => {
      const pool = inlinePool({ run }, { threads: many, cost: (ms: number) => ms })
      return parallelMap(pool.tasks.run, { ordered: false, concurrency })
    },
  ],
  [
    'parallelMap over a thread that waits for as long',
    (run, concurrency) => {
      const pool = inlinePool({ run }, { concurrency: many, delay: (ms: number) => ms })
      return parallelMap(pool.tasks.run, { ordered: false, concurrency })
    },
  ],
]

describe.each(slowly)('%s', (_name, slow) => {
  const values = { 1: 1, 2: 2, 3: 3, 5: 5, 7: 7 }
  it('emits each result when it is there, and completes after the last', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold(' -7-1-3-|     ', values)
      const subscribed = '  ^------!     '
      const expected = '    ----1---(73|)'
      expectObservable(source.pipe(slow(identity, many))).toBe(expected, values)
      expectSubscriptions(source.subscriptions).toBe(subscribed)
    })
  })

  it('begins no more at once than it may', () => {
    marbles(({ cold, expectObservable }) => {
      const source = cold('                                   (5317|)             ', values)
      expectObservable(source.pipe(slow(identity, 1))).toBe(' -----5--31------(7|)', values)
      expectObservable(source.pipe(slow(identity, 2))).toBe(' ---315-----(7|)     ', values)
      expectObservable(source.pipe(slow(identity, 3))).toBe(' -1-3-5--(7|)        ', values)
    })
  })

  it('emits what the function throws when it does, and gives up the others', () => {
    const called: number[] = []
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold(' -5-2-1---|', values)
      const subscribed = '  ^----!    '
      const expected = '    -----#    '
      const run = (n: number) => {
        called.push(n)
        if (n === 2) throw 'error'
        return n
      }
      expectObservable(source.pipe(slow(run, many))).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe(subscribed)
    })
    expect(called).toEqual([2])
  })

  it('gives all up when it is unsubscribed, and when the source fails', () => {
    const called: number[] = []
    marbles(({ cold, expectObservable }) => {
      const run = (n: number) => {
        called.push(n)
        return n
      }
      expectObservable(cold('-5-1-3--|', values).pipe(slow(run, many)), '-----!').toBe('----1-', values)
      expectObservable(cold('-5-1-#', values).pipe(slow(run, many))).toBe('----1#', values)
    })
    expect(called).toEqual([1, 1])
  })
})

describe('parallelMap without order', () => {
  it('does what mergeMap does, whatever the streams', () => {
    const scene = fc.record({
      source: timeline(8),
      inners: fc.array(timeline(4), { minLength: 8, maxLength: 8 }),
      concurrency: fc.constantFrom(1, 2, 3, many),
      unsubscribeAt: patience,
    })
    fc.assert(
      fc.property(scene, ({ source, inners, concurrency, unsubscribeAt }) => {
        const [theirs, ...ours] = implementations.map(([, mergeBy]) =>
          courseOf(unsubscribeAt, ({ cold, hot }) => {
            const outer = hot(marblesOf(source))
            const streams = inners.map((inner, i) =>
              cold(
                marblesOf(inner),
                Object.fromEntries([...'abcd'].map((name) => [name, `${name} of ${i}`])),
              ),
            )
            const project = (name: string) => streams[name.charCodeAt(0) - 'a'.charCodeAt(0)]!
            return { result: outer.pipe(mergeBy(project, concurrency)), sources: [outer, ...streams] }
          }),
        )
        for (const course of ours) expect(course).toEqual(theirs)
      }),
      { seed: 1, numRuns: 300 },
    )
  })
})
