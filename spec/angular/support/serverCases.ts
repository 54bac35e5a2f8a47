/**
 * What rendering on a server has to show, zoneless and with zone.js. The spec file imports zone.js, if at all, and
 * @angular/compiler before.
 * @module
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { AsyncPipe } from '@angular/common'
import type { EnvironmentProviders, Type } from '@angular/core'
import { Component, ErrorHandler, InjectionToken, signal } from '@angular/core'
import { toObservable, toSignal } from '@angular/core/rxjs-interop'
import { catchError, from, of, range, toArray } from 'rxjs'
import type { Pool } from 'rxjs-parallel'
import { fanIn, fanOut, parallelMap, threadPool } from 'rxjs-parallel'
import { injectPool, provideThreadPool } from 'rxjs-parallel/angular'
import { inlinePool } from 'rxjs-parallel/testing'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import * as worker from '../../fixtures/server.worker.js'
import { fixture } from '../../support/pools.js'
import { render } from './rendering.js'

type AnyPool = Pool<typeof worker>
const POOL = new InjectionToken<AnyPool>('POOL')

const root = (type: Type<unknown>, template: string): Type<unknown> =>
  Component({ selector: 'app-root', imports: [AsyncPipe], template })(type)

const components: [string, Type<unknown>, string][] = [
  [
    'a signal of a pipeline',
    root(
      class {
        readonly doubles = toSignal(range(1, 3).pipe(parallelMap(injectPool(POOL).tasks.double), toArray()))
      },
      '{{ doubles() }}',
    ),
    '2,4,6',
  ],
  [
    'a pipeline by the async pipe',
    root(
      class {
        readonly doubles$ = range(1, 3).pipe(parallelMap(injectPool(POOL).tasks.later), toArray())
      },
      '{{ doubles$ | async }}',
    ),
    '1,2,3',
  ],
  [
    'a single run',
    root(
      class {
        readonly double = signal(0)
        constructor() {
          const pool = injectPool(POOL)
          void pool.run(pool.tasks.double, 21).then((double) => this.double.set(double))
        }
      },
      '{{ double() }}',
    ),
    '42',
  ],
  [
    'what follows one run after another',
    root(
      class {
        readonly double = signal(0)
        constructor() {
          void this.runAll(injectPool(POOL))
        }
        async runAll(pool: AnyPool) {
          let n = 1
          for (let i = 0; i < 5; i++) n = await pool.run(pool.tasks.double, n)
          this.double.set(n)
        }
      },
      '{{ double() }}',
    ),
    '32',
  ],
  [
    'a stage',
    root(
      class {
        readonly all = toSignal(
          from([1, 2, 3]).pipe(fanOut(injectPool(POOL).tasks.collect, { branches: 1 }), fanIn()),
        )
      },
      '{{ all() }}',
    ),
    '1,2,3',
  ],
  [
    'a pipeline that goes on, of a signal',
    root(
      class {
        readonly n = signal(21)
        readonly double = toSignal(toObservable(this.n).pipe(parallelMap(injectPool(POOL).tasks.double)))
      },
      '{{ double() }}',
    ),
    '42',
  ],
  [
    'statistics',
    root(
      class {
        readonly stats = toSignal(injectPool(POOL).stats$, { requireSync: true })
      },
      '{{ stats().queued }}',
    ),
    '0',
  ],
]

export function serverCases(detection: () => EnvironmentProviders): void {
  const threads = threadPool<typeof worker>(fixture('server.worker.ts'), { size: 2 })
  afterAll(() => threads.close())

  const noWorker = () => {
    throw new Error('a server starts no worker of the page')
  }

  describe.each([
    ["threads of the server's own", () => threads],
    ['a pool that runs inline', () => inlinePool(worker)],
  ])('rendering with %s', (_, server) => {
    it.each(components)('waits for %s', async (_, component, text) => {
      const provided = provideThreadPool(POOL, noWorker, { server })
      expect(await render(component, [detection(), provided])).toBe(text)
    })

    it('is done for many requests at once', async () => {
      const provided = provideThreadPool(POOL, noWorker, { server })
      // But statistics, which are those of all requests.
      const asked = components.slice(0, -1)
      const pages = asked.map(([, component]) => render(component, [detection(), provided]))
      expect(await Promise.all(pages)).toEqual(asked.map(([, , text]) => text))
    })
  })

  it("publishes what fails on Node's channel", async () => {
    const told: unknown[] = []
    const listen = (message: unknown) => void told.push(message)
    subscribe('rxjs-parallel:item:error', listen)
    onTestFinished(() => void unsubscribe('rxjs-parallel:item:error', listen))
    const component = root(
      class {
        readonly code = toSignal(
          of(() => 1).pipe(
            parallelMap(injectPool(POOL).tasks.later as never),
            catchError(({ code }) => of(code)),
          ),
        )
      },
      '{{ code() }}',
    )
    const provided = provideThreadPool(POOL, noWorker, { server: () => threads })
    expect(await render(component, [detection(), provided])).toBe('CLONE')
    expect(told).toMatchObject([{ tasks: ['later'], item: 'items[0]', error: { code: 'CLONE' } }])
  })

  it('takes a pool of the server configuration', async () => {
    const [, component, text] = components[0]!
    const providers = [provideThreadPool(POOL, noWorker), { provide: POOL, useValue: threads }]
    expect(await render(component, [detection(), providers])).toBe(text)
  })

  it('tells the error handler that there is no pool, and renders the rest', async () => {
    const errors: unknown[] = []
    const errorHandler = { handleError: (error: unknown) => errors.push(error) }
    const component = root(
      class {
        readonly doubles$ = range(1, 3).pipe(parallelMap(injectPool(POOL).tasks.double))
      },
      'doubles: {{ doubles$ | async }}',
    )
    const providers = [provideThreadPool(POOL, noWorker), { provide: ErrorHandler, useValue: errorHandler }]
    expect(await render(component, [detection(), providers])).toBe('doubles: ')
    expect(errors).toHaveLength(1)
    expect(errors[0]).toMatchObject({
      code: 'WORKER_START',
      message: expect.stringMatching(/^provideThreadPool: on a/),
    })
  })
}
