import type { ElementRef } from '@angular/core'
import {
  afterNextRender,
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  inject,
  output,
  viewChild,
} from '@angular/core'
import type { Drawing } from '../fractal/drawPictures'
import { Painter } from '../fractal/painter'
import type { Point, Size } from '../fractal/view'
import type { Zoom } from './gestures'
import { Gestures } from './gestures'

/** More pixels than this on one of the page's are more work than eyes can see. */
const densest = 2

/** The canvas: it says what is done to it, and draws what it is told. */
@Component({
  selector: 'app-picture-canvas',
  imports: [Gestures],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <canvas
      #canvas
      appGestures
      tabindex="0"
      role="application"
      aria-label="The Mandelbrot set"
      aria-description="Arrow keys move it, plus and minus zoom, Home shows the whole set"
      (panned)="panned.emit($event)"
      (zoomed)="zoomed.emit($event)"
      (homed)="homed.emit()"
    ></canvas>
  `,
  styles: `
    :host {
      display: block;
      overflow: hidden;
      background: #08080c;
    }
    canvas {
      display: block;
      width: 100%;
      height: 100%;
      cursor: grab;
      touch-action: none;
    }
    canvas:active {
      cursor: grabbing;
    }
    canvas:focus-visible {
      outline-offset: -2px;
    }
  `,
})
export class PictureCanvas {
  readonly panned = output<Point>()
  readonly zoomed = output<Zoom>()
  readonly homed = output<void>()
  /** So many pixels fit in. */
  readonly sized = output<Size>()

  private readonly canvas = viewChild.required<ElementRef<HTMLCanvasElement>>('canvas')
  private painter: Painter | undefined

  constructor() {
    const destroyed = inject(DestroyRef)
    afterNextRender(() => {
      const canvas = this.canvas().nativeElement
      this.painter = new Painter(canvas)
      const observer = new ResizeObserver(() => this.sized.emit(sizeOf(canvas)))
      observer.observe(canvas)
      destroyed.onDestroy(() => observer.disconnect())
    })
  }

  draw(drawing: Drawing): void {
    const { picture } = drawing.order
    if (drawing.type === 'begun') this.painter?.begin(picture, drawing.afresh)
    if (drawing.type === 'tile') this.painter?.add(picture, drawing.image)
    if (drawing.type === 'done') this.painter?.end()
  }
}

function sizeOf({ clientWidth, clientHeight }: HTMLCanvasElement): Size {
  const density = Math.min(devicePixelRatio, densest)
  return {
    width: Math.max(1, Math.round(clientWidth * density)),
    height: Math.max(1, Math.round(clientHeight * density)),
  }
}
