import { InjectionToken } from '@angular/core'
import { provideThreadPool } from 'rxjs-parallel/angular'
import type { TilesPool } from '../fractal/renderers'

/** The threads that compute tiles. */
export const TILES_POOL = new InjectionToken<TilesPool>('TILES_POOL')

/** The cores of this machine, as far as the browser tells. */
export const cores = navigator.hardwareConcurrency

export const provideTilesPool = () =>
  provideThreadPool(
    TILES_POOL,
    () => new Worker(new URL('../fractal/tiles.worker', import.meta.url), { type: 'module' }),
    // One core is left to the page.
    { name: 'tiles', size: Math.max(1, cores - 1) },
  )
