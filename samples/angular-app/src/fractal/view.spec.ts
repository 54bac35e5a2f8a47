import { describe, expect, it } from 'vitest'
import { finestPixel, home, magnification, pan, placeOf, resize, viewOf, zoom } from './view'

const size = { width: 800, height: 600 }

/** The complex number that a position on the canvas stands for. */
function numberAt({ anchorX, anchorY, pixel, left, top }: ReturnType<typeof viewOf>, x: number, y: number) {
  return [anchorX + (left + x) * pixel, anchorY - (top + y) * pixel]
}

describe('a view', () => {
  const view = viewOf({ x: -0.5, y: 0.25, width: 4 }, size)

  it('shows a place in the middle of the canvas, in its full width', () => {
    expect(numberAt(view, 400, 300)).toEqual([-0.5, 0.25])
    expect(numberAt(view, 0, 300)).toEqual([-2.5, 0.25])
    expect(placeOf(view, size)).toEqual({ x: -0.5, y: 0.25, width: 4 })
  })

  it('has the imaginary axis point upwards', () => {
    expect(numberAt(view, 400, 0)).toEqual([-0.5, 1.75])
  })

  it('follows the pointer', () => {
    const moved = pan(view, { x: 30, y: -20 })
    expect(numberAt(moved, 430, 280)).toEqual(numberAt(view, 400, 300))
    expect(moved).toMatchObject({ anchorX: view.anchorX, anchorY: view.anchorY, pixel: view.pixel })
  })

  it('keeps the fixed point where it is when it zooms', () => {
    const at = { x: 123, y: 456 }
    const nearer = zoom(view, 8, at)
    expect(nearer.pixel).toBe(view.pixel / 8)
    expect(numberAt(nearer, at.x, at.y)).toEqual(numberAt(view, at.x, at.y))
    const back = zoom(nearer, 1 / 8, at)
    expect(placeOf(back, size)).toEqual(placeOf(view, size))
  })

  it('keeps its middle when the canvas is another', () => {
    const larger = { width: 1000, height: 700 }
    expect(placeOf(resize(view, size, larger), larger)).toMatchObject({ x: -0.5, y: 0.25 })
  })

  it('zooms no further than doubles go', () => {
    const middle = { x: 400, y: 300 }
    let deep = viewOf(home, size)
    for (let times = 0; times < 100; times++) deep = zoom(deep, 2, middle)
    expect(deep.pixel).toBe(finestPixel)
    const { anchorX, pixel } = deep
    // The very next pixel is another number.
    expect(anchorX + pixel).not.toBe(anchorX)
    expect(zoom(deep, 2, middle)).toBe(deep)
    expect(magnification(deep, size)).toBeGreaterThan(1e12)
  })
})
