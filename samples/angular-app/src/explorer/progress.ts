import { computed, Injectable, inject, signal } from '@angular/core'
import type { Drawing, Order } from '../fractal/drawPictures'
import type { Where } from '../fractal/renderers'
import { FrameClock } from './frameClock'

/** What came of a picture. */
export interface Result {
  /** Milliseconds that it took. */
  readonly time: number
  /** The longest time, in milliseconds, for which the page showed no new frame meanwhile. */
  readonly longestGap: number
}

/** How drawing goes on, and how it went. */
@Injectable()
export class Progress {
  readonly state = signal<'waiting' | 'drawing' | 'done' | 'failed'>('waiting')
  readonly jobs = signal(0)
  readonly done = signal(0)
  readonly share = computed(() => (this.jobs() > 0 ? this.done() / this.jobs() : 1))
  readonly error = signal<unknown>(undefined)
  /** Tiles that were wanted until another picture was. */
  readonly givenUp = signal(0)
  /** Pictures that were drawn to their end. */
  readonly pictures = signal(0)
  /** Of the picture that is shown, by who has drawn it. */
  readonly results = signal<Partial<Record<Where, Result>>>({})

  private readonly clock = inject(FrameClock)
  private began = 0
  private current: Order | undefined

  note(drawing: Drawing): void {
    switch (drawing.type) {
      case 'begun':
        return this.begin(drawing.order, drawing.jobs)
      case 'tile':
        return this.done.update((done) => done + 1)
      case 'done':
        return void this.end(drawing.order)
      case 'failed':
        this.error.set(drawing.error)
        this.state.set('failed')
    }
  }

  private begin(order: Order, jobs: number): void {
    if (order.picture !== this.current?.picture) this.results.set({})
    if (this.state() === 'drawing') this.givenUp.update((tiles) => tiles + this.jobs() - this.done())
    this.current = order
    this.began = performance.now()
    this.clock.gaps.begin()
    this.jobs.set(jobs)
    this.done.set(0)
    this.error.set(undefined)
    this.state.set('drawing')
  }

  private async end(order: Order): Promise<void> {
    const time = performance.now() - this.began
    const longestGap = await this.clock.gaps.end()
    if (order !== this.current) return
    this.results.update((results) => ({ ...results, [order.where]: { time, longestGap } }))
    this.pictures.update((pictures) => pictures + 1)
    this.state.set('done')
  }
}
