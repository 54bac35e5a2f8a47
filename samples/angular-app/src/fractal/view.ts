/**
 * Where the explorer looks: a grid of pixels over the complex plane, and the part of it that the canvas shows.
 * @module
 */

/** A canvas's size, or a distance on it, in its own pixels. */
export interface Size {
  readonly width: number
  readonly height: number
}

/** A position on the canvas, in its own pixels, from the upper left corner. */
export interface Point {
  readonly x: number
  readonly y: number
}

/**
 * Pixel (column, row) of the canvas stands for the complex number
 * `(anchorX + (left + column) * pixel) + (anchorY - (top + row) * pixel) i`.
 *
 * Panning changes `left` and `top` alone, by whole pixels: what was computed stays true.
 */
export interface View {
  /** The complex number at the grid's origin. */
  readonly anchorX: number
  readonly anchorY: number
  /** A pixel's side. */
  readonly pixel: number
  /** The canvas's upper left corner in the grid: whole numbers. */
  readonly left: number
  readonly top: number
}

/** A part of the plane as people speak of it: its centre, and how wide it is. */
export interface Place {
  readonly x: number
  readonly y: number
  readonly width: number
}

/** Below this, neighbouring pixels come so near to being the same double that their orbits can't be told apart. */
export const finestPixel = 2 ** -50

/** Above this, the whole set is a few pixels wide. */
const coarsestPixel = 2 ** -4

/** The whole set. */
export const home: Place = { x: -0.65, y: 0, width: 3.4 }

/** The view that shows a place in the middle of a canvas, in its full width: how high it is, the canvas decides. */
export function viewOf(place: Place, size: Size): View {
  return {
    anchorX: place.x,
    anchorY: place.y,
    pixel: within(place.width / Math.max(1, size.width)),
    left: -Math.round(size.width / 2),
    top: -Math.round(size.height / 2),
  }
}

/** What a view shows on a canvas of that size. */
export function placeOf(view: View, size: Size): Place {
  return {
    x: view.anchorX + (view.left + size.width / 2) * view.pixel,
    y: view.anchorY - (view.top + size.height / 2) * view.pixel,
    width: view.pixel * size.width,
  }
}

/** The picture follows the pointer by so many pixels. */
export function pan(view: View, by: Point): View {
  return { ...view, left: view.left - Math.round(by.x), top: view.top - Math.round(by.y) }
}

/** Things grow by `factor`, and what is at `fixed` stays there. */
export function zoom(view: View, factor: number, fixed: Point): View {
  const column = Math.round(fixed.x)
  const row = Math.round(fixed.y)
  const pixel = within(view.pixel / factor)
  if (pixel === view.pixel) return view
  return {
    // The grid is laid anew, with its origin where the precision is wanted.
    anchorX: view.anchorX + (view.left + column) * view.pixel,
    anchorY: view.anchorY - (view.top + row) * view.pixel,
    pixel,
    left: -column,
    top: -row,
  }
}

/** What was in the middle of the canvas stays there when its size changes. */
export function resize(view: View, from: Size, to: Size): View {
  return pan(view, { x: (to.width - from.width) / 2, y: (to.height - from.height) / 2 })
}

/** How many times larger than at home things are, on a canvas so wide. */
export function magnification(view: View, size: Size): number {
  return home.width / (view.pixel * size.width)
}

function within(pixel: number): number {
  return Math.min(coarsestPixel, Math.max(finestPixel, pixel))
}
