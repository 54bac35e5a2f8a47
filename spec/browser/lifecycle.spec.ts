// What a page goes through: left and come back to, in the background, frozen, gone.
import type { CDPSession, JSHandle, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import type { Kit } from './pages/kit.page.js'
import { browserTests } from './support/browser.js'
import { kitOf } from './support/kit.js'

const tests = browserTests()
const { open, openTab, site } = tests

/** Milliseconds that an item may take. A page is left alone for longer than that. */
const timeout = 1500
const aWhile = (milliseconds = 2 * timeout) => new Promise((resolve) => setTimeout(resolve, milliseconds))

const count = 300
const expected = { values: Array.from({ length: count }, (_, n) => 10 + (n % 20)) }

type Busy = 'wait' | 'spin'

/** Starts a pipeline that takes about three seconds, and resolves when the first results have come. */
const start = (kit: JSHandle<Kit>, task: Busy) =>
  kit.evaluate(
    async ({ rxjs, parallel, tasksPool, outcomeOf, numbers, kept }, [task, count, timeout]) => {
      const pool = tasksPool()
      let seen = 0
      kept.set('seen', () => seen)
      const items = rxjs.from(numbers(count)).pipe(rxjs.map((n) => 10 + (n % 20)))
      await new Promise<void>((resolve) => {
        const results = items.pipe(
          parallel.parallelMap(pool.tasks[task], { timeout, batch: 1 }),
          rxjs.tap(() => ++seen === 5 && resolve()),
        )
        kept.set('outcome', outcomeOf(results))
      })
    },
    [task, count, timeout] as const,
  )

/** How many results have come by now. */
const seen = (kit: JSHandle<Kit>) => kit.evaluate(({ kept }) => kept.get('seen')() as number)

/** What the pipeline comes to. */
const outcome = (kit: JSHandle<Kit>) =>
  kit.evaluate(({ kept }) => kept.get('outcome') as ReturnType<Kit['outcomeOf']>)

/** Leaves a page for another one, and comes back to it as it was left. */
async function leaveAndReturn(page: Page, away?: number): Promise<JSHandle<Kit>> {
  await page.goto(new URL('elsewhere.html', page.url()).href)
  await aWhile(away)
  await page.goBack({ waitUntil: 'commit' })
  const kit = await kitOf(page)
  expect(await kit.evaluate(({ kept }) => kept.get('persisted'))).toBe(true)
  return kit
}

describe.each([true, false])('the back/forward cache (cross-origin isolated: %s)', (isolated) => {
  it('gives back an idle pool with its threads', async () => {
    const page = await open({ isolated })
    const before = await (await kitOf(page)).evaluate(async ({ tasksPool, kept }) => {
      const pool = tasksPool({ size: 1 })
      kept.set('pool', pool)
      return pool.run(pool.tasks.threadId, 0)
    })
    const kit = await leaveAndReturn(page)
    const after = await kit.evaluate(async ({ kept }) => {
      const pool = kept.get('pool') as ReturnType<Kit['tasksPool']>
      return [await pool.run(pool.tasks.threadId, 0), await pool.run(pool.tasks.double, 21)]
    })
    expect(after).toEqual([before, 42])
  })

  it.each(['wait', 'spin'] as const)('gives back a pipeline that is at work (%s)', async (task) => {
    const page = await open({ isolated })
    await start(await kitOf(page), task)
    const kit = await leaveAndReturn(page)
    expect(await kit.evaluate(({ kept }) => kept.get('seenOnReturn') as number)).toBeLessThan(count)
    expect(await outcome(kit)).toEqual(expected)
  })

  it('gives back an item that waits, and its time limit', async () => {
    const page = await open({ isolated })
    await (await kitOf(page)).evaluate(async ({ rxjs, parallel, tasksPool, outcomeOf, kept }, timeout) => {
      const pool = tasksPool({ size: 1, concurrency: 4 })
      kept.set('pool', pool)
      const waiting = (name: string) =>
        rxjs
          .of({ tells: 'began', awaits: name, value: name })
          .pipe(parallel.parallelMap(pool.tasks.meet, { timeout }))
      kept.set('told', outcomeOf(waiting('told')))
      await pool.run(pool.tasks.told, 'began')
      kept.set('forgotten', () => outcomeOf(waiting('forgotten')))
    }, 1.5 * timeout)
    const kit = await leaveAndReturn(page)
    const outcomes = await kit.evaluate(async ({ kept }) => {
      const pool = kept.get('pool') as ReturnType<Kit['tasksPool']>
      await pool.run(pool.tasks.tell, 'told')
      const told = await kept.get('told')
      return [told, (await kept.get('forgotten')()).error.code]
    })
    expect(outcomes).toEqual([{ values: ['told'] }, 'TASK_TIMEOUT'])
  })

  it('gives back a stage that is at work', async () => {
    const page = await open({ isolated })
    await (await kitOf(page)).evaluate(async ({ rxjs, parallel, tasksPool, valuesOf, kept }) => {
      const pool = tasksPool({ size: 1 })
      const source = new rxjs.Subject<number>()
      kept.set('source', source)
      await new Promise<void>((resolve) => {
        const sums = source.pipe(
          parallel.fanOut(pool.tasks.runningSum),
          parallel.fanIn(),
          rxjs.tap(() => resolve()),
        )
        kept.set('sums', valuesOf(sums))
        source.next(1)
      })
    })
    const kit = await leaveAndReturn(page)
    const sums = await kit.evaluate(({ kept }) => {
      const source = kept.get('source')
      source.next(2)
      source.next(3)
      source.complete()
      return kept.get('sums')
    })
    expect(sums).toEqual([1, 3, 6])
  })

  it('gives back a pool that is starting, whose time to start has not run out', async () => {
    const page = await open({ isolated })
    // It is left alone for longer than that.
    const startTimeout = 5000
    await (await kitOf(page)).evaluate(
      ({ kept, outcomeOf, parallel }, startTimeout) =>
        new Promise<void>((made) => {
          const newWorker = () => new Worker(new URL('late.worker.js', location.href), { type: 'module' })
          // Its file is loaded by then: a request under way would be given up with the page.
          const channel = new BroadcastChannel('late worker')
          channel.onmessage = () => {
            channel.close()
            made()
          }
          const options = { size: 1, startTimeout }
          const pool = parallel.threadPool<typeof import('./pages/tasks.worker.js')>(newWorker, options)
          kept.set('outcome', outcomeOf(parallel.fromTask(pool.tasks.double, 21)))
        }),
      startTimeout,
    )
    const kit = await leaveAndReturn(page, 1.2 * startTimeout)
    expect(await outcome(kit)).toEqual({ values: [42] })
  })
})

const visibility = (page: Page) => page.evaluate(() => document.visibilityState)

describe.each([true, false])('a tab in the background (cross-origin isolated: %s)', (isolated) => {
  /** A page whose tab is behind another one. */
  async function openBehind(): Promise<Page> {
    const page = await openTab({ isolated })
    await (await openTab({ path: 'elsewhere.html' })).bringToFront()
    await expect.poll(() => visibility(page)).toBe('hidden')
    return page
  }

  it.each(['wait', 'spin'] as const)('goes on (%s)', async (task) => {
    const page = await openBehind()
    const kit = await kitOf(page)
    await start(kit, task)
    expect(await outcome(kit)).toEqual(expected)
    expect(await visibility(page)).toBe('hidden')
  })

  it.each(['wait', 'spin'] as const)('that is frozen goes on when it is thawed (%s)', async (task) => {
    const page = await openBehind()
    const kit = await kitOf(page)
    const session: CDPSession = await page.context().newCDPSession(page)
    await start(kit, task)
    await session.send('Page.setWebLifecycleState', { state: 'frozen' })
    await aWhile()
    const before = await seen(kit)
    await aWhile()
    // Else nothing was frozen.
    expect(await seen(kit)).toBe(before)
    expect(before).toBeLessThan(count)
    await session.send('Page.setWebLifecycleState', { state: 'active' })
    expect(await outcome(kit)).toEqual(expected)
  })
})

/** The workers that the browser has, of all pages. */
async function workers(): Promise<number> {
  const session = await tests.browser.newBrowserCDPSession()
  const { targetInfos } = await session.send('Target.getTargets')
  return targetInfos.filter(({ type }) => type === 'worker').length
}

it('leaving a page for good ends its threads, whatever they do', async () => {
  const page = await open()
  // A page with such a listener is never kept.
  await page.evaluate(() => addEventListener('unload', () => {}))
  await (await kitOf(page)).evaluate(async ({ rxjs, parallel, tasksPool }) => {
    const pool = tasksPool()
    await pool.ready()
    rxjs.of({ hang: true }).pipe(parallel.parallelMap(pool.tasks.hangIf)).subscribe()
    while (pool.stats.inFlight === 0) await new Promise((resolve) => setTimeout(resolve))
  })
  expect(await workers()).toBe(2)
  await page.goto(`${(await site()).url}elsewhere.html`)
  // Chromium gives one that loops two seconds.
  await expect.poll(workers).toBe(0)
})

it('closing a pool ends its threads', async () => {
  const page = await open()
  const kit = await kitOf(page)
  await kit.evaluate(async ({ tasksPool, kept }) => {
    const pool = tasksPool()
    await pool.ready()
    kept.set('pool', pool)
  })
  expect(await workers()).toBe(2)
  await kit.evaluate(({ kept }) => kept.get('pool').close())
  // Chromium gives one that loops two seconds.
  await expect.poll(workers).toBe(0)
})

it('unsubscribing on a navigation within the page cancels what runs, and its threads are free', async () => {
  const page = await open()
  const kit = await kitOf(page)
  const threads = await kit.evaluate(async ({ rxjs, parallel, tasksPool, kept }) => {
    const pool = tasksPool({ concurrency: 2 })
    kept.set('pool', pool)
    await pool.ready()
    const left = rxjs.fromEvent(window, 'hashchange')
    const items = rxjs.of('one', 'two').pipe(rxjs.map((name) => ({ name, does: 'hold' }) as const))
    await new Promise<void>((resolve) => {
      let began = 0
      items
        .pipe(
          parallel.parallelMap(pool.tasks.act, { ordered: false, batch: 1 }),
          rxjs.tap(() => ++began === 2 && resolve()),
          rxjs.takeUntil(left),
        )
        .subscribe()
    })
    return pool.stats.threads.map(({ threadId }) => threadId)
  })
  await page.goto(`${page.url()}#next`)
  const got = await kit.evaluate(async ({ rxjs, parallel, kept, numbers, valuesOf }) => {
    const pool = kept.get('pool') as ReturnType<Kit['tasksPool']>
    // What runs is told in its thread that it is cancelled.
    while (pool.stats.inFlight > 0) await new Promise((resolve) => setTimeout(resolve))
    const all = await valuesOf(rxjs.from(numbers(100)).pipe(parallel.parallelMap(pool.tasks.double)))
    return {
      sum: all.reduce((a, b) => a + b),
      threads: pool.stats.threads.map((each) => each.threadId),
    }
  })
  expect(got).toEqual({ sum: 9900, threads })
})
