import { ChangeDetectionStrategy, Component, inject, signal } from '@angular/core'
import { injectPool } from 'rxjs-parallel/angular'
import { isPaletteName, paletteNames } from '../fractal/palette'
import { places } from './places'
import { Settings } from './settings'
import { cores, TILES_POOL } from './tilesPool'

/** All that can be chosen. */
@Component({
  selector: 'app-controls',
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './controls.html',
  styleUrl: './controls.css',
})
export class Controls {
  protected readonly settings = inject(Settings)
  private readonly pool = injectPool(TILES_POOL)

  protected readonly places = places
  protected readonly palettes = paletteNames
  protected readonly limits = [500, 2_000, 10_000, 50_000]
  /** At least two, so that it can be seen what more threads than cores bring. */
  protected readonly mostThreads = Math.max(2, cores)
  protected readonly threads = signal(this.pool.size)

  protected setThreads(threads: number): void {
    this.threads.set(threads)
    void this.pool.resize(threads)
    this.settings.again()
  }

  protected setPalette(name: string): void {
    if (isPaletteName(name)) this.settings.palette.set(name)
  }

  protected setLimit(limit: string): void {
    this.settings.limit.set(limit === 'auto' ? 'auto' : Number(limit))
  }

  protected goTo(index: number): void {
    const place = places[index]
    if (place) this.settings.goTo(place)
  }
}
