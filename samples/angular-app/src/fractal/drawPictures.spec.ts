import { Subject } from 'rxjs'
import { TestScheduler } from 'rxjs/testing'
import { inlinePool } from 'rxjs-parallel/testing'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Drawing, Order } from './drawPictures'
import { drawPictures } from './drawPictures'
import type { Picture } from './picture'
import { jobsOf } from './picture'
import { inPage, inPool } from './renderers'
import type { TileImage } from './renderTile'
import { renderTile } from './renderTile'
import { isWhole, tilesOf } from './tiles'
import worker from './tiles.worker'
import { pan, viewOf } from './view'

const size = { width: 384, height: 256 }
const picture: Picture = {
  view: viewOf({ x: -0.65, y: 0, width: 3.4 }, size),
  size,
  limit: 50,
  palette: 'dusk',
  fine: false,
}
const order: Order = { picture, where: 'pool', round: 0 }
const tiles = tilesOf(picture.view, size)

const types = (drawings: Drawing[]) => drawings.map(({ type }) => type)
const jobsBegun = (drawings: Drawing[]) =>
  drawings.flatMap((drawing) => (drawing.type === 'begun' ? [drawing.jobs] : []))

describe('pictures', () => {
  let orders: Subject<Order>
  let drawings: Drawing[]

  beforeEach(() => {
    orders = new Subject()
    drawings = []
    const pool = inlinePool({ default: worker })
    orders.pipe(drawPictures({ pool: inPool(pool), page: inPage })).subscribe((each) => drawings.push(each))
  })

  it('come as their tiles, each of which is what the function makes of its job', () => {
    orders.next(order)
    expect(types(drawings)).toEqual(['begun', ...tiles.flatMap(() => ['tile', 'tile']), 'done'])
    const images = drawings.flatMap((drawing) => (drawing.type === 'tile' ? [drawing.image] : []))
    for (const [index, job] of jobsOf(picture).entries()) {
      const { pixels, ...rest } = renderTile(job)
      expect(images[index]).toMatchObject(rest)
      expect(Buffer.from(images[index]!.pixels.buffer).equals(Buffer.from(pixels.buffer))).toBe(true)
    }
  })

  it('keep their finished tiles when they are moved', () => {
    orders.next(order)
    orders.next({ ...order, picture: { ...picture, view: pan(picture.view, { x: 10, y: 0 }) } })
    const [all, rest] = jobsBegun(drawings)
    expect(all).toBe(2 * tiles.length)
    expect(rest).toBeGreaterThan(0)
    expect(rest).toBeLessThan(all!)
  })

  it('have nothing left to do when they are whole and the same', () => {
    // Tiles that the canvas cuts off are never kept.
    expect(tiles.every(isWhole)).toBe(false)
    orders.next(order)
    orders.next(order)
    expect(jobsBegun(drawings)[1]).toBe(2 * tiles.filter((tile) => !isWhole(tile)).length)
  })

  it.each<[string, Partial<Order>]>([
    ['in a new round', { round: 1 }],
    ['elsewhere', { where: 'page' }],
  ])('start from scratch %s', (_, change) => {
    orders.next(order)
    orders.next({ ...order, ...change })
    expect(jobsBegun(drawings)).toEqual([2 * tiles.length, 2 * tiles.length])
    expect(drawings.findLast(({ type }) => type === 'begun')).toMatchObject({ afresh: true })
  })

  it('fail by themselves: the next one is drawn', () => {
    orders.next({ ...order, picture: { ...picture, palette: 'no such thing' as 'dusk' } })
    expect(types(drawings)).toEqual(['begun', 'failed'])
    drawings.length = 0
    orders.next(order)
    expect(types(drawings).at(-1)).toBe('done')
  })
})

it('gives up what is left of a picture when the next one comes', () => {
  const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected))
  scheduler.run(({ cold, flush }) => {
    // A tile takes 5 ms, and after 12 another picture comes.
    const pool = inlinePool({ default: worker }, { cost: () => 5 })
    const next = { ...order, round: 1 }
    const drawings: Drawing[] = []
    cold('a 11ms b', { a: order, b: next })
      .pipe(drawPictures({ pool: inPool(pool), page: inPage }))
      .subscribe((each) => drawings.push(each))
    flush()
    const tilesFor = (of: Order) =>
      drawings.filter((drawing) => drawing.type === 'tile' && drawing.order === of).length
    expect([tilesFor(order), tilesFor(next)]).toEqual([2, 2 * tiles.length])
    expect(pool.stats.done).toBe(2 + 2 * tiles.length)
  })
})

it('computes in the page tile after tile, with time for others in between', () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const jobs = jobsOf(picture).slice(0, 3)
  const images: TileImage[] = []
  let isDone = false
  inPage(jobs).subscribe({ next: (image) => images.push(image), complete: () => (isDone = true) })
  for (let computed = 0; computed < jobs.length; computed++) {
    expect([images.length, isDone]).toEqual([computed, false])
    vi.advanceTimersToNextTimer()
  }
  expect(images).toEqual(jobs.map((job) => renderTile(job)))
  expect(isDone).toBe(true)
})
