/**
 * The tiles that a canvas is covered by.
 * @module
 */
import type { Size, View } from './view'

/** A rectangle of a view's grid, in its pixels. */
export interface Tile {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** A tile's side: some milliseconds of work, most often. */
export const tileSide = 128

/** The tiles that a canvas shows, cut off at its edges, from its middle outwards. */
export function tilesOf(view: View, size: Size): Tile[] {
  const right = view.left + size.width
  const bottom = view.top + size.height
  const tiles: Tile[] = []
  for (let y = edgeBefore(view.top); y < bottom; y += tileSide)
    for (let x = edgeBefore(view.left); x < right; x += tileSide) {
      const left = Math.max(x, view.left)
      const top = Math.max(y, view.top)
      const width = Math.min(x + tileSide, right) - left
      tiles.push({ left, top, width, height: Math.min(y + tileSide, bottom) - top })
    }
  const distance = (tile: Tile) =>
    Math.hypot(
      tile.left + tile.width / 2 - view.left - size.width / 2,
      tile.top + tile.height / 2 - view.top - size.height / 2,
    )
  return tiles.sort((one, other) => distance(one) - distance(other))
}

/** Names a tile among those of its grid that are whole. */
export const keyOf = ({ left, top }: Tile): string => `${left},${top}`

/** Whether nothing of it is cut off. */
export const isWhole = ({ width, height }: Tile): boolean => width === tileSide && height === tileSide

const edgeBefore = (from: number): number => Math.floor(from / tileSide) * tileSide
