import { expect, it } from 'vitest'
import { isWhole, keyOf, tileSide, tilesOf } from './tiles'
import { pan, viewOf } from './view'

const size = { width: 500, height: 300 }
const view = pan(viewOf({ x: 0, y: 0, width: 4 }, size), { x: 37, y: -11 })

it('every pixel of the canvas is in one tile', () => {
  const seen = new Uint8Array(size.width * size.height)
  for (const { left, top, width, height } of tilesOf(view, size)) {
    const [x, y] = [left - view.left, top - view.top]
    expect(
      Math.min(x, y, width - 1, height - 1, size.width - x - width, size.height - y - height),
    ).toBeGreaterThan(-1)
    for (let row = y; row < y + height; row++)
      for (let column = x; column < x + width; column++) seen[row * size.width + column]! += 1
  }
  expect(seen.every((times) => times === 1)).toBe(true)
})

it('begins in the middle', () => {
  const distances = tilesOf(view, size).map(({ left, top, width, height }) =>
    Math.hypot(left + width / 2 - view.left - 250, top + height / 2 - view.top - 150),
  )
  expect(distances).toEqual([...distances].sort((one, other) => one - other))
  expect(distances[0]).toBeLessThan(tileSide)
})

it('has whole tiles in the same places of the grid when it is moved', () => {
  const whole = (of: typeof view) => new Set(tilesOf(of, size).filter(isWhole).map(keyOf))
  const moved = whole(pan(view, { x: 40, y: 0 }))
  const common = [...whole(view)].filter((key) => moved.has(key))
  expect(common.length).toBeGreaterThan(2)
})
