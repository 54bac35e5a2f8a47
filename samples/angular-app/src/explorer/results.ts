import { DecimalPipe } from '@angular/common'
import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core'
import type { Where } from '../fractal/renderers'
import { Progress } from './progress'

const names: readonly { readonly where: Where; readonly name: string }[] = [
  { where: 'pool', name: 'The pool' },
  { where: 'page', name: 'The page itself' },
]

/** What this picture cost, by who has drawn it. */
@Component({
  selector: 'app-results',
  imports: [DecimalPipe],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <table>
      <thead>
        <tr>
          <th scope="col">This picture</th>
          <th scope="col">Time</th>
          <th scope="col">Longest gap</th>
        </tr>
      </thead>
      <tbody>
        @for (row of rows(); track row.where) {
          <tr [attr.data-where]="row.where">
            <th scope="row">{{ row.name }}</th>
            @if (row.result; as result) {
              <td>{{ result.time / 1000 | number: '1.2-2' }} s</td>
              <td [class.long]="result.longestGap >= 50">{{ result.longestGap | number: '1.0-0' }} ms</td>
            } @else {
              <td>–</td>
              <td>–</td>
            }
          </tr>
        }
      </tbody>
    </table>
  `,
  styles: `
    table {
      width: 100%;
      border-collapse: collapse;
    }
    th {
      font-weight: normal;
      text-align: start;
    }
    thead th {
      color: var(--quiet);
    }
    td,
    th:not(:first-child) {
      font-variant-numeric: tabular-nums;
      text-align: end;
    }
    .long {
      font-weight: 600;
      color: var(--warning);
    }
  `,
})
export class Results {
  private readonly progress = inject(Progress)
  protected readonly rows = computed(() =>
    names.map((row) => ({ ...row, result: this.progress.results()[row.where] })),
  )
}
