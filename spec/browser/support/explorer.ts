import type { Locator, Page } from 'playwright-core'

/** samples/angular-app in a page, as its user sees it. */
export class Explorer {
  readonly canvas: Locator

  constructor(readonly page: Page) {
    this.canvas = page.locator('canvas')
  }

  /** Resolves when the picture that is shown first is there. */
  firstPicture(): Promise<void> {
    return this.whenDrawn(0)
  }

  /** Does something that makes a new picture, and resolves when that is there. */
  async drawnAfter(action: () => Promise<unknown>): Promise<void> {
    const before = await this.pictures()
    await action()
    await this.whenDrawn(before)
  }

  again(): Promise<void> {
    return this.page.getByRole('button', { name: 'Draw again' }).click()
  }

  compute(by: 'the pool' | "the page's own thread"): Promise<void> {
    return this.page.getByRole('radio', { name: by }).check()
  }

  async setThreads(threads: number): Promise<void> {
    await this.page.getByRole('slider', { name: 'Threads' }).fill(String(threads))
  }

  /** Drags the picture by so much. */
  async drag({ x, y }: { x: number; y: number }): Promise<void> {
    const { mouse } = this.page
    const from = await this.middle()
    await mouse.move(from.x, from.y)
    await mouse.down()
    await mouse.move(from.x + x, from.y + y)
    await mouse.up()
  }

  /** Two fingers, so far to the left and to the right of the middle, go to where they are as far as `to` says. */
  async pinch(from: number, to: number): Promise<void> {
    const { x, y } = await this.middle()
    const session = await this.page.context().newCDPSession(this.page)
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', by: number[]) =>
      session.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: by.map((each, id) => ({ x: x + each, y, id })),
      })
    await touch('touchStart', [-from, from])
    await touch('touchMove', [-to, to])
    await touch('touchEnd', [])
    await session.detach()
  }

  /** The longest time without a new frame while the picture was drawn, in milliseconds. */
  async longestGap(where: 'pool' | 'page'): Promise<number> {
    return numberIn(await this.page.locator(`tr[data-where=${where}] td`).last().innerText())
  }

  /** How long the picture took, in seconds. */
  async time(where: 'pool' | 'page'): Promise<number> {
    return numberIn(await this.page.locator(`tr[data-where=${where}] td`).first().innerText())
  }

  /** Tiles of the picture: those that are there, and all of them. */
  async tiles(): Promise<{ done: number; all: number }> {
    const [done, all] = (await this.page.locator('.count').first().innerText()).split(' of ')
    return { done: numberIn(done!), all: numberIn(all!) }
  }

  async givenUp(): Promise<number> {
    return numberIn(await this.page.locator('.given-up').innerText())
  }

  /** Of each thread: how busy it is, from 0 to 100, and how many tiles it has computed. */
  threads(): Promise<{ load: number; done: number }[]> {
    return this.page.locator('app-thread-bars li').evaluateAll((rows) =>
      rows.map((row) => ({
        load: Number(row.querySelector('[role=meter]')?.getAttribute('aria-valuenow')),
        done: Number(row.lastElementChild?.textContent?.replaceAll(',', '')),
      })),
    )
  }

  /** What the pool has waiting and in its threads, how many tiles it computes a second, and how many points of that are drawn. */
  rates(): Promise<{ queued: number; inFlight: number; perSecond: number; drawn: number }> {
    return this.page.locator('app-pool-rates').evaluate((meter) => {
      const shown = (what: string) =>
        Number(meter.querySelector(`[data-is=${what}]`)?.textContent?.replaceAll(',', ''))
      const points = meter.querySelector('polyline')?.getAttribute('points') ?? ''
      return {
        queued: shown('queued'),
        inFlight: shown('inFlight'),
        perSecond: shown('perSecond'),
        drawn: points.split(' ').filter(Boolean).length,
      }
    })
  }

  /** What the canvas shows: a hash of its pixels, and how many colours there are. */
  pixels(): Promise<{ hash: string; colours: number }> {
    return this.canvas.evaluate(async (canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
      const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', data))
      return { hash: hash.join(' '), colours: new Set(new Uint32Array(data.buffer)).size }
    })
  }

  /** The place that the address tells, as soon as the picture is drawn. */
  place(): { x: number; y: number; width: number } {
    const query = new URLSearchParams(new URL(this.page.url()).hash.replace(/^#\/\?/, ''))
    const [x, y, width] = ['x', 'y', 'width'].map((name) => Number(query.get(name)))
    return { x: x!, y: y!, width: width! }
  }

  private async middle(): Promise<{ x: number; y: number }> {
    const { x, y, width, height } = (await this.canvas.boundingBox())!
    return { x: Math.round(x + width / 2), y: Math.round(y + height / 2) }
  }

  private async pictures(): Promise<number> {
    return Number(await this.page.locator('main').getAttribute('data-pictures'))
  }

  private async whenDrawn(before: number): Promise<void> {
    await this.page.waitForFunction(
      (count) => Number(document.querySelector('main')?.dataset.pictures) > count,
      before,
    )
  }
}

const numberIn = (text: string): number => Number(/[\d.]+/.exec(text.replaceAll(',', ''))?.[0])
