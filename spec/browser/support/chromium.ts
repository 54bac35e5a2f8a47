import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { chromium } from 'playwright-core'
import { findChromium } from './findChromium.js'

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // For connectAsUser: without the first it doesn't tell its command line.
  '--enable-automation',
  '--remote-debugging-port=0',
]

/** Of Playwright's: users have a back/forward cache, and tabs that are slowed down in the background. */
const unlikeUsers = [
  '--disable-back-forward-cache',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
]

/** Starts the Chromium that was found. It ends with this process, too. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = findChromium()
  if (!executablePath) throw new Error('no Chromium found; install chromium or set CHROMIUM=/path')
  return chromium.launch({ executablePath, args: flags, ignoreDefaultArgs: unlikeUsers, timeout: 100_000 })
}

/**
 * Another connection to that browser, whose first context has tabs as users do: only the one in front is visible.
 * Playwright makes all others believe that they are.
 */
export async function connectAsUser(browser: Browser): Promise<Browser> {
  const session = await browser.newBrowserCDPSession()
  const { arguments: given } = await session.send('Browser.getBrowserCommandLine')
  const folder = given.find((each) => each.startsWith('--user-data-dir='))!.slice('--user-data-dir='.length)
  const [port, path] = readFileSync(join(folder, 'DevToolsActivePort'), 'utf8').split('\n')
  return chromium.connectOverCDP(`ws://127.0.0.1:${port}${path}`, { noDefaults: true })
}
