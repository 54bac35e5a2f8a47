/**
 * A pool of one thread, this one.
 * @module
 */
import type { Engine } from '../../pool/engine.js'
import { Scheduler } from '../../pool/scheduler.js'
import type { PoolEvent } from '../../pool/seam.js'
import { realTime } from '../../wire/time.js'
import type { ExposedFunctions } from '../../worker/exposed.js'
import { LocalLink } from './localLink.js'

export function localEngine(
  name: string,
  exposed: ExposedFunctions,
  concurrency: number,
  tell: (event: PoolEvent) => void,
): Engine {
  return new Scheduler(
    { name, min: 1, max: 1, concurrency, idleTimeout: undefined, time: realTime },
    (link) => new LocalLink(exposed, concurrency, link),
    tell,
  )
}
