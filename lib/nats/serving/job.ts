/**
 * A batch in a serving process.
 * @module
 */
import type { Chunk } from '../../flow/chunkQueue.js'
import { pausedItems } from '../../flow/dispatch.js'
import type { Dispatch } from '../../flow/work.js'
import type { CodecKind } from '../../wire/codec.js'
import type { Values } from '../../wire/messages.js'
import type { Batch } from '../wire.js'
import type { Delivery } from './pulls.js'

export class Job {
  readonly chunk: JobChunk
  /** Items without an outcome. */
  left: number
  /** What the serving pool was given of it. */
  readonly dispatches = new Set<Dispatch>()
  /** Items of which a value could not be sent: nothing more of them is wanted. */
  refused: Set<number> | undefined
  begun = false
  /** Whether an item of it has emitted values before its end. */
  emits = false
  over = false

  constructor(
    readonly batch: Batch,
    values: Values,
    readonly codec: CodecKind | undefined,
    /** Undefined for one that didn't come through the stream. */
    public delivery: Delivery | undefined,
  ) {
    this.chunk = { start: 0, values, job: this }
    this.left = values.length
  }

  get id(): number {
    return this.batch.id
  }

  /** Whether all that is left of it waits for room downstream. */
  get isPaused(): boolean {
    if (!this.begun || this.left === 0) return false
    let paused = 0
    for (const dispatch of this.dispatches) paused += pausedItems(dispatch)
    return paused >= this.left
  }
}

/** By which a dispatch knows its job. */
export interface JobChunk extends Chunk<unknown> {
  readonly job: Job
}

export function jobOf({ slice }: Dispatch): Job {
  return (slice.chunk as JobChunk).job
}
