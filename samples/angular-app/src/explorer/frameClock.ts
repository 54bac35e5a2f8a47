import { DestroyRef, DOCUMENT, Injectable, inject, signal } from '@angular/core'
import { FrameGaps } from './frameGaps'

/** The page's frames, as they come. */
@Injectable()
export class FrameClock {
  readonly gaps = new FrameGaps()
  /** Frames a second, and the gaps before the last ones: told four times a second. */
  readonly state = signal<{ readonly rate: number; readonly recent: readonly number[] }>({
    rate: 0,
    recent: [],
  })

  constructor() {
    const document = inject(DOCUMENT)
    let told = 0
    const onFrame = () => {
      // The time that it is, and not that of the frame: a page that was busy gets its frame late.
      const now = performance.now()
      this.gaps.frame(now)
      next = requestAnimationFrame(onFrame)
      if (now - told < 250) return
      told = now
      this.state.set({ rate: this.gaps.rate, recent: [...this.gaps.recent] })
    }
    let next = requestAnimationFrame(onFrame)
    const onVisibility = () => this.gaps.pause()
    document.addEventListener('visibilitychange', onVisibility)
    inject(DestroyRef).onDestroy(() => {
      cancelAnimationFrame(next)
      document.removeEventListener('visibilitychange', onVisibility)
    })
  }
}
