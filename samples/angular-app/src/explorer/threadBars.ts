import { DecimalPipe, PercentPipe } from '@angular/common'
import { ChangeDetectionStrategy, Component } from '@angular/core'
import { toSignal } from '@angular/core/rxjs-interop'
import { injectPool } from 'rxjs-parallel/angular'
import { threadLoads } from './threadLoads'
import { TILES_POOL } from './tilesPool'

/** How busy each thread of the pool is. */
@Component({
  selector: 'app-thread-bars',
  imports: [DecimalPipe, PercentPipe],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <ul aria-label="How busy the pool's threads are">
      @for (thread of loads(); track thread.threadId) {
        <li>
          <span>Thread {{ $index + 1 }}</span>
          <span
            class="bar"
            role="meter"
            aria-valuemin="0"
            aria-valuemax="100"
            [attr.aria-valuenow]="thread.load * 100 | number: '1.0-0'"
            [attr.aria-label]="'Thread ' + ($index + 1)"
          >
            <span class="load" [style.transform]="'scaleX(' + thread.load + ')'"></span>
          </span>
          <span class="number">{{ thread.load | percent }}</span>
          <span class="number">{{ thread.done | number }}</span>
        </li>
      } @empty {
        <li>No thread has been started yet.</li>
      }
    </ul>
  `,
  styles: `
    ul {
      padding: 0;
      margin: 0;
      list-style: none;
    }
    li {
      display: grid;
      grid-template-columns: max-content 1fr 3rem 4rem;
      gap: 0.6rem;
      align-items: center;
    }
    .bar {
      height: 0.6rem;
      overflow: hidden;
      background: var(--line);
      border-radius: 0.3rem;
    }
    .load {
      display: block;
      height: 100%;
      background: var(--accent);
      transform-origin: left;
      transition: transform 0.4s;
    }
    .number {
      font-variant-numeric: tabular-nums;
      text-align: end;
    }
  `,
})
export class ThreadBars {
  protected readonly loads = toSignal(threadLoads(injectPool(TILES_POOL)), { initialValue: [] })
}
