/**
 * Puts tiles on a canvas.
 * @module
 */
import type { Picture } from './picture'
import type { TileImage } from './renderTile'

/** Beyond this, what the canvas shows is of no use for a picture that is magnified more: previews are better. */
const mostMagnified = 8

export class Painter {
  private readonly context: CanvasRenderingContext2D
  /** Tiles whose points aren't pixels pass through this one, and are scaled on their way. */
  private readonly scratch = contextOf(document.createElement('canvas'))
  private shown: Picture | undefined
  /** How much what the canvas shows was magnified since it was drawn. */
  private magnified = 1

  constructor(private readonly canvas: HTMLCanvasElement) {
    this.context = contextOf(canvas)
  }

  /** Begins a picture. What the canvas shows is moved and magnified to where it belongs now: that is there at once. */
  begin(picture: Picture, afresh: boolean): void {
    const { shown } = this
    this.shown = picture
    this.magnified *= shown ? Math.max(1, shown.view.pixel / picture.view.pixel) : 1
    if (shown && !afresh && shown.palette === picture.palette && this.magnified <= mostMagnified)
      return this.move(shown, picture)
    this.setSize(picture)
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height)
    this.magnified = 1
  }

  /** Draws a tile: over what is there, but a preview only where nothing is. */
  add({ view }: Picture, { tile, grain, width, height, pixels }: TileImage): void {
    const x = tile.left - view.left
    const y = tile.top - view.top
    const image = new ImageData(pixels, width, height)
    if (grain === 1) return this.context.putImageData(image, x, y)
    const { canvas } = this.scratch
    if (canvas.width < width) canvas.width = width
    if (canvas.height < height) canvas.height = height
    this.scratch.putImageData(image, 0, 0)
    this.context.globalCompositeOperation = grain > 1 ? 'destination-over' : 'source-over'
    this.context.drawImage(canvas, 0, 0, width, height, x, y, width * grain, height * grain)
  }

  /** All of the picture is there. */
  end(): void {
    this.magnified = 1
  }

  private move({ view, size }: Picture, to: Picture): void {
    const factor = view.pixel / to.view.pixel
    const x = (view.anchorX - to.view.anchorX) / to.view.pixel + view.left * factor - to.view.left
    const y = (to.view.anchorY - view.anchorY) / to.view.pixel + view.top * factor - to.view.top
    const before = this.setSize(to)
    this.context.globalCompositeOperation = 'copy'
    this.context.drawImage(before, x, y, size.width * factor, size.height * factor)
  }

  /** Returns what shows what the canvas showed: a new size makes it forget. */
  private setSize({ size: { width, height } }: Picture): HTMLCanvasElement {
    const { canvas } = this
    if (canvas.width === width && canvas.height === height) return canvas
    const copy = document.createElement('canvas')
    copy.width = canvas.width
    copy.height = canvas.height
    if (copy.width > 0 && copy.height > 0) contextOf(copy).drawImage(canvas, 0, 0)
    canvas.width = width
    canvas.height = height
    return copy
  }
}

/** Kept in main memory, from where the pixels come, tile by tile: the graphics card would have to hand it over each time. */
function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  return canvas.getContext('2d', { willReadFrequently: true })!
}
