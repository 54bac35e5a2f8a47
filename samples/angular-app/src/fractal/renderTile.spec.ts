import { expect, it } from 'vitest'
import { escapeTime } from './mandelbrot'
import { colourOf, colourTable, insideColour } from './palette'
import type { TileJob } from './renderTile'
import { renderTile } from './renderTile'

const job: TileJob = {
  tile: { left: -3, top: -2, width: 6, height: 4 },
  grid: { anchorX: -0.5, anchorY: 0, pixel: 0.5 },
  grain: 1,
  limit: 100,
  palette: 'dusk',
}
const coloursOf = ({ pixels }: { pixels: Uint8ClampedArray<ArrayBuffer> }) => new Uint32Array(pixels.buffer)

it('computes a point a pixel', () => {
  const image = renderTile(job)
  expect(image).toMatchObject({ tile: job.tile, grain: 1, width: 6, height: 4 })
  const colours = coloursOf(image)
  // Row 2 is the real axis, from -2 to 0.5.
  expect([...colours.slice(12, 18)].map((colour) => colour === insideColour)).toEqual([
    true,
    true,
    true,
    true,
    true,
    false,
  ])
  expect(colourTable('dusk')).toContain(colours[17])
})

it('computes few points for a preview, and four a pixel for smooth edges', () => {
  expect(renderTile({ ...job, grain: 4 })).toMatchObject({ width: 2, height: 1 })
  const fine = renderTile({ ...job, grain: 0.5 })
  expect(fine).toMatchObject({ width: 12, height: 8 })
  expect(fine.pixels).toHaveLength(4 * 12 * 8)
})

it.each([
  [8, [3.5]],
  [1, [0]],
  [0.5, [-0.25, 0.25]],
])('has its points about the middle of what they stand for: grain %s', (grain, offsets) => {
  const grid = { anchorX: -0.745, anchorY: 0.113, pixel: 1e-4 }
  const tile = { left: 0, top: 0, width: 1, height: 1 }
  const colourAt = (x: number, y: number) =>
    colourOf(
      escapeTime(grid.anchorX + x * grid.pixel, grid.anchorY - y * grid.pixel, 500),
      colourTable('dusk'),
    )
  const expected = offsets.flatMap((y) => offsets.map((x) => colourAt(x, y)))
  expect([...coloursOf(renderTile({ ...job, grid, tile, grain, limit: 500 }))]).toEqual(expected)
  expect(new Set(expected).size).toBe(offsets.length ** 2)
})

it('is the same alone as in a larger tile', () => {
  const whole = coloursOf(renderTile(job))
  const alone = coloursOf(renderTile({ ...job, tile: { left: 1, top: 1, width: 1, height: 1 } }))
  expect(alone[0]).toBe(whole[3 * 6 + 4])
})

it('stops before the next row when it is cancelled', () => {
  let asked = 0
  const colours = coloursOf(renderTile(job, () => ++asked > 2))
  expect(asked).toBe(3)
  expect([...colours.slice(0, 12)].every((colour) => colour !== 0)).toBe(true)
  expect([...colours.slice(12)].every((colour) => colour === 0)).toBe(true)
})
