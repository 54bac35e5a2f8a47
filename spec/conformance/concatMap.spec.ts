/**
 * What RxJS's `concatMap` does, done by `parallelMap` one at a time over functions that return Observables, are
 * generators, or take their time. Each case runs with `concatMap` first, which shows that it is a case of `concatMap`'s.
 *
 * On purpose otherwise: with more than one at a time order is kept as well, but streams are begun before their turn
 * (below: as mergeMap would, with a ReplaySubject for each); an array is a value; a synchronous inner Observable, which can't
 * be paused, isn't stopped in its midst; there is no index.
 * @module
 */
import * as fc from 'fast-check'
import type { Observable, OperatorFunction } from 'rxjs'
import {
  catchError,
  concat,
  concatAll,
  concatMap,
  defer,
  EMPTY,
  finalize,
  ignoreElements,
  map,
  merge,
  mergeMap,
  NEVER,
  of,
  ReplaySubject,
  range,
  Subject,
  share,
  take,
  takeWhile,
  tap,
  throwError,
  timer,
} from 'rxjs'
import { parallelMap } from 'rxjs-parallel'
import { inlinePool } from 'rxjs-parallel/testing'
import { describe, expect, it } from 'vitest'
import { marbles } from '../support/marbles.js'
import { outcomeOf } from '../support/outcome.js'
import { courseOf, marblesOf, patience, timeline } from '../support/timelines.js'

type ConcatMap = (project: (value: any) => any) => OperatorFunction<any, any>

const identity = (value: unknown) => value

/** No case has as many streams. */
const many = 8

const alone: [string, ConcatMap][] = [
  ['concatMap', (project) => concatMap((value) => project(value))],
  [
    'parallelMap one at a time',
    (project) => parallelMap(inlinePool({ project }, { threads: many }).tasks.project, { concurrency: 1 }),
  ],
  [
    'parallelMap one at a time, without order',
    (project) =>
      parallelMap(inlinePool({ project }, { concurrency: many }).tasks.project, {
        concurrency: 1,
        ordered: false,
      }),
  ],
  ['parallelMap over one thread', (project) => parallelMap(inlinePool({ project }).tasks.project)],
]
const implementations: [string, ConcatMap][] = [
  ...alone,
  [
    'parallelMap in a chain of one hop',
    (project) => {
      const { tasks } = inlinePool({ identity, project })
      return (source) =>
        source.pipe(parallelMap(tasks.identity), parallelMap(tasks.project), parallelMap(tasks.identity))
    },
  ],
]

/** Looks the stream up that stands for a value. */
const from =
  <T>(streams: Record<string, Observable<T>>) =>
  (name: string) =>
    streams[name]!

describe.each(implementations)('%s', (_name, concatBy) => {
  it('maps each value to a stream, and emits what they emit', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const x = cold('       x--x|            ')
      const y = cold('              -y-y--|   ')
      const source = hot('  -x------y------|  ')
      const expected = '    -x--x----y-y---|  '
      expectObservable(source.pipe(concatBy(from({ x, y })))).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe('^--------------!')
      expectSubscriptions(x.subscriptions).toBe('     -^---!')
      expectSubscriptions(y.subscriptions).toBe('     --------^-----!')
    })
  })

  it('subscribes a stream when the one before it has completed', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const a = cold('       --a---a-|                ')
      const b = cold('               -b|              ')
      const c = cold('                 c---c--|       ')
      const source = hot('  -ab-c|                    ')
      const expected = '    ---a---a--bc---c--|       '
      expectObservable(source.pipe(concatBy(from({ a, b, c })))).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe('^----!')
      expectSubscriptions(a.subscriptions).toBe('     -^-------!')
      expectSubscriptions(b.subscriptions).toBe('     ---------^-!')
      expectSubscriptions(c.subscriptions).toBe('     -----------^------!')
    })
  })

  it('subscribes one stream anew for each value', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const x = cold('       x-x|           ')
      const source = hot('  -ab--c--|       ')
      const expected = '    -x-xx-xx-x|     '
      expectObservable(source.pipe(concatBy(() => x))).toBe(expected)
      expectSubscriptions(x.subscriptions).toBe(['-^--!', '----^--!', '-------^--!'])
    })
  })

  it('misses what a hot stream emits before its turn', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const a = hot('       ---a--|       ')
      const b = hot('       -b-b---b--b-|')
      const source = hot('  -ab-|        ')
      const expected = '    ---a---b--b-|'
      expectObservable(source.pipe(concatBy(from({ a, b })))).toBe(expected)
      expectSubscriptions(a.subscriptions).toBe('-^----!')
      expectSubscriptions(b.subscriptions).toBe('------^-----!')
    })
  })

  it('completes with an empty source', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const atOnce = cold('|')
      expectObservable(atOnce.pipe(concatBy(() => NEVER))).toBe('|')
      expectSubscriptions(atOnce.subscriptions).toBe('(^!)')
      const later = cold('---|')
      expectObservable(later.pipe(concatBy(() => NEVER))).toBe('---|')
      expectSubscriptions(later.subscriptions).toBe('^--!')
    })
  })

  it('never ends with a source that never does', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const never = cold('-')
      expectObservable(never.pipe(concatBy(() => EMPTY))).toBe('-')
      expectSubscriptions(never.subscriptions).toBe('^')
      const a = cold('       -a|    ')
      const source = hot('  -a--a---')
      const expected = '    --a--a--'
      expectObservable(source.pipe(concatBy(from({ a })))).toBe(expected)
      expectSubscriptions(a.subscriptions).toBe(['-^-!', '----^-!'])
    })
  })

  it('passes on an error of the source alone', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('#')
      expectObservable(source.pipe(concatBy(() => EMPTY))).toBe('#')
      expectSubscriptions(source.subscriptions).toBe('(^!)')
    })
  })

  it('is silent over empty streams', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold(' -a-b-c-|')
      const expected = '    -------|'
      expectObservable(source.pipe(concatBy(() => EMPTY))).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe('^------!')
    })
  })

  it('waits for empty streams that take their time', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const x = cold('       ----|       ')
      const source = hot('  -ab-|       ')
      const expected = '    ---------|  '
      expectObservable(source.pipe(concatBy(() => x))).toBe(expected)
      expectSubscriptions(x.subscriptions).toBe(['-^---!', '-----^---!'])
    })
  })

  it('waits for ever for a stream that never ends', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const a = cold('       -a-|         ')
      const b = cold('          -b-       ')
      const c = cold('            c|      ')
      const source = hot('  -ab--c-|      ')
      const expected = '    --a--b--------'
      expectObservable(source.pipe(concatBy(from({ a, b, c })))).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe('^------!')
      expectSubscriptions(a.subscriptions).toBe('     -^--!')
      expectSubscriptions(b.subscriptions).toBe('     ----^')
      expectSubscriptions(c.subscriptions).toBe([])
    })
  })

  it('completes late, with the source', () => {
    marbles(({ cold, hot, expectObservable }) => {
      const a = cold('       a-a|      ')
      const source = hot('  -a------|  ')
      const expected = '    -a-a----|  '
      expectObservable(source.pipe(concatBy(from({ a })))).toBe(expected)
    })
  })

  it('passes on an error of a stream, and begins no other', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const a = cold('       -a--|     ')
      const b = cold('           b-#   ')
      const c = cold('             c|  ')
      const source = hot('  -abc------|')
      const expected = '    --a--b-#   '
      expectObservable(source.pipe(concatBy(from({ a, b, c })))).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe('^------!')
      expectSubscriptions(a.subscriptions).toBe('     -^---!')
      expectSubscriptions(b.subscriptions).toBe('     -----^-!')
      expectSubscriptions(c.subscriptions).toBe([])
    })
  })

  it('passes on an error of a stream that comes at once', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const x = cold('       #   ')
      const source = hot('  -x-x|')
      expectObservable(source.pipe(concatBy(from({ x })))).toBe('-#')
      expectSubscriptions(source.subscriptions).toBe('^!')
      expectSubscriptions(x.subscriptions).toBe('-(^!)')
    })
  })

  it('passes on an error of the source at once, though streams wait for their turn', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const a = cold('       --a---a--|')
      const b = cold('       b|        ')
      const source = hot('  -ab-#      ')
      const expected = '    ---a#      '
      expectObservable(source.pipe(concatBy(from({ a, b })))).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe('^---!')
      expectSubscriptions(a.subscriptions).toBe('     -^--!')
      expectSubscriptions(b.subscriptions).toBe([])
    })
  })

  it('passes on the first error, of the source or of a stream', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const a = cold('       --#   ', undefined, 'of the stream')
      const source = hot('  -a---# ', undefined, 'of the source')
      expectObservable(source.pipe(concatBy(from({ a })))).toBe('---#', undefined, 'of the stream')
      const sooner = hot('  -a#    ', undefined, 'of the source')
      expectObservable(sooner.pipe(concatBy(from({ a })))).toBe('--#', undefined, 'of the source')
      expectSubscriptions(a.subscriptions).toBe(['-^-!', '-^!'])
    })
  })

  it('emits what the function throws when it is called: after the streams before it', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const a = cold('       -a---a|     ')
      const source = hot('  -axa-------| ')
      const expected = '    --a---a#     '
      const project = (name: string) => {
        if (name === 'x') throw 'error'
        return a
      }
      expectObservable(source.pipe(concatBy(project))).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe('^------!')
      expectSubscriptions(a.subscriptions).toBe('     -^-----!')
    })
  })

  it('unsubscribes all when it is unsubscribed', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const a = cold('       -a-|        ')
      const b = cold('          b---b-|  ')
      const source = hot('  -ab-------|  ')
      const unsubscribe = ' ------!      '
      const expected = '    --a-b--      '
      expectObservable(source.pipe(concatBy(from({ a, b }))), unsubscribe).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe('^-----!')
      expectSubscriptions(a.subscriptions).toBe('     -^--!')
      expectSubscriptions(b.subscriptions).toBe('     ----^-!')
    })
  })

  it('does not break the chain when it is unsubscribed in the middle of one', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const a = cold('       -a-|        ')
      const b = cold('          b---b-|  ')
      const source = hot('  -ab-------|  ')
      const unsubscribe = ' ------!      '
      const expected = '    --a-b--      '
      const result = source.pipe(
        mergeMap((name) => of(name)),
        concatBy(from({ a, b })),
        mergeMap((name) => of(name)),
      )
      expectObservable(result, unsubscribe).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe('^-----!')
      expectSubscriptions(b.subscriptions).toBe('     ----^-!')
    })
  })

  it('unsubscribes all when downstream has had enough', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const a = cold('       -a-|        ')
      const b = cold('          b---b-|  ')
      const source = hot('  -ab-a-----|  ')
      const expected = '    --a-(b|)     '
      expectObservable(source.pipe(concatBy(from({ a, b })), take(2))).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe('^---!')
      expectSubscriptions(a.subscriptions).toBe('     -^--!')
      expectSubscriptions(b.subscriptions).toBe('     ----(^!)')
    })
  })

  it('cleans up after a stream before it begins the next', () => {
    const steps: string[] = []
    const stream = (n: number) =>
      defer(() => {
        steps.push(`begins ${n}`)
        return timer(5).pipe(
          map(() => n),
          finalize(() => steps.push(`ends ${n}`)),
        )
      })
    marbles(({ expectObservable }) => {
      const expected = '-----a----b----(c|)'
      expectObservable(of(1, 2, 3).pipe(concatBy(stream))).toBe(expected, { a: 1, b: 2, c: 3 })
    })
    expect(steps).toEqual(['begins 1', 'ends 1', 'begins 2', 'ends 2', 'begins 3', 'ends 3'])
  })

  it('emits all that a generator yields', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('  -1----3-----0---|', { 0: 0, 1: 1, 3: 3 })
      const expected = '    -x----(xyz)-----|'
      function* upTo(n: number) {
        for (let i = 0; i < n; i++) yield 'xyz'[i]
      }
      expectObservable(source.pipe(concatBy(upTo))).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe('^---------------!')
    })
  })

  it('ends a generator that is not done when downstream has had enough, and begins no other', () => {
    const steps: string[] = []
    function* endless(name: string) {
      try {
        steps.push(`begins ${name}`)
        for (;;) yield name
      } finally {
        steps.push(`ends ${name}`)
      }
    }
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold(' -(ab)-|')
      const expected = '    -(aaa|)'
      expectObservable(source.pipe(concatBy(endless), take(3))).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe('^!')
    })
    expect(steps).toEqual(['begins a', 'ends a'])
  })

  it('emits what Promises are resolved with, in the order of the values', async () => {
    const later = async (n: number) => {
      for (let i = n; i < 5; i++) await Promise.resolve()
      return n * 10
    }
    const { values, completed } = await outcomeOf(range(1, 4).pipe(concatBy(later)))
    expect(values).toEqual([10, 20, 30, 40])
    expect(completed).toBe(true)
  })

  it('emits what a Promise is rejected with, and begins no other', async () => {
    const begun: number[] = []
    const rejected = async (n: number) => {
      begun.push(n)
      await Promise.resolve()
      if (n === 2) throw new Error('of 2')
      return n
    }
    const { values, error } = await outcomeOf(range(1, 4).pipe(concatBy(rejected)))
    expect(values).toEqual([1])
    expect(error).toEqual(new Error('of 2'))
    expect(begun).toEqual([1, 2])
  })

  it('is synchronous over what is', () => {
    const events: unknown[] = []
    of(1, 2)
      .pipe(concatBy((n) => concat(of(n), of(n * 10))))
      .subscribe({ next: (n) => events.push(n), complete: () => events.push('end') })
    events.push('subscribed')
    expect(events).toEqual([1, 10, 2, 20, 'end', 'subscribed'])
  })

  it('passes on the synchronous error of a stream', () => {
    const events: unknown[] = []
    of(1, 2, 3)
      .pipe(concatBy((n) => (n === 2 ? throwError(() => 'too bad') : of(n))))
      .subscribe({ next: (n) => events.push(n), error: (error) => events.push([error]) })
    expect(events).toEqual([1, ['too bad']])
  })

  it('begins streams that waited, one after the other, when they are synchronous', () => {
    const values: number[] = []
    const gate = new Subject<number>()
    range(0, 200)
      .pipe(concatBy((n) => (n === 0 ? gate : of(n))))
      .subscribe((n) => values.push(n))
    expect(values).toEqual([])
    gate.complete()
    expect(values).toEqual(Array.from({ length: 199 }, (_, n) => n + 1))
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
        concatBy(project),
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
    source.pipe(concatBy((n) => of(n + 1, n + 1))).subscribe({
      next: (n) => {
        values.push(n)
        if (n < 3) source.next(n)
        else source.complete()
      },
      complete: () => (completed = true),
    })
    source.next(0)
    expect(values).toEqual([1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3])
    expect(completed).toBe(true)
  })
})

// In a chain the next parallelMap has a source that fails: that comes at once, before what it still has to run.
describe.each(alone)('%s', (_name, concatBy) => {
  it('emits what a generator throws after what it yielded', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('  -a---b---a-|')
      const expected = '    -a---(b#)   '
      function* failing(name: string) {
        yield name
        if (name === 'b') throw 'error'
      }
      expectObservable(source.pipe(concatBy(failing))).toBe(expected)
      expectSubscriptions(source.subscriptions).toBe('^----!')
    })
  })
})

const slowly: [string, (run: (value: any) => unknown) => OperatorFunction<number, unknown>][] = [
  ['concatMap over timers', (run) => concatMap((ms) => timer(ms).pipe(map(() => run(ms))))],
  [
    'parallelMap over a thread that computes for as long',
    (run) => parallelMap(inlinePool({ run }, { cost: (ms: number) => ms }).tasks.run),
  ],
  [
    'parallelMap over a thread that waits for as long',
    (run) => parallelMap(inlinePool({ run }, { delay: (ms: number) => ms }).tasks.run),
  ],
  [
    'parallelMap in a chain of one hop, each of whose tasks takes half as long',
    (run) => {
      const { tasks } = inlinePool({ identity, run }, { cost: (ms: number) => ms / 2 })
      return (source) => source.pipe(parallelMap(tasks.identity), parallelMap(tasks.run))
    },
  ],
  [
    'parallelMap one at a time over threads that compute for as long',
    (run) =>
      parallelMap(inlinePool({ run }, { threads: many, cost: (ms: number) => ms }).tasks.run, {
        concurrency: 1,
      }),
  ],
]

describe.each(slowly)('%s', (_name, slow) => {
  const values = { 1: 1, 2: 2, 3: 3, 5: 5 }
  it('emits one result after the other, and completes after the last', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold(' -5-1-3-|      ', values)
      const expected = '    ------51--(3|)'
      expectObservable(source.pipe(slow(identity))).toBe(expected, values)
      expectSubscriptions(source.subscriptions).toBe('^------!')
    })
  })

  it('emits what the function throws after the results before it, and begins no more', () => {
    const called: number[] = []
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold(' -5213-----|', values)
      const expected = '    ------5-#  '
      const run = (n: number) => {
        called.push(n)
        if (n === 2) throw 'error'
        return n
      }
      expectObservable(source.pipe(slow(run))).toBe(expected, values)
      expectSubscriptions(source.subscriptions).toBe('^-------!')
    })
    expect(called).toEqual([5, 2])
  })

  it('gives all up when it is unsubscribed, and when the source fails', () => {
    const called: number[] = []
    marbles(({ cold, expectObservable }) => {
      const run = (n: number) => {
        called.push(n)
        return n
      }
      expectObservable(cold('-231---|', values).pipe(slow(run)), '----!').toBe('---2-', values)
      expectObservable(cold('-231#', values).pipe(slow(run))).toBe('---2#', values)
    })
    expect(called).toEqual([2, 2])
  })
})

const randomScene = fc.record({
  source: timeline(8),
  inners: fc.array(timeline(4), { minLength: 8, maxLength: 8 }),
  unsubscribeAt: patience,
})

/** What the operators do with one scene. */
function coursesOf(
  operators: readonly ConcatMap[],
  { source, inners, unsubscribeAt }: typeof randomScene extends fc.Arbitrary<infer S> ? S : never,
): any[] {
  return operators.map((concatBy) =>
    courseOf(unsubscribeAt, ({ cold, hot }) => {
      const outer = hot(marblesOf(source))
      const streams = inners.map((inner, i) =>
        cold(marblesOf(inner), Object.fromEntries([...'abcd'].map((name) => [name, `${name} of ${i}`]))),
      )
      const project = (name: string) => streams[name.charCodeAt(0) - 'a'.charCodeAt(0)]!
      return { result: outer.pipe(concatBy(project)), sources: [outer, ...streams] }
    }),
  )
}

describe('parallelMap one at a time', () => {
  // RxJS nests them: some thousand are too many for the stack.
  it.each(implementations.slice(1))('(%s) begins any number of streams that waited', (_name, concatBy) => {
    const values: number[] = []
    const gate = new Subject<number>()
    range(0, 20_000)
      .pipe(concatBy((n) => (n === 0 ? gate : of(n))))
      .subscribe((n) => values.push(n))
    gate.complete()
    expect(values).toEqual(Array.from({ length: 19_999 }, (_, n) => n + 1))
  })

  it('does what concatMap does, whatever the streams', () => {
    fc.assert(
      fc.property(randomScene, (scene) => {
        const [theirs, ...ours] = coursesOf(
          implementations.map(([, concatBy]) => concatBy),
          scene,
        )
        for (const course of ours) expect(course).toEqual(theirs)
      }),
      { seed: 1, numRuns: 200 },
    )
  })
})

type InOrder = (project: (value: any) => Observable<any>, concurrency?: number) => OperatorFunction<any, any>

/** Begins streams as mergeMap does, and emits what they emit in the order of the values. */
const eagerly: InOrder = (project, concurrency) => (source) => {
  const items = source.pipe(
    map((value) => ({ value, results: new ReplaySubject<unknown>() })),
    share(),
  )
  const run = ({ value, results }: { value: unknown; results: ReplaySubject<unknown> }) =>
    project(value).pipe(
      tap({
        next: (result) => results.next(result),
        error: (error) => results.error(error),
        complete: () => results.complete(),
      }),
      ignoreElements(),
      catchError(() => EMPTY),
    )
  return merge(
    items.pipe(mergeMap(run, concurrency)),
    items.pipe(
      map(({ results }) => results),
      concatAll(),
    ),
  )
}

const inOrder: [string, InOrder][] = [
  ['concatAll over ReplaySubjects that mergeMap fills', eagerly],
  [
    'parallelMap over many threads',
    (project, concurrency) =>
      parallelMap(inlinePool({ project }, { threads: many }).tasks.project, { concurrency }),
  ],
  [
    'parallelMap over a thread that waits for many',
    (project, concurrency) =>
      parallelMap(inlinePool({ project }, { concurrency: many }).tasks.project, { concurrency }),
  ],
]

describe.each(inOrder)('%s', (_name, concatBy) => {
  it('begins streams as their values come, and keeps what comes before its turn', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const a = cold('       --a----a-|       ')
      const b = cold('        b--b|           ')
      const c = cold('          -c---------c| ')
      const source = hot('  -ab-c|            ')
      const expected = '    ---a----a-(bbc)c|'
      expectObservable(source.pipe(concatBy(from({ a, b, c })))).toBe(expected)
      expectSubscriptions(a.subscriptions).toBe('-^--------!')
      expectSubscriptions(b.subscriptions).toBe('--^---!')
      expectSubscriptions(c.subscriptions).toBe('----^-----------!')
    })
  })

  it('emits an error of a stream in its turn', () => {
    marbles(({ cold, hot, expectObservable }) => {
      const a = cold('       --a----a|')
      const b = cold('        b-#     ')
      const source = hot('  -ab-----|')
      const expected = '    ---a----a(b#)'
      expectObservable(source.pipe(concatBy(from({ a, b })))).toBe(expected)
    })
  })

  it('emits an error of the source at once', () => {
    marbles(({ cold, hot, expectObservable }) => {
      const a = cold('       --a----a|')
      const b = cold('        b-|     ')
      const source = hot('  -ab---#  ')
      const expected = '    ---a--#  '
      expectObservable(source.pipe(concatBy(from({ a, b })))).toBe(expected)
    })
  })
})

describe('parallelMap in order', () => {
  it.each([1, 2, 3, many])('(%i at a time) does what these do, whatever the streams', (concurrency) => {
    fc.assert(
      fc.property(randomScene, (scene) => {
        const [theirs, ...ours] = coursesOf(
          inOrder.map(
            ([, concatBy]) =>
              (project) =>
                concatBy(project, concurrency),
          ),
          scene,
        )
        for (const course of ours) expect(course.events).toEqual(theirs.events)
      }),
      { seed: 1, numRuns: 100 },
    )
  })
})
