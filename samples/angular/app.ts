// #region component
import { Component, signal } from '@angular/core'
import { toObservable, toSignal } from '@angular/core/rxjs-interop'
import { scan, switchMap } from 'rxjs'
import { parallelMap, pull } from 'rxjs-parallel'
import { injectPool } from 'rxjs-parallel/angular'
import { PRIMES } from './app.config.js'

@Component({
  selector: 'app-root',
  template: `
    <input type="number" [value]="limit()" (input)="limit.set(+$any($event.target).value)" />
    <p>{{ count() }} primes below {{ limit() }}, by {{ stats().threads.length }} threads</p>
  `,
})
export class App {
  private readonly pool = injectPool(PRIMES)
  readonly stats = toSignal(this.pool.stats$, { requireSync: true })

  readonly limit = signal(1_000_000)
  // Counts anew for each limit, and then gives up what is still counted for the one before.
  private readonly count$ = toObservable(this.limit).pipe(
    switchMap((limit) =>
      pull(ranges(limit)).pipe(
        parallelMap(this.pool.tasks.countPrimes, { spread: true }),
        scan((sum, count) => sum + count, 0),
      ),
    ),
  )
  readonly count = toSignal(this.count$, { initialValue: 0 })
}

function* ranges(limit: number): Generator<[from: number, to: number]> {
  for (let from = 0; from < limit; from += 1000) yield [from, Math.min(from + 1000, limit)]
}
// #endregion
