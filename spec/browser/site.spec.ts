// What the other specs stand on: pages that have, or lack, what pools ask for.
import { expect, test } from 'vitest'
import { browserTests } from './support/browser.js'

const { open, site } = browserTests()
const path = 'elsewhere.html'

test.each([true, false])('a page is cross-origin isolated where its site says so: %s', async (isolated) => {
  const page = await open({ path, isolated })
  expect(await page.evaluate(() => [crossOriginIsolated, 'SharedArrayBuffer' in globalThis])).toEqual([
    isolated,
    isolated,
  ])
})

test('a page obeys the Content-Security-Policy of its site', async () => {
  const page = await open({ path, policy: "script-src 'self'", expected: [/'unsafe-eval'/] })
  const thrown = await page.evaluate(async () => {
    // What the debugger calls may evaluate text all the same, until its first turn ends.
    await new Promise((resolve) => setTimeout(resolve))
    try {
      return String(new Function('return 1')())
    } catch (error) {
      return String(error)
    }
  })
  expect(thrown).toMatch(/^EvalError: .*'unsafe-eval'/)
})

test('nothing outside of its folder is served', async () => {
  const { url } = await site()
  for (const path of ['../package.json', '%2e%2e/package.json', '..%2fpackage.json', 'missing.html'])
    expect((await fetch(url + path)).status, path).toBe(404)
})
