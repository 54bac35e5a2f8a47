/**
 * Who computes tiles.
 * @module
 */
import type { Observable } from 'rxjs'
import { concatMap, from, map, timer } from 'rxjs'
import type { Pool } from 'rxjs-parallel'
import { parallelMap, pull } from 'rxjs-parallel'
import type { TileImage, TileJob } from './renderTile'
import { renderTile } from './renderTile'

export type TilesPool = Pool<typeof import('./tiles.worker')>

/** Computes tiles, and emits each as it is there. Unsubscribing gives up what is left. */
export type RenderTiles = (jobs: readonly TileJob[]) => Observable<TileImage>

/** Who can compute: the pool's threads, or the page's own. */
export type Where = 'pool' | 'page'

/** In the pool's threads. */
export const inPool =
  (pool: TilesPool): RenderTiles =>
  (jobs) =>
    pull(jobs).pipe(parallelMap(pool.tasks.renderTile, { ordered: false }))

/** In the page's own thread, which can do something else only between one tile and the next. */
export const inPage: RenderTiles = (jobs) =>
  from(jobs).pipe(concatMap((job) => timer(0).pipe(map(() => renderTile(job)))))
