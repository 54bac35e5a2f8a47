import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core'
import { FrameClock } from './frameClock'
import { keptGaps } from './frameGaps'

const barWidth = 2
const width = keptGaps * barWidth
const height = 40
/** A gap that fills the meter's height, in milliseconds. */
const tallest = 250

/** Frames a second, and a bar for each gap between the last ones: the taller, the longer nothing moved. */
@Component({
  selector: 'app-frame-meter',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <p><b>{{ rate() }}</b> frames a second</p>
    <svg [attr.viewBox]="viewBox" preserveAspectRatio="none" aria-hidden="true">
      <path [attr.d]="bars()" />
      <line x1="0" [attr.x2]="width" [attr.y1]="limit" [attr.y2]="limit" />
    </svg>
  `,
  styles: `
    p {
      margin: 0 0 0.3rem;
    }
    b {
      font-size: 1.6rem;
      font-variant-numeric: tabular-nums;
    }
    svg {
      display: block;
      width: 100%;
      height: 2.5rem;
      border-bottom: 1px solid var(--line);
    }
    path {
      stroke: var(--accent);
      stroke-width: 1.4;
    }
    line {
      stroke: var(--warning);
      stroke-width: 0.5;
      stroke-dasharray: 3 3;
    }
  `,
})
export class FrameMeter {
  protected readonly width = width
  protected readonly viewBox = `0 0 ${width} ${height}`
  private readonly clock = inject(FrameClock)
  protected readonly rate = computed(() => Math.round(this.clock.state().rate))
  protected readonly bars = computed(() =>
    this.clock
      .state()
      .recent.map((gap, index) => `M${index * barWidth + barWidth / 2} ${height}V${barTop(gap)}`)
      .join(''),
  )
  /** Where bars of 50 ms end: eyes don't take longer ones for motion. */
  protected readonly limit = barTop(50)
}

/** By the square root: short gaps, too, are to be seen. */
const barTop = (gap: number): number => height * (1 - Math.sqrt(Math.min(1, gap / tallest)))
