import type { FactoryProvider } from '@angular/core'
import { DestroyRef, InjectionToken, inject, PLATFORM_ID } from '@angular/core'
import { WorkerStartError } from '../errors.js'
import { badArgument, checkFunction, checkObject } from '../pool/checks.js'
import type { ThreadPoolOptions } from '../pool/poolOptions.js'
import type { Pool, SharedOf } from '../pool/seam.js'
import { threadPool } from '../pool/threadPool.js'
import type { WorkerSource } from '../pool/workerSource.js'
import { describe } from '../wire/describe.js'
import { ApplicationPool, applicationPools } from './applicationPool.js'
import { checkPool } from './injectPool.js'

/**
 * Options of {@link provideThreadPool}.
 *
 * @typeParam M the worker module's type, from the token.
 *
 * @example
 * ```ts
 * import images from './image.worker.js' // shown at `provideThreadPool`
 *
 * // On a server the tasks run in its own thread.
 * const options: ThreadPoolProviderOptions<typeof import('./image.worker.js')> = {
 *   size: 2,
 *   server: () => inlinePool({ default: images }),
 * }
 * ```
 */
export interface ThreadPoolProviderOptions<M = unknown> extends ThreadPoolOptions<SharedOf<M>> {
  /**
   * Gives the pool that is used where the application is rendered on a server, called in the injector's context, so that
   * it may `inject`. The pool is the server's own: it serves all requests, and none of them closes it. Default: none; a
   * use of the pool fails there.
   */
  readonly server?: () => Pool<M>
}

const caller = 'provideThreadPool'

/**
 * Provides a pool of threads: in an application's, a route's or a component's `providers`. Each injector makes its own,
 * when somebody first injects the pool; threads start when something first runs.
 *
 * - **Its end.** The pool is terminated, not closed, when its injector is destroyed: what still runs then is of those who
 *   have unsubscribed, or should have, and a closed pool would hold its threads until all that is done. A stream whose
 *   subscriber is left says nothing more, as if it had been unsubscribed; a `pool.run` that is awaited, which has to
 *   settle, fails with a PoolClosedError. To let work finish, `await pool.close()` before.
 * - **Zones.** Threads, messages and timers of the pool are outside Angular's zone. Results come in the zone in which
 *   they were subscribed, so that change detection sees them: once for the results of a message, not of an item. Who
 *   wants it less often subscribes by `ngZone.runOutsideAngular` and sets signals. In a zoneless application there is
 *   nothing to do.
 * - **Stability.** The application isn't stable (`ApplicationRef.whenStable`, `fixture.whenStable`) while there are
 *   items without their results, as with requests of HttpClient; rendering on a server waits for them. A pipeline that
 *   waits for its source, or `stats$`, is not waited for.
 *
 * @typeParam M the worker module's type, from the token.
 * @param token what the pool is injected by: an `InjectionToken<Pool<typeof import('./x.worker')>>`.
 * @param worker as for {@link threadPool}: for the Angular CLI a function that returns
 *   `new Worker(new URL('./x.worker', import.meta.url), { type: 'module' })`, in just these words.
 * @param options those of {@link threadPool}, and `server`. The default of `name` is the token's description.
 * @throws ParallelError `INVALID_ARGUMENT` for a bad argument; for a bad option when the pool is injected. Where a
 *   server renders and has no pool, what is run emits a WorkerStartError.
 *
 * @example
 * ```ts
 * // image.worker.ts
 * import { expose } from 'rxjs-parallel/worker'
 *
 * export default expose({
 *   thumbnail: (picture: ArrayBuffer) => picture.slice(0, 64),
 * })
 * ```
 * ```ts
 * // app.config.ts
 * import { type ApplicationConfig, InjectionToken } from '@angular/core'
 * import type { Pool } from 'rxjs-parallel'
 * import { provideThreadPool } from 'rxjs-parallel/angular'
 *
 * export const IMAGES = new InjectionToken<Pool<typeof import('./image.worker.js')>>('IMAGES')
 *
 * export const appConfig: ApplicationConfig = {
 *   providers: [
 *     provideThreadPool(IMAGES, () => new Worker(new URL('./image.worker', import.meta.url), { type: 'module' })),
 *   ],
 * }
 * ```
 * ```ts
 * import { Component } from '@angular/core'
 * import { toSignal } from '@angular/core/rxjs-interop'
 * import { IMAGES } from './app.config.js'
 *
 * @Component({ selector: 'app-root', template: '{{ stats().done }} thumbnails of {{ names().length }}' })
 * export class App {
 *   private readonly images = injectPool(IMAGES)
 *   readonly stats = toSignal(this.images.stats$, { requireSync: true })
 *   readonly names = toSignal(of(['roof.png']), { requireSync: true })
 * }
 * ```
 */
export function provideThreadPool<M>(
  token: InjectionToken<Pool<M>>,
  worker: WorkerSource,
  options: ThreadPoolProviderOptions<NoInfer<M>> = {},
): FactoryProvider {
  if (!(token instanceof InjectionToken))
    throw badArgument(caller, `expected an InjectionToken<Pool<…>>, got ${describe(token)}`)
  checkObject(caller, 'options', options)
  checkFunction(caller, 'server', options.server)
  return { provide: token, useFactory: () => makePool(token, worker, options) }
}

function makePool<M>(
  token: InjectionToken<Pool<M>>,
  worker: WorkerSource,
  { server, ...options }: ThreadPoolProviderOptions<M>,
): Pool<M> {
  const { application } = inject(applicationPools)
  const named = { name: nameOf(token), ...options }
  const isServer = inject(PLATFORM_ID) === 'server'
  const pool =
    isServer && server
      ? checkPool(caller, "what the option 'server' returns", server())
      : threadPool<M>(isServer ? noWorker(token) : worker, named)
  return new ApplicationPool(application, pool, !(isServer && server), inject(DestroyRef))
}

/** A thread a request would be too much, even where the server has Web Workers. */
function noWorker(token: InjectionToken<unknown>): () => never {
  return () => {
    throw new WorkerStartError(
      `${caller}: on a server ${token} needs a pool of the server's own; give the option 'server', or provide ` +
        "another pool in the server's configuration",
    )
  }
}

function nameOf(token: InjectionToken<unknown>): string {
  return String(token).replace(/^InjectionToken /, '')
}
