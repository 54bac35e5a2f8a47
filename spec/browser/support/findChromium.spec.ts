import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { findChromium } from './findChromium.js'

const folder = mkdtempSync(join(tmpdir(), 'rxjs-parallel-'))
const chromium = join(folder, 'chromium')
writeFileSync(chromium, '#!/bin/sh\n')
chmodSync(chromium, 0o755)
const text = join(folder, 'google-chrome')
writeFileSync(text, 'not to be run')

afterAll(() => rmSync(folder, { recursive: true }))

test('finds a browser by its name in PATH', () => {
  expect(findChromium({ PATH: ['/nowhere', '', folder].join(delimiter) })).toBe(chromium)
})

test('takes the one that CHROMIUM names', () => {
  expect(findChromium({ CHROMIUM: chromium, PATH: '' })).toBe(chromium)
})

test('refuses a CHROMIUM that cannot be run', () => {
  for (const CHROMIUM of [text, folder, join(folder, 'missing')])
    expect(() => findChromium({ CHROMIUM, PATH: folder })).toThrow(
      `CHROMIUM is '${CHROMIUM}', which is no file`,
    )
})

test('without one finds none, or fails where one is required', () => {
  expect(findChromium({ PATH: '/nowhere' })).toBeUndefined()
  expect(findChromium({})).toBeUndefined()
  expect(() => findChromium({ PATH: '/nowhere', REQUIRE_BROWSER: '1' })).toThrow(
    'REQUIRE_BROWSER=1, but no Chromium was found (chromium, chromium-browser, google-chrome, ' +
      'google-chrome-stable in PATH); install chromium or set CHROMIUM=/path',
  )
})
