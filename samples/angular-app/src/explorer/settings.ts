import { computed, Injectable, signal } from '@angular/core'
import type { Order } from '../fractal/drawPictures'
import { usualLimit } from '../fractal/mandelbrot'
import type { PaletteName } from '../fractal/palette'
import type { Picture } from '../fractal/picture'
import type { Where } from '../fractal/renderers'
import type { Place, Point, Size, View } from '../fractal/view'
import { home, magnification, pan, placeOf, resize, viewOf, zoom } from '../fractal/view'

/** What the user has chosen. It outlives the explorer, so that one who comes back finds it as it was. */
@Injectable({ providedIn: 'root' })
export class Settings {
  readonly where = signal<Where>('pool')
  readonly palette = signal<PaletteName>('dusk')
  /** Steps after which a point is taken to be in the set: as many as the magnification asks for, or so many. */
  readonly limit = signal<number | 'auto'>('auto')
  readonly fine = signal(true)
  private readonly round = signal(0)
  /** What the canvas is to show as soon as its size is known. */
  private place: Place = home
  private readonly size = signal<Size | undefined>(undefined)
  private readonly view = signal<View | undefined>(undefined)

  private readonly picture = computed((): Picture | undefined => {
    const view = this.view()
    const size = this.size()
    if (!view || !size) return undefined
    const limit = this.limit()
    return {
      view,
      size,
      limit: limit === 'auto' ? usualLimit(magnification(view, size)) : limit,
      palette: this.palette(),
      fine: this.fine(),
    }
  })

  /** What is to be drawn: nothing as long as the canvas has no size. */
  readonly order = computed((): Order | undefined => {
    const picture = this.picture()
    return picture && { picture, where: this.where(), round: this.round() }
  })

  /** The canvas has this size now. */
  fit(size: Size): void {
    const [before, view] = [this.size(), this.view()]
    if (before?.width === size.width && before.height === size.height) return
    this.size.set(size)
    this.view.set(before && view ? resize(view, before, size) : viewOf(this.place, size))
  }

  /** The canvas is gone; another one may come. */
  forgetSize(): void {
    this.place = this.currentPlace()
    this.size.set(undefined)
    this.view.set(undefined)
  }

  goTo(place: Place): void {
    this.place = place
    const size = this.size()
    if (size) this.view.set(viewOf(place, size))
  }

  pan(by: Point): void {
    this.view.update((view) => view && pan(view, by))
  }

  /** @param at what stays where it is; by default the middle. */
  zoom(factor: number, at?: Point): void {
    const { width, height } = this.size() ?? { width: 0, height: 0 }
    this.view.update((view) => view && zoom(view, factor, at ?? { x: width / 2, y: height / 2 }))
  }

  /** What the canvas shows. */
  currentPlace(): Place {
    const [view, size] = [this.view(), this.size()]
    return view && size ? placeOf(view, size) : this.place
  }

  /** Draws the picture from scratch. */
  again(): void {
    this.round.update((round) => round + 1)
  }
}
