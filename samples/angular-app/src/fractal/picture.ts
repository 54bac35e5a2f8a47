/**
 * A picture, and the jobs that it takes to draw it.
 * @module
 */
import type { PaletteName } from './palette'
import type { TileImage, TileJob } from './renderTile'
import type { Tile } from './tiles'
import { isWhole, keyOf, tilesOf } from './tiles'
import type { Size, View } from './view'

/** All that a picture depends on. */
export interface Picture {
  readonly view: View
  readonly size: Size
  /** Steps after which a point is taken to be in the set. */
  readonly limit: number
  readonly palette: PaletteName
  /** Whether there is a last pass with four points a pixel: edges are smooth then. */
  readonly fine: boolean
}

/** The grain of previews: a sixty-fourth of the work. */
export const previewGrain = 8

/** The grain of each pass over the tiles. What the last one draws is finished. */
const passesOf = ({ fine }: Picture): readonly number[] => (fine ? [previewGrain, 1, 0.5] : [previewGrain, 1])

/** The jobs, in their order: pass after pass, each from the middle outwards. Finished tiles need none. */
export function jobsOf(picture: Picture, finished: ReadonlySet<string> = new Set()): TileJob[] {
  const { limit, palette } = picture
  const { anchorX, anchorY, pixel } = picture.view
  const missing = tilesOf(picture.view, picture.size).filter((tile) => !finished.has(keyOf(tile)))
  return passesOf(picture).flatMap((grain) =>
    missing.map((tile) => ({ tile, grid: { anchorX, anchorY, pixel }, grain, limit, palette })),
  )
}

/** Whether a tile is as it should be, and need not be computed again when the picture is moved. */
export function isFinished(picture: Picture, { tile, grain }: TileImage): boolean {
  return grain === passesOf(picture).at(-1) && isWhole(tile)
}

/** Of the tiles that were finished in a picture, by their keys, those that are so in the next one. */
export function stillFinished(finished: ReadonlySet<string>, before: Picture, next: Picture): Set<string> {
  if (!isSameGrid(before, next)) return new Set()
  // One that was moved over the edge, even in part, is lost: the canvas forgets.
  const whole: Tile[] = tilesOf(next.view, next.size).filter(isWhole)
  return new Set(whole.map(keyOf).filter((key) => finished.has(key)))
}

/** Whether what is computed for the one is true in the other. */
function isSameGrid(one: Picture, other: Picture): boolean {
  return (
    one.view.anchorX === other.view.anchorX &&
    one.view.anchorY === other.view.anchorY &&
    one.view.pixel === other.view.pixel &&
    one.limit === other.limit &&
    one.palette === other.palette &&
    one.fine === other.fine
  )
}
