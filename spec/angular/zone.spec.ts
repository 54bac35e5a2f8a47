// @vitest-environment jsdom
import 'zone.js'
import '@angular/compiler'
import {
  ApplicationRef,
  ChangeDetectionStrategy,
  InjectionToken,
  NgZone,
  provideZoneChangeDetection,
} from '@angular/core'
import { toSignal } from '@angular/core/rxjs-interop'
import { TestBed } from '@angular/core/testing'
import { concat, NEVER, of, range, Subject, tap, toArray } from 'rxjs'
import type { Pool } from 'rxjs-parallel'
import { fanIn, fanOut, fromTask, parallelMap, WorkerCrashError } from 'rxjs-parallel'
import { injectPool, provideThreadPool } from 'rxjs-parallel/angular'
import { beforeEach, describe, expect, it } from 'vitest'
import { Gate } from '../support/gate.js'
import { rejection } from '../support/outcome.js'
import { poolOptions } from '../support/pools.js'
import { until } from '../support/until.js'
import { component, injected, STAGES, show, startWorker, TASKS, textOf } from './support/testBed.js'

const CRASH = new InjectionToken<Pool<typeof import('../fixtures/crash.worker.mjs')>>('CRASH')

/** What a component without signals needs; it is not the default of every Angular. */
const { Default } = ChangeDetectionStrategy

/** Whether each worker was started in Angular's zone. */
let startedInside: boolean[]

const watched = (file: string) => () => {
  startedInside.push(NgZone.isInAngularZone())
  return startWorker(file)()
}

beforeEach(() => {
  startedInside = []
  TestBed.configureTestingModule({
    providers: [
      provideZoneChangeDetection(),
      provideThreadPool(TASKS, watched('tasks.worker.mjs'), poolOptions),
      provideThreadPool(CRASH, watched('crash.worker.mjs'), { ...poolOptions, size: 1 }),
      provideThreadPool(STAGES, watched('stages.worker.mjs'), poolOptions),
    ],
  })
})

const zone = () => TestBed.inject(NgZone)

/** Counts how often Angular looks for changes. */
function countChecks(): () => number {
  let checks = 0
  zone().onMicrotaskEmpty.subscribe(() => checks++)
  return () => checks
}

describe('results come in the zone in which they were subscribed', () => {
  it('and are shown without a signal', async () => {
    const fixture = show(
      component(
        class {
          sum = 0
          constructor() {
            range(1, 3)
              .pipe(parallelMap(injectPool(TASKS).tasks.double))
              .subscribe((n) => {
                this.sum += n
              })
          }
        },
        { template: '{{ sum }}', changeDetection: Default },
      ),
    )
    await fixture.whenStable()
    expect(textOf(fixture)).toBe('12')
  })

  it('and so do those of a single run', async () => {
    const fixture = show(
      component(
        class {
          readonly pool = injectPool(TASKS)
          double = 0
          readonly run = this.pool.run(this.pool.tasks.double, 21).then((double) => {
            this.double = double
          })
        },
        { template: '{{ double }}', changeDetection: Default },
      ),
    )
    await fixture.whenStable()
    expect(textOf(fixture)).toBe('42')
  })

  it.each([true, false])(
    'inside: %s, with the end, the errors, the source and the statistics',
    async (inside) => {
      const pool = injected(TASKS)
      const stages = injected(STAGES)
      const seen: string[] = []
      const see = (what: string) => () => seen.push(`${what} ${NgZone.isInAngularZone()}`)
      const observer = (what: string) => ({
        next: see(`${what} next`),
        error: see(`${what} error`),
        complete: see(`${what} complete`),
      })
      const run = (start: () => void) => (inside ? zone().run(start) : zone().runOutsideAngular(start))
      run(() => {
        of(1).pipe(parallelMap(pool.tasks.double)).subscribe(observer('map'))
        fromTask(pool.tasks.fail, 'x').subscribe(observer('task'))
        range(1, 3)
          .pipe(tap(see('source')), fanOut(stages.tasks.collect, { branches: 1 }), fanIn())
          .subscribe(observer('stage'))
        pool.events$.subscribe(observer('event'))
        pool.stats$.subscribe(observer('stats'))
      })
      const wanted = [
        'map next',
        'map complete',
        'task error',
        'source',
        'stage next',
        'stage complete',
        'event next',
        'stats next',
      ]
      await until('all has come', () => wanted.every((what) => seen.some((each) => each.startsWith(what))))
      expect(new Set(seen)).toEqual(new Set(wanted.map((what) => `${what} ${inside}`)))
    },
  )
})

describe('what a pool does by itself', () => {
  it("starts workers outside of Angular's zone, and their replacements, too", async () => {
    const pool = injected(CRASH)
    const crash = () => pool.run(pool.tasks.exit, { n: 1, at: 1 })
    expect(await rejection(zone().run(crash))).toBeInstanceOf(WorkerCrashError)
    expect(await zone().run(() => pool.run(pool.tasks.double, 21))).toBe(42)
    expect(startedInside).toEqual([false, false])
  })

  it('has Angular look for changes once for a message of results', async () => {
    const pool = injected(TASKS)
    await pool.ready()
    const checks = countChecks()
    const checksOfRun = async () => {
      const before = checks()
      const results: number[] = []
      const subscription = zone().run(() =>
        // Towards a stream's end batches are smaller.
        concat(range(0, 1000), NEVER)
          .pipe(parallelMap(pool.tasks.double, { batch: 100 }))
          .subscribe((n) => results.push(n)),
      )
      await TestBed.inject(ApplicationRef).whenStable()
      expect(results).toHaveLength(1000)
      subscription.unsubscribe()
      return checks() - before
    }
    const counts: number[] = []
    for (let run = 0; run < 5; run++) counts.push(await checksOfRun())
    // One for the subscription, one for its microtask, and one for each of ten messages; a thread that is held up sends
    // what it has in two.
    expect(Math.min(...counts), `checks of each run: ${counts}`).toBeLessThanOrEqual(12)
  })

  it('has Angular look for changes once for a result, and not for the timers of its limit', async () => {
    const gate = new Gate()
    const pool = injected(TASKS)
    await pool.ready()
    const checks = countChecks()
    zone().run(() => {
      of({ cells: gate.cells })
        .pipe(parallelMap(pool.tasks.holdLater, { timeout: 60_000 }))
        .subscribe()
    })
    await gate.untilStarted(1)
    const before = checks()
    expect(zone().hasPendingMacrotasks).toBe(false)
    gate.open()
    await TestBed.inject(ApplicationRef).whenStable()
    expect(checks()).toBe(before + 1)
  })

  it('has Angular look for nothing where it is subscribed outside', async () => {
    const pool = injected(TASKS)
    const checks = countChecks()
    const results: number[] = []
    zone().runOutsideAngular(() => {
      range(0, 100)
        .pipe(parallelMap(pool.tasks.double, { batch: 10 }))
        .subscribe((n) => results.push(n))
    })
    await until('all results are there', () => results.length === 100)
    expect(checks()).toBe(0)
  })
})

describe('the application is stable', () => {
  it('while statistics are watched and a pipeline waits for its source', async () => {
    const source = new Subject<number>()
    const fixture = show(
      component(
        class {
          readonly pool = injectPool(TASKS)
          readonly stats = toSignal(this.pool.stats$, { requireSync: true })
          readonly doubles = toSignal(source.pipe(parallelMap(this.pool.tasks.double)))
        },
        { template: '{{ stats().queued }} {{ doubles() }}' },
      ),
    )
    await TestBed.inject(ApplicationRef).whenStable()
    expect(zone().hasPendingMacrotasks).toBe(false)
    source.next(21)
    await fixture.whenStable()
    // Statistics are told now and then: those of before may still be shown.
    expect(textOf(fixture)).toMatch(/^\d+ 42$/)
    await until('statistics are those of now', () => textOf(fixture) === '0 42')
  })

  it('when results are there, and not before', async () => {
    const gate = new Gate()
    const fixture = show(
      component(
        class {
          readonly pool = injectPool(TASKS)
          values: number[] = []
          constructor() {
            of({ cells: gate.cells, value: 7 })
              .pipe(parallelMap(this.pool.tasks.holdLater), toArray())
              .subscribe((values) => {
                this.values = values
              })
          }
        },
        { template: '{{ values }}', changeDetection: Default },
      ),
    )
    let isStable = false
    const stable = fixture.whenStable().then(() => {
      isStable = true
    })
    await gate.untilStarted(1)
    expect(isStable).toBe(false)
    gate.open()
    await stable
    expect(textOf(fixture)).toBe('7')
  })
})
