// samples/angular-app, as `ng build` makes it.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { median } from '../bench/statistics.js'
import { root } from '../package/pack.js'
import { browserTests } from './support/browser.js'
import { idleWhile, longestTask } from './support/busy.js'
import { Explorer } from './support/explorer.js'

const folder = join(root, 'samples/angular-app/dist')
const isBuilt = existsSync(join(folder, 'index.html'))
if (!isBuilt) {
  const message = 'samples/angular-app is not built; `npm run angular:build` builds it'
  if (process.env.REQUIRE_ANGULAR_APP === '1') throw new Error(`REQUIRE_ANGULAR_APP=1, but ${message}`)
  console.warn(`${message}: its tests are left out`)
}

// A small copy of the set, whose points are all followed to the end: a second of work, in few of the tiles.
const heavy = 'x=-1.7549&y=0&width=0.16&limit=8000&fine=false'
const light = 'x=-0.65&y=0&width=3.4&limit=200&fine=true'

describe.skipIf(!isBuilt)('the Angular sample', { timeout: 180_000 }, () => {
  const tests = browserTests()

  async function explorer(query: string, isolated = true): Promise<Explorer> {
    const page = await tests.open({ folder, path: `index.html#/?${query}`, isolated })
    const shown = new Explorer(page)
    await shown.firstPicture()
    return shown
  }

  test('the page is not held up while the pool computes, and is while it computes by itself', async () => {
    const shown = await explorer(heavy)
    const { browser } = tests
    expect(await longestTask(browser, () => shown.drawnAfter(() => shown.again()))).toBeLessThan(50)
    const byItself = () => shown.drawnAfter(() => shown.compute("the page's own thread"))
    expect(await longestTask(browser, byItself)).toBeGreaterThan(100)
  })

  test('no frame is missed while the pool computes, and many are while the page computes by itself', async ({
    skip,
  }) => {
    const shown = await explorer(heavy)
    const gaps: number[] = []
    for (let pictures = 0; pictures < 25 && gaps.length < 5; pictures++) {
      const idle = await idleWhile(() => shown.drawnAfter(() => shown.again()))
      // Where nothing was left of the machine, other programs have held the page up, too.
      if (idle > 0.05) gaps.push(await shown.longestGap('pool'))
    }
    await shown.drawnAfter(() => shown.compute("the page's own thread"))
    expect(await shown.longestGap('page')).toBeGreaterThan(100)

    skip(gaps.length < 5, 'the machine is busy: the time between frames could not be measured')
    expect(median(gaps), `the longest gap of each picture: ${gaps}`).toBeLessThan(50)
  })

  test.each([
    ['in a page that is cross-origin isolated', true],
    ['in one that is not', false],
  ])('both ways give the same pixels, %s', async (_, isolated) => {
    const shown = await explorer(light, isolated)
    const byPool = await shown.pixels()
    expect(byPool.colours).toBeGreaterThan(1000)
    await shown.drawnAfter(() => shown.compute("the page's own thread"))
    expect(await shown.pixels()).toEqual(byPool)
    // And there is another picture to be had.
    await shown.drawnAfter(() => shown.page.getByLabel('Colours').selectOption('ember'))
    expect((await shown.pixels()).hash).not.toBe(byPool.hash)
  })

  test('what is panned away in mid-render is never computed', async () => {
    // It has to take longer than the mouse does.
    const shown = await explorer(heavy.replace('limit=8000', 'limit=32000'))
    const { all } = await shown.tiles()
    await expect.poll(() => computed(shown)).toBe(all)
    await shown.again()
    await expect.poll(async () => (await shown.tiles()).done).toBeGreaterThan(2)
    await shown.drawnAfter(() => shown.drag({ x: -250, y: 100 }))

    const givenUp = await shown.givenUp()
    expect(givenUp).toBeGreaterThan(1)
    const wanted = all + (all - givenUp) + (await shown.tiles()).all
    // What was at work in the threads may have been done all the same.
    await expect.poll(() => computed(shown)).toBeGreaterThanOrEqual(wanted)
    expect(await computed(shown)).toBeLessThan(wanted + givenUp / 2)
  })

  test('what is panned keeps the tiles that are still to be seen', async () => {
    const shown = await explorer(light)
    const { all } = await shown.tiles()
    await shown.drawnAfter(() => shown.drag({ x: -10, y: 0 }))
    expect((await shown.tiles()).all).toBeLessThan(all / 2 + 1)
    // And shows what is there when all of it is computed.
    const moved = await shown.pixels()
    await shown.drawnAfter(() => shown.again())
    expect(await shown.pixels()).toEqual(moved)
  })

  test('it is moved and zoomed by keys, buttons, the wheel and two fingers', async () => {
    const shown = await explorer(light)
    const { page, canvas } = shown
    const press = (key: string) => shown.drawnAfter(() => canvas.press(key))
    const home = shown.place()
    await press('ArrowRight')
    expect(shown.place().x).toBeGreaterThan(home.x)
    await press('ArrowDown')
    expect(shown.place().y).toBeLessThan(home.y)
    await press('+')
    expect(shown.place().width).toBeCloseTo(home.width / 1.5)
    await press('-')
    expect(shown.place().width).toBeCloseTo(home.width)
    await press('Home')
    expect(shown.place()).toEqual(home)

    await shown.drawnAfter(() => page.getByRole('button', { name: 'Zoom in' }).click())
    expect(shown.place().width).toBeCloseTo(home.width / 2)
    await shown.drawnAfter(() => page.getByRole('button', { name: 'Zoom out' }).click())
    expect(shown.place().width).toBeCloseTo(home.width)

    await canvas.hover()
    await shown.drawnAfter(() => page.mouse.wheel(0, -200))
    const near = shown.place()
    expect(near.width).toBeLessThan(home.width)

    await shown.drawnAfter(() => shown.pinch(50, 100))
    expect(shown.place().width).toBeCloseTo(near.width / 2)
  })

  test('the bars tell how busy the threads are, and the slider how many there are', async () => {
    const shown = await explorer(heavy)
    const busiest = async () => Math.max(...(await shown.threads()).map(({ load }) => load))
    // A picture may be there before the bars are drawn anew, and take up little of the time between.
    const busiestOfMore = async () => {
      const load = await busiest()
      if (load <= 50) await shown.again()
      return load
    }
    await expect.poll(busiestOfMore, { interval: 500 }).toBeGreaterThan(50)
    await shown.drawnAfter(() => shown.compute("the page's own thread"))
    await expect.poll(busiest).toBeLessThan(10)

    await shown.compute('the pool')
    for (const threads of [2, 1]) {
      await shown.drawnAfter(() => shown.setThreads(threads))
      await expect.poll(async () => (await shown.threads()).length).toBe(threads)
      expect(shown.page.workers()).toHaveLength(threads)
    }
  })

  test('the meter tells what the pool has in hand, and how fast it is', async () => {
    const shown = await explorer(heavy)
    await shown.again()
    await expect.poll(async () => (await shown.rates()).perSecond).toBeGreaterThan(0)
    await shown.drawnAfter(() => shown.compute("the page's own thread"))
    await expect.poll(() => shown.rates()).toMatchObject({ queued: 0, inFlight: 0, perSecond: 0 })
    expect((await shown.rates()).drawn).toBeGreaterThan(1)
  })

  test('leaving the explorer stops its threads, even in mid-render; coming back starts others', async () => {
    const shown = await explorer(heavy)
    const { page } = shown
    await shown.again()
    expect(page.workers().length).toBeGreaterThan(0)
    const place = shown.place()
    await page.getByRole('link', { name: 'About' }).click()
    await page.getByRole('heading', { name: 'How it works' }).waitFor()
    await expect.poll(() => page.workers().length).toBe(0)

    await page.getByRole('link', { name: 'Explore' }).click()
    await shown.firstPicture()
    expect(page.workers().length).toBeGreaterThan(0)
    expect(shown.place()).toEqual(place)
  })
})

async function computed(shown: Explorer): Promise<number> {
  return (await shown.threads()).reduce((sum, { done }) => sum + done, 0)
}
