/**
 * The pipeline: from the pictures that are wanted to the tiles that are drawn.
 * @module
 */
import type { Observable, OperatorFunction } from 'rxjs'
import { catchError, concat, defer, map, of, switchMap, tap } from 'rxjs'
import type { Picture } from './picture'
import { isFinished, jobsOf, stillFinished } from './picture'
import type { RenderTiles, Where } from './renderers'
import type { TileImage } from './renderTile'
import { keyOf } from './tiles'

/** A picture that is wanted, and who is to compute it. */
export interface Order {
  readonly picture: Picture
  readonly where: Where
  /** Another number than before has the picture drawn from scratch. */
  readonly round: number
}

export type Drawing =
  | { readonly type: 'begun'; readonly order: Order; readonly afresh: boolean; readonly jobs: number }
  | { readonly type: 'tile'; readonly order: Order; readonly image: TileImage }
  | { readonly type: 'done'; readonly order: Order }
  | { readonly type: 'failed'; readonly order: Order; readonly error: unknown }

/**
 * Draws picture after picture. A new one gives up what is left of the one before, and computes only what that hasn't
 * finished, if it is the same picture moved. A failure ends one picture, not the stream.
 */
export function drawPictures(render: Readonly<Record<Where, RenderTiles>>): OperatorFunction<Order, Drawing> {
  return (orders$) =>
    defer(() => {
      let before: Order | undefined
      let finished = new Set<string>()
      return orders$.pipe(
        switchMap((order): Observable<Drawing> => {
          const { picture, where } = order
          const last = before?.round === order.round && before.where === where ? before : undefined
          finished = last ? stillFinished(finished, last.picture, picture) : new Set()
          before = order
          const jobs = jobsOf(picture, finished)
          const tiles$ = render[where](jobs).pipe(
            tap((image) => isFinished(picture, image) && finished.add(keyOf(image.tile))),
            map((image): Drawing => ({ type: 'tile', order, image })),
          )
          return concat(
            of<Drawing>({ type: 'begun', order, afresh: !last, jobs: jobs.length }),
            tiles$,
            of<Drawing>({ type: 'done', order }),
          ).pipe(catchError((error: unknown) => of<Drawing>({ type: 'failed', order, error })))
        }),
      )
    })
}
