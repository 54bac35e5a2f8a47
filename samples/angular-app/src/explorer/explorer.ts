import { Location } from '@angular/common'
import { ChangeDetectionStrategy, Component, computed, DestroyRef, inject, viewChild } from '@angular/core'
import { takeUntilDestroyed, toObservable } from '@angular/core/rxjs-interop'
import { ActivatedRoute } from '@angular/router'
import { filter } from 'rxjs'
import { injectPool } from 'rxjs-parallel/angular'
import type { Order } from '../fractal/drawPictures'
import { drawPictures } from '../fractal/drawPictures'
import { inPage, inPool } from '../fractal/renderers'
import { home } from '../fractal/view'
import { readAddress, writeAddress } from './address'
import { Controls } from './controls'
import { FrameClock } from './frameClock'
import { FrameMeter } from './frameMeter'
import { PictureCanvas } from './pictureCanvas'
import { PoolRates } from './poolRates'
import { Progress } from './progress'
import { Results } from './results'
import { Settings } from './settings'
import { ThreadBars } from './threadBars'
import { provideTilesPool, TILES_POOL } from './tilesPool'

/** The page: it owns the pool, whose threads end with it, and leads orders to the canvas. */
@Component({
  selector: 'app-explorer',
  imports: [Controls, FrameMeter, PictureCanvas, PoolRates, Results, ThreadBars],
  providers: [provideTilesPool(), FrameClock, Progress],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './explorer.html',
  styleUrl: './explorer.css',
})
export class Explorer {
  protected readonly settings = inject(Settings)
  protected readonly progress = inject(Progress)
  protected readonly home = home
  private readonly canvas = viewChild.required(PictureCanvas)

  constructor() {
    const location = inject(Location)
    inject(DestroyRef).onDestroy(() => this.settings.forgetSize())
    readAddress(inject(ActivatedRoute).snapshot.queryParamMap, this.settings)
    toObservable(this.settings.order)
      .pipe(
        filter((order): order is Order => order !== undefined),
        drawPictures({ pool: inPool(injectPool(TILES_POOL)), page: inPage }),
        takeUntilDestroyed(),
      )
      .subscribe((drawing) => {
        this.canvas().draw(drawing)
        this.progress.note(drawing)
        if (drawing.type === 'done') location.replaceState('/', writeAddress(this.settings))
      })
  }

  protected readonly status = computed(() => {
    const { state, share, error } = this.progress
    if (state() === 'failed') return `This picture can't be drawn: ${error()}`
    return state() === 'done' ? 'Drawn' : `${Math.floor(100 * share())} %`
  })
}
