import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest'
import { connectAsUser, launchChromium } from './chromium.js'
import type { Site, SiteOptions } from './site.js'
import { serveSite } from './site.js'

export interface OpenOptions extends SiteOptions {
  /** The folder that is served. Default: the bundled pages of spec/browser/pages. */
  readonly folder?: string
  /** The page. Default: kit.html. */
  readonly path?: string
  /** Warnings and errors that the page is to have on its console; all others fail the test. */
  readonly expected?: readonly RegExp[]
}

/** What a spec file does in a browser of its own. */
export interface BrowserTests {
  readonly browser: Browser
  /** Opens a page of a fresh profile, which is closed after the test. */
  open(options?: OpenOptions): Promise<Page>
  /** The same, in beforeAll: the page stays open until the spec's end. */
  openForAll(options?: OpenOptions): Promise<Page>
  /** Opens a page of somebody else's server. */
  openAt(url: string, expected?: readonly RegExp[]): Promise<Page>
  /** Opens a page in a tab of one window, in front of those before it, which are hidden then. */
  openTab(options?: OpenOptions): Promise<Page>
  /** A site that is served until the spec's end. */
  site(options?: SiteOptions & { readonly folder?: string }): Promise<Site>
}

/**
 * Starts a browser for the spec file that calls it, and ends it afterwards. A page that writes a warning or an error to
 * its console, or leaves one uncaught, fails the test that is running then.
 */
export function browserTests(): BrowserTests {
  let browser: Browser | undefined
  let window: BrowserContext | undefined
  const sites = new Map<string, Promise<Site>>()
  let opened: { close(): Promise<void> }[] = []
  let complaints: string[] = []

  beforeAll(async () => {
    browser = await launchChromium()
  }, 120_000)

  afterEach(async () => {
    const open = opened
    opened = []
    await Promise.all(open.map((each) => each.close()))
    const heard = complaints
    complaints = []
    expect(heard, 'warnings and errors on the console').toEqual([])
  })

  afterAll(async () => {
    await browser?.close()
    for (const site of sites.values()) await (await site).close()
  })

  const site: BrowserTests['site'] = ({ folder = inject('browserSite'), ...options } = {}) => {
    const key = JSON.stringify([folder, options])
    const served = sites.get(key) ?? serveSite(folder, options)
    sites.set(key, served)
    return served
  }

  async function load(page: Page, url: string, expected: readonly RegExp[] = []): Promise<Page> {
    listen(page, (complaint) => expected.some((each) => each.test(complaint)) || complaints.push(complaint))
    // The limits of the tests are those that count.
    page.setDefaultTimeout(120_000)
    await page.goto(url)
    return page
  }

  const openForAll: BrowserTests['openForAll'] = async ({ path = 'kit.html', expected, ...options } = {}) =>
    load(await browser!.newPage(), (await site(options)).url + path, expected)

  /** Has the page's context closed after the test. */
  function forTest(page: Page): Page {
    opened.push(page.context())
    return page
  }

  async function openTab({ path = 'kit.html', expected, ...options }: OpenOptions = {}): Promise<Page> {
    window ??= (await connectAsUser(browser!)).contexts()[0]!
    const page = await window.newPage()
    opened.push(page)
    return load(page, (await site(options)).url + path, expected)
  }

  return {
    get browser() {
      return browser!
    },
    site,
    openForAll,
    open: async (options) => forTest(await openForAll(options)),
    openAt: async (url, expected) => forTest(await load(await browser!.newPage(), url, expected)),
    openTab,
  }
}

/** Hears what the page and its workers complain of. */
function listen(page: Page, hear: (complaint: string) => void): void {
  page.on('console', (message) => {
    const type = message.type()
    if (type === 'warning' || type === 'error' || type === 'assert')
      hear(`${type}: ${message.text()} (${message.location().url})`)
  })
  page.on('pageerror', (error) => hear(`uncaught: ${error.stack ?? error}`))
  page.on('crash', () => hear('the page crashed'))
}
