/**
 * An Angular application, as far as its pools have to do with it: in which zone something runs, and whether it is
 * stable.
 * @module
 */
import type { PendingTasks } from '@angular/core'
import { NgZone } from '@angular/core'
import { Observable } from 'rxjs'

/** Runs something in a certain zone. */
export type Enter = <R>(run: () => R) => R

export class Application {
  /** How many wait for results. */
  private waiting = 0
  private settling = false
  private done: (() => void) | undefined

  constructor(
    private readonly zone: NgZone,
    private readonly pendingTasks: PendingTasks,
  ) {}

  /** Runs what a pool does by itself: its workers' messages and its timers are none of Angular's zone. */
  outside<R>(run: () => R): R {
    return this.zone.runOutsideAngular(run)
  }

  /** How to come back to the zone in which this is asked. */
  get enter(): Enter {
    if (NgZone.isInAngularZone()) return (run) => this.zone.run(run)
    return (run) => run()
  }

  /** The application isn't stable until what is returned has been called, once. */
  begin(): () => void {
    this.done ??= this.pendingTasks.add()
    this.waiting++
    return () => {
      if (--this.waiting === 0) this.settleSoon()
    }
  }

  /** Not at once: whoever awaits a result, and then asks for the next, comes some microtasks later. */
  private settleSoon(): void {
    if (this.settling) return
    this.settling = true
    const settle = () => {
      this.settling = false
      if (this.waiting > 0) return
      this.done?.()
      this.done = undefined
    }
    this.outside(() => setTimeout(settle))
  }

  /** The same stream, whose source runs outside Angular's zone, and whose notifications come in the subscriber's. */
  observe<T>(source: Observable<T>): Observable<T> {
    return new Observable((subscriber) => {
      const { enter } = this
      return this.outside(() =>
        source.subscribe({
          next: (value) => enter(() => subscriber.next(value)),
          error: (error: unknown) => enter(() => subscriber.error(error)),
          complete: () => enter(() => subscriber.complete()),
        }),
      )
    })
  }
}
