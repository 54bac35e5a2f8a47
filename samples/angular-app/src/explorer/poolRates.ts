import { DecimalPipe } from '@angular/common'
import { ChangeDetectionStrategy, Component, computed } from '@angular/core'
import { toSignal } from '@angular/core/rxjs-interop'
import { scan } from 'rxjs'
import { injectPool } from 'rxjs-parallel/angular'
import { sparkline } from './sparkline'
import { TILES_POOL } from './tilesPool'

const SECONDS_SHOWN = 30

/** What the pool has in hand and how fast it is, now and in the last half minute. */
@Component({
  selector: 'app-pool-rates',
  imports: [DecimalPipe],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <dl aria-label="What the pool does now">
      <div><dt>Queued</dt><dd data-is="queued">{{ stats().queued | number }}</dd></div>
      <div><dt>In flight</dt><dd data-is="inFlight">{{ stats().inFlight | number }}</dd></div>
      <div><dt>Tiles a second</dt><dd data-is="perSecond">{{ stats().perSecond | number: '1.0-0' }}</dd></div>
    </dl>
    <svg role="img" aria-label="Tiles a second, in the last half minute" viewBox="0 0 100 20" preserveAspectRatio="none">
      <polyline [attr.points]="points()" />
    </svg>
  `,
  styles: `
    dl {
      display: flex;
      justify-content: space-between;
      margin: 0;
    }
    dt {
      font-size: 0.8em;
    }
    dd {
      margin: 0;
      font-variant-numeric: tabular-nums;
    }
    svg {
      width: 100%;
      height: 2rem;
    }
    polyline {
      fill: none;
      stroke: var(--accent);
      stroke-width: 1.5;
      vector-effect: non-scaling-stroke;
    }
  `,
})
export class PoolRates {
  private readonly pool = injectPool(TILES_POOL)
  protected readonly stats = toSignal(this.pool.stats$, { requireSync: true })
  private readonly rates = toSignal(
    this.pool.stats$.pipe(
      scan((rates: readonly number[], { perSecond }) => [...rates, perSecond].slice(-SECONDS_SHOWN), []),
    ),
    { initialValue: [] },
  )
  protected readonly points = computed(() => sparkline(this.rates(), 100, 20))
}
