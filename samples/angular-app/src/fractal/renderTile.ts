/**
 * One tile's pixels: the work that is done in a thread, or in the page.
 * @module
 */
import { escapeTime } from './mandelbrot'
import type { PaletteName } from './palette'
import { colourOf, colourTable } from './palette'
import type { Tile } from './tiles'
import type { View } from './view'

/** All that it takes to compute a tile. */
export interface TileJob {
  readonly tile: Tile
  readonly grid: Pick<View, 'anchorX' | 'anchorY' | 'pixel'>
  /** Pixels of the grid from one computed point to the next: 1, more for a preview, less for smooth edges. */
  readonly grain: number
  /** Steps after which a point is taken to be in the set. */
  readonly limit: number
  readonly palette: PaletteName
}

/** A computed tile. */
export interface TileImage {
  readonly tile: Tile
  readonly grain: number
  /** Points in a row, and rows. */
  readonly width: number
  readonly height: number
  /** RGBA, row by row. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>
}

/**
 * Computes a tile.
 * @param isCancelled asked before each row. What it stops is incomplete, and of no use to anybody.
 */
export function renderTile(job: TileJob, isCancelled: () => boolean = () => false): TileImage {
  const { tile, grain, limit } = job
  const { anchorX, anchorY, pixel } = job.grid
  const width = Math.ceil(tile.width / grain)
  const height = Math.ceil(tile.height / grain)
  const table = colourTable(job.palette)
  const colours = new Uint32Array(width * height)
  const middle = (grain - 1) / 2
  for (let row = 0, at = 0; row < height && !isCancelled(); row++) {
    const cy = anchorY - (tile.top + middle + row * grain) * pixel
    for (let column = 0; column < width; column++, at++) {
      const cx = anchorX + (tile.left + middle + column * grain) * pixel
      colours[at] = colourOf(escapeTime(cx, cy, limit), table)
    }
  }
  return { tile, grain, width, height, pixels: new Uint8ClampedArray(colours.buffer) }
}
