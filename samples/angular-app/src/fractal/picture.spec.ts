import { expect, it } from 'vitest'
import type { Picture } from './picture'
import { isFinished, jobsOf, previewGrain, stillFinished } from './picture'
import type { TileImage } from './renderTile'
import { isWhole, keyOf, tilesOf } from './tiles'
import { pan, viewOf, zoom } from './view'

const size = { width: 512, height: 384 }
const picture: Picture = {
  view: viewOf({ x: 0, y: 0, width: 4 }, size),
  size,
  limit: 100,
  palette: 'dusk',
  fine: false,
}
const all = new Set(tilesOf(picture.view, size).filter(isWhole).map(keyOf))
const moved = (x: number, y: number) => ({ ...picture, view: pan(picture.view, { x, y }) })

it('is drawn in passes, each of all tiles', () => {
  const tiles = tilesOf(picture.view, size)
  expect(jobsOf(picture).map(({ grain }) => grain)).toEqual([
    ...tiles.map(() => previewGrain),
    ...tiles.map(() => 1),
  ])
  expect(jobsOf({ ...picture, fine: true })).toHaveLength(3 * tiles.length)
  expect(jobsOf(picture).map(({ tile }) => tile)).toEqual([...tiles, ...tiles])
})

it('needs no job for a tile that is finished', () => {
  const [key] = all
  const jobs = jobsOf(picture, new Set([key!]))
  expect(jobs).toHaveLength(jobsOf(picture).length - 2)
  expect(jobs.some(({ tile }) => keyOf(tile) === key)).toBe(false)
})

it('has tiles finished by the last pass, if they are whole', () => {
  const [tile] = tilesOf(picture.view, size).filter(isWhole)
  const image = (of: Partial<TileImage>) => ({ tile: tile!, grain: 1, ...of }) as TileImage
  expect(isFinished(picture, image({}))).toBe(true)
  expect(isFinished(picture, image({ grain: previewGrain }))).toBe(false)
  expect(isFinished({ ...picture, fine: true }, image({}))).toBe(false)
  expect(isFinished({ ...picture, fine: true }, image({ grain: 0.5 }))).toBe(true)
  expect(isFinished(picture, image({ tile: { ...tile!, width: 100 } }))).toBe(false)
})

it('keeps what is finished when it is moved, but for what went over the edge', () => {
  const kept = stillFinished(all, picture, moved(10, 0))
  expect(kept.size).toBeGreaterThan(0)
  expect(kept.size).toBeLessThan(all.size)
  // What is lost doesn't come back.
  expect(stillFinished(kept, moved(10, 0), picture)).toEqual(kept)
  expect(stillFinished(all, picture, moved(2000, 0)).size).toBe(0)
})

it.each<[string, Partial<Picture>]>([
  ['zoomed', { view: zoom(picture.view, 2, { x: 100, y: 100 }) }],
  ['in other colours', { palette: 'ember' }],
  ['followed for more steps', { limit: 200 }],
  ['smoothed', { fine: true }],
])('keeps nothing when it is %s', (_, change) => {
  expect(stillFinished(all, picture, { ...picture, ...change }).size).toBe(0)
})
