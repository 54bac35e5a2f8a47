// @vitest-environment jsdom
import '@angular/compiler'
import { AsyncPipe } from '@angular/common'
import type { Type } from '@angular/core'
import { ApplicationRef, provideZonelessChangeDetection, signal } from '@angular/core'
import { toObservable, toSignal } from '@angular/core/rxjs-interop'
import { TestBed } from '@angular/core/testing'
import { from, map, NEVER, of, range, Subject, scan, startWith, toArray } from 'rxjs'
import { fanIn, fanOut, parallelMap } from 'rxjs-parallel'
import { injectPool, provideThreadPool } from 'rxjs-parallel/angular'
import { inlinePool } from 'rxjs-parallel/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Gate } from '../support/gate.js'
import { poolOptions } from '../support/pools.js'
import { until } from '../support/until.js'
import { component, injected, STAGES, show, startWorker, TASKS, textOf } from './support/testBed.js'

beforeEach(() => {
  TestBed.configureTestingModule({
    providers: [
      provideZonelessChangeDetection(),
      provideThreadPool(TASKS, startWorker('tasks.worker.mjs'), poolOptions),
      provideThreadPool(STAGES, startWorker('stages.worker.mjs'), poolOptions),
    ],
  })
})

afterEach(() => {
  vi.useRealTimers()
})

describe('results are shown, and the application is stable when they are', () => {
  it.each([
    [
      'of parallelMap, by toSignal',
      () =>
        component(
          class {
            readonly doubles = toSignal(
              range(1, 3).pipe(parallelMap(injectPool(TASKS).tasks.double), toArray()),
            )
          },
          { template: '{{ doubles() }}' },
        ),
      '2,4,6',
    ],
    [
      'of parallelMap, by the async pipe',
      () =>
        component(
          class {
            readonly doubles$ = range(1, 3).pipe(parallelMap(injectPool(TASKS).tasks.double), toArray())
          },
          { template: '{{ doubles$ | async }}', imports: [AsyncPipe] },
        ),
      '2,4,6',
    ],
    [
      'of a single run',
      () =>
        component(
          class {
            readonly double = signal(0)
            constructor() {
              const pool = injectPool(TASKS)
              void pool.run(pool.tasks.double, 21).then((double) => this.double.set(double))
            }
          },
          { template: '{{ double() }}' },
        ),
      '42',
    ],
    [
      'of a stage, which speaks at its end only',
      () =>
        component(
          class {
            readonly all = toSignal(
              range(1, 3).pipe(fanOut(injectPool(STAGES).tasks.collect, { branches: 1 }), fanIn()),
            )
          },
          { template: '{{ all() }}' },
        ),
      '1,2,3',
    ],
    [
      'of a stage whose source goes on',
      () =>
        component(
          class {
            readonly sum = toSignal(
              NEVER.pipe(
                startWith(1, 2, 3),
                fanOut(injectPool(STAGES).tasks.passSlowly, { branches: 1 }),
                fanIn(),
                scan((sum, n) => sum + n),
              ),
            )
          },
          { template: '{{ sum() }}' },
        ),
      '6',
    ],
    [
      'of tasks in branches',
      () =>
        component(
          class {
            readonly sum = toSignal(
              range(1, 4).pipe(
                fanOut(injectPool(STAGES).tasks.double),
                fanIn(),
                scan((sum, n) => sum + n),
              ),
            )
          },
          { template: '{{ sum() }}' },
        ),
      '20',
    ],
    [
      'of another pool for what comes out of one',
      () =>
        component(
          class {
            readonly doubles = toSignal(
              range(1, 3).pipe(
                parallelMap(injectPool(TASKS).tasks.double),
                parallelMap(injectPool(STAGES).tasks.double),
                toArray(),
              ),
            )
          },
          { template: '{{ doubles() }}' },
        ),
      '4,8,12',
    ],
    [
      'of steps that run apart, after a generator',
      () =>
        component(
          class {
            readonly tasks = injectPool(TASKS).tasks
            readonly values = toSignal(
              of(3).pipe(parallelMap(this.tasks.upTo), parallelMap(this.tasks.double), toArray()),
            )
          },
          { template: '{{ values() }}' },
        ),
      '2,4,6',
    ],
    [
      'of errors that are replaced, and of failures',
      () =>
        component(
          class {
            readonly message = signal('')
            constructor() {
              const { tasks } = injectPool(TASKS)
              const onError = (error: unknown) => of(String(error))
              from(['a', 'b'])
                .pipe(
                  parallelMap(tasks.fail, { onError }),
                  map(String),
                  parallelMap(tasks.fail, { retry: 1 }),
                )
                .subscribe({ error: (error) => this.message.set(String(error)) })
            }
          },
          { template: '{{ message() }}' },
        ),
      'Error: Error: a',
    ],
  ])('%s', async (_, make: () => Type<unknown>, text) => {
    const fixture = show(make())
    expect(textOf(fixture)).not.toBe(text)
    await fixture.whenStable()
    expect(textOf(fixture)).toBe(text)
  })

  it('of what comes later', async () => {
    const fixture = show(
      component(
        class {
          readonly n = signal(1)
          readonly double = toSignal(toObservable(this.n).pipe(parallelMap(injectPool(TASKS).tasks.double)))
        },
        { template: '{{ double() }}' },
      ),
    )
    await fixture.whenStable()
    expect(textOf(fixture)).toBe('2')
    fixture.componentInstance.n.set(21)
    await fixture.whenStable()
    expect(textOf(fixture)).toBe('42')
  })
})

describe('the application is stable', () => {
  const isStable = () => {
    let stable: boolean | undefined
    const subscription = TestBed.inject(ApplicationRef).isStable.subscribe((value) => {
      stable = value
    })
    subscription.unsubscribe()
    return stable
  }

  it('while a pipeline waits for its source, and while statistics are watched', async () => {
    const pool = injected(TASKS)
    const source = new Subject<number>()
    const results: number[] = []
    source.pipe(parallelMap(pool.tasks.double)).subscribe((result) => results.push(result))
    pool.stats$.subscribe()
    pool.events$.subscribe()
    expect(isStable()).toBe(true)
    source.next(21)
    await until('there is a result', () => results.length === 1)
    await TestBed.inject(ApplicationRef).whenStable()
    expect(results).toEqual([42])
  })

  it('not while an item is at work, and again when nobody wants it any more', async () => {
    const gate = new Gate()
    const pool = injected(TASKS)
    const held = of({ cells: gate.cells }).pipe(parallelMap(pool.tasks.untilAborted)).subscribe()
    await gate.untilStarted(1)
    expect(isStable()).toBe(false)
    held.unsubscribe()
    await TestBed.inject(ApplicationRef).whenStable()
    await gate.untilCancelled(1)
  })

  it('again when the pool is terminated', async () => {
    const gate = new Gate()
    const pool = injected(TASKS)
    const errors: unknown[] = []
    of({ cells: gate.cells })
      .pipe(parallelMap(pool.tasks.hold))
      .subscribe({ error: (error) => errors.push(error) })
    await gate.untilStarted(1)
    await pool.terminate()
    await TestBed.inject(ApplicationRef).whenStable()
    expect(errors).toHaveLength(1)
  })
})

describe('statistics as a signal', () => {
  it('are there at once, go on by the second, and end with the component', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    await using pool = inlinePool({ double: (n: number) => n * 2 })
    let looks = 0
    const stats = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(pool), 'stats')!.get!
    Object.defineProperty(pool, 'stats', {
      get: () => {
        looks++
        return stats.call(pool)
      },
    })
    TestBed.overrideProvider(TASKS, { useValue: pool as never })
    const fixture = show(
      component(
        class {
          readonly pool = injectPool(TASKS)
          readonly stats = toSignal(this.pool.stats$, { requireSync: true })
        },
        { template: '{{ stats().done }}' },
      ),
    )
    expect(textOf(fixture)).toBe('0')
    await pool.run(pool.tasks.double, 21)
    vi.advanceTimersByTime(1000)
    await fixture.whenStable()
    expect(textOf(fixture)).toBe('1')
    fixture.destroy()
    looks = 0
    vi.advanceTimersByTime(5000)
    expect(looks).toBe(0)
  })
})
