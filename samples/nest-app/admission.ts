import { Inject, Injectable } from '@nestjs/common'
import type { Pool } from 'rxjs-parallel'
import { InjectPool } from 'rxjs-parallel/nestjs'
import type { Limits } from './limits.js'
import { LIMITS } from './limits.js'

/** Lets so many bodies in at the same time. Each holds a bounded number of points, so that memory is bounded, too. */
@Injectable()
export class Admission {
  private inside = 0

  constructor(
    @InjectPool('countries') private readonly pool: Pool,
    @Inject(LIMITS) private readonly limits: Limits,
  ) {}

  /** Seconds that all that waits now will take, as far as the last seconds tell: from 1 to 60. */
  get retryAfter(): number {
    const { inFlight, queued, perSecond } = this.pool.stats
    return Math.min(60, Math.max(1, Math.ceil((inFlight + queued) / Math.max(1, perSecond))))
  }

  /** Returns what has to be called at the end, once; or nothing, if there are as many as there may be. */
  enter(): (() => void) | undefined {
    if (this.inside >= this.limits.bodies) return undefined
    this.inside++
    return () => {
      this.inside--
    }
  }
}
