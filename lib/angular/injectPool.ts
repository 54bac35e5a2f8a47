import type { InjectionToken } from '@angular/core'
import { assertInInjectionContext, inject } from '@angular/core'
import { badArgument } from '../pool/checks.js'
import type { Pool } from '../pool/seam.js'
import { backend } from '../pool/seam.js'
import { describe } from '../wire/describe.js'
import { applicationPools } from './applicationPool.js'

/**
 * The pool that is provided for a token: by {@link provideThreadPool}, or any other pool by a provider of Angular's own,
 * as in tests (`{ provide: IMAGES, useFactory: () => inlinePool(tasks) }`) and on servers
 * (`{ provide: IMAGES, useValue: pool }`). Such a pool is used as if it had been made for this application: see there
 * for zones and stability. Only, it isn't the application's to end: `close` and `terminate` end what it does for this
 * application, and so does the application's own end.
 *
 * Must be called in an injection context: in a field's initializer, a constructor, a factory.
 *
 * @typeParam M the worker module's type, from the token.
 * @throws Error NG0203 outside of an injection context.
 * @throws ParallelError `INVALID_ARGUMENT` where nothing is provided for the token, or no pool.
 *
 * @example
 * ```ts
 * import { Injectable } from '@angular/core'
 * import { IMAGES } from './app.config.js' // shown at `provideThreadPool`
 *
 * @Injectable({ providedIn: 'root' })
 * export class Thumbnails {
 *   private readonly images = injectPool(IMAGES)
 *   readonly of = (picture: ArrayBuffer) => this.images.run(this.images.tasks.thumbnail, picture)
 * }
 * ```
 */
export function injectPool<M>(token: InjectionToken<Pool<M>>): Pool<M> {
  assertInInjectionContext(injectPool)
  const pool = inject(token, { optional: true })
  if (pool === null)
    throw badArgument(
      'injectPool',
      `nothing is provided for ${token}; put provideThreadPool(…) into the providers of the application, ` +
        'the route or the component',
    )
  return inject(applicationPools).of(checkPool('injectPool', `what is provided for ${token}`, pool))
}

/** A pool, whoever made it. */
export function checkPool<M>(caller: string, what: string, pool: Pool<M>): Pool<M> {
  if (typeof pool === 'object' && pool !== null && backend in pool) return pool
  throw badArgument(caller, `${what} must be a pool, got ${describe(pool)}`)
}
