import { DestroyRef, InjectionToken, inject, NgZone, PendingTasks } from '@angular/core'
import type { Observable } from 'rxjs'
import { BackendPool } from '../pool/backendPool.js'
import type { Pool, PoolStats } from '../pool/seam.js'
import { Application } from './application.js'
import { ApplicationBackend } from './applicationBackend.js'

/** A pool as an Angular application has it: see {@link ApplicationBackend}. */
export class ApplicationPool<M> extends BackendPool<M> {
  override readonly stats$: Observable<PoolStats>

  /**
   * @param isOwn whether the pool ends with the injector; another one may be in use elsewhere.
   * @param destroyRef tells of the injector's end.
   */
  constructor(application: Application, pool: Pool<M>, isOwn: boolean, destroyRef: DestroyRef) {
    const managed = new ApplicationBackend(application, pool, isOwn)
    super(managed, application.observe(pool.events$))
    // A timer in Angular's zone would keep the application from ever being stable.
    this.stats$ = application.observe(pool.stats$)
    // After all others have heard of that end: whoever gives a run up then, by its signal, has a reason of their own.
    destroyRef.onDestroy(() =>
      queueMicrotask(() => void managed.leave('the injector of the pool was destroyed')),
    )
  }
}

/** An application's pools. */
class ApplicationPools {
  readonly application = new Application(inject(NgZone), inject(PendingTasks))
  private readonly destroyRef = inject(DestroyRef)
  private readonly known = new WeakMap<Pool<never>, ApplicationPool<unknown>>()

  /** The pool as this application has it: the same one each time. */
  of<M>(pool: Pool<M>): Pool<M> {
    if (pool instanceof ApplicationPool) return pool
    const known = this.known.get(pool as Pool<never>)
    if (known) return known as ApplicationPool<M>
    const made = new ApplicationPool(this.application, pool, false, this.destroyRef)
    this.known.set(pool as Pool<never>, made)
    return made
  }
}

export const applicationPools = new InjectionToken('the pools of rxjs-parallel', {
  providedIn: 'root',
  factory: () => new ApplicationPools(),
})
