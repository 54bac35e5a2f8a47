// Threads that die, hang or never start, in a page.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JSHandle } from 'playwright-core'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import type { Kit } from './pages/kit.page.js'
import { browserTests } from './support/browser.js'
import { bothKinds, kitOf } from './support/kit.js'

const { open, openForAll } = browserTests()

describe.each(bothKinds)('in %s', (_, isolated) => {
  let kit: JSHandle<Kit>
  beforeAll(async () => {
    // Chromium tells what nobody catches, too.
    kit = await kitOf(await openForAll({ isolated, expected: [/of a timer/, /that nobody handles/] }))
  })

  describe.each(['timer', 'rejection', 'close'] as const)('a thread that dies (%s)', (end) => {
    it.each(['auto', 1, 7] as const)('costs the item at work, and no other (batch: %s)', async (batch) => {
      const { results, errors, events } = await kit.evaluate(
        async ({ rxjs, parallel, tasksPool, valuesOf, numbers, tell }, [end, batch]) => {
          const pool = tasksPool()
          const events: string[] = []
          pool.events$.subscribe(({ type }) => events.push(type))
          const errors: unknown[] = []
          const items = numbers(60).map((value) => ({ value, end: value === 23 ? end : undefined }))
          const onError = (error: unknown) => {
            errors.push(tell(error))
            return rxjs.of('died')
          }
          const results = await valuesOf(
            rxjs.from(items).pipe(parallel.parallelMap(pool.tasks.liveOrDie, { batch, onError })),
          )
          await pool.run(pool.tasks.double, 1)
          await pool.close()
          return { results, errors: errors as ReturnType<typeof tell>[], events }
        },
        [end, batch] as const,
      )
      expect(results).toEqual(Array.from({ length: 60 }, (_, n) => (n === 23 ? 'died' : n)))
      expect(errors).toHaveLength(1)
      expect(errors[0]).toMatchObject({
        classes: ['WorkerCrashError', 'ParallelError', 'Error'],
        code: 'WORKER_CRASH',
        value: { value: 23, end },
      })
      if (end !== 'close')
        expect(errors[0]!.cause).toMatchObject({
          classes: ['RangeError', 'Error'],
          message: end === 'timer' ? 'of a timer' : 'that nobody handles',
        })
      expect(events).toContain('crashed')
    })

    it('fails a run, and is replaced', async () => {
      const { error, events, after } = await kit.evaluate(async ({ tasksPool, rejection }, end) => {
        const pool = tasksPool({ size: 1 })
        const events: string[] = []
        pool.events$.subscribe(({ type }) => events.push(type))
        const error = await rejection(pool.run(pool.tasks.liveOrDie, { value: 1, end }))
        const after = await pool.run(pool.tasks.double, 21)
        await pool.close()
        return { error, events, after }
      }, end)
      expect(error.code).toBe('WORKER_CRASH')
      expect(error.message).toMatch(/^thread \S+ died while it ran 'liveOrDie' for run arguments\[0\]/)
      expect(after).toBe(42)
      expect(events).toEqual(['started', 'crashed', 'replaced', 'stopped'])
    })

    it('is made up for by retry', async () => {
      const outcome = await kit.evaluate(async ({ rxjs, parallel, tasksPool, outcomeOf, numbers }, end) => {
        const pool = tasksPool()
        // The item that kills its thread kills the next one, too: then it fails, and all others have their results.
        const items = numbers(20).map((value) => ({ value, end: value === 7 ? end : undefined }))
        const options = { retry: 1, onError: () => rxjs.of('died twice') }
        const outcome = await outcomeOf(
          rxjs.from(items).pipe(parallel.parallelMap(pool.tasks.liveOrDie, options)),
        )
        await pool.close()
        return outcome
      }, end)
      expect(outcome).toEqual({ values: Array.from({ length: 20 }, (_, n) => (n === 7 ? 'died twice' : n)) })
    })
  })

  it('an endless loop is ended by its timeout, and the others go on', async () => {
    const { errors, values } = await kit.evaluate(
      async ({ rxjs, parallel, tasksPool, valuesOf, numbers, tell }) => {
        const pool = tasksPool()
        const errors: unknown[] = []
        const onError = (error: unknown) => {
          errors.push(tell(error).code)
          return rxjs.of('hung')
        }
        const items = numbers(30).map((value) => ({ value, hang: value === 4 || value === 20 }))
        const values = await valuesOf(
          rxjs
            .from(items)
            .pipe(parallel.parallelMap(pool.tasks.hangIf, { batch: 1, timeout: 1000, onError })),
        )
        await pool.close()
        return { errors, values }
      },
    )
    expect(errors).toEqual(['TASK_TIMEOUT', 'TASK_TIMEOUT'])
    expect(values).toEqual(Array.from({ length: 30 }, (_, n) => (n === 4 || n === 20 ? 'hung' : n)))
  })
})

describe('a worker that does not start', () => {
  const kinds = [
    ['is missing', 'missing.js', 50_000, /could not be loaded.*a wrong address/, [/404/]],
    [
      'has a syntax error',
      'broken.js',
      50_000,
      /could not be loaded.*a syntax error/,
      [/Unexpected identifier/],
    ],
    ['never calls expose()', 'silent.worker.js', 300, /expose\(\)/, []],
  ] as const

  it.each(kinds)('%s: every use fails and says why', async (_, file, startTimeout, message, expected) => {
    const kit = await kitOf(await open({ expected }))
    const errors = await kit.evaluate(
      async ({ rxjs, parallel, rejection, outcomeOf }, [file, startTimeout]) => {
        const newWorker = () => new Worker(new URL(file, location.href), { type: 'module' })
        const pool = parallel.threadPool<any>(newWorker, { size: 1, startTimeout })
        const { any } = pool.tasks as any
        const errors = [
          await rejection(pool.run(any, 1)),
          await rejection(pool.ready()),
          (await outcomeOf(rxjs.of(1).pipe(parallel.parallelMap(any)))).error!,
          (await outcomeOf(rxjs.of(1).pipe(parallel.fanOut(any), parallel.fanIn()))).error!,
        ]
        await pool.close()
        return errors
      },
      [file, startTimeout] as const,
    )
    for (const error of errors) {
      expect(error.classes[0]).toBe('WorkerStartError')
      expect(error.message).toMatch(message)
    }
  })

  it('for now does so later: the pool goes on', async () => {
    const kit = await kitOf(await open({ expected: [/404/] }))
    const [first, second] = await kit.evaluate(async ({ parallel, rejection }) => {
      let calls = 0
      const newWorker = () =>
        new Worker(new URL(calls++ === 0 ? 'missing.js' : 'tasks.worker.js', location.href), {
          type: 'module',
        })
      const pool = parallel.threadPool<typeof import('./pages/tasks.worker.js')>(newWorker, { size: 1 })
      const error = await rejection(pool.run(pool.tasks.double, 1))
      const result = await pool.run(pool.tasks.double, 21)
      await pool.close()
      return [error.code, result]
    })
    expect(first).toBe('WORKER_START')
    expect(second).toBe(42)
  })

  it('until threads.js is loaded starts all the same', async () => {
    const folder = inject('browserSite')
    const late = readdirSync(folder).find(
      (file) =>
        file.endsWith('.js') && readFileSync(join(folder, file), 'utf8').includes('Did not receive an init'),
    )
    expect(late).toBeDefined()
    const page = await open()
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    await page.route(`**/${late}`, async (route) => {
      await held
      await route.continue()
    })
    const asked = page.waitForRequest(`**/${late}`)
    const started = page.waitForEvent('worker')
    const result = (await kitOf(page)).evaluate(async ({ tasksPool }) => {
      const pool = tasksPool({ size: 1 })
      const result = await pool.run(pool.tasks.double, 21)
      await pool.close()
      return result
    })
    // It answers when it has run its module.
    expect(await (await started).evaluate(() => 'self' in globalThis)).toBe(true)
    await asked
    release()
    expect(await result).toBe(42)
  })

  it('because its function returns none is told of', async () => {
    const kit = await kitOf(await open())
    const errors = await kit.evaluate(async ({ parallel, rejection }) => {
      const told = async (newWorker: () => any) => {
        const pool = parallel.threadPool<any>(newWorker)
        const error = await rejection(pool.ready())
        await pool.close()
        return error
      }
      return [
        await told(() => undefined),
        await told(() => {
          throw new RangeError('not today')
        }),
      ]
    })
    expect(errors.map(({ code }) => code)).toEqual(['WORKER_START', 'WORKER_START'])
    expect(errors[0]!.message).toContain('must return a new Worker')
    expect(errors[1]!.message).toContain('not today')
  })
})
