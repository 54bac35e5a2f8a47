/**
 * A subscriber's items, in its Angular application.
 * @module
 */
import type { Attachable, Attachment, Dispatch, Loss, Outcomes, Work } from '../flow/work.js'
import type { Manifest } from '../wire/messages.js'
import type { Time } from '../wire/time.js'
import type { Activity } from './activity.js'

/** Work whose results come in its subscriber's zone. */
export class BoundWork implements Work {
  constructor(
    private readonly work: Work,
    private readonly activity: Activity,
    private readonly bind: (pool: Attachable) => Attachable,
  ) {}

  get settle(): ((manifest: Manifest, pool: Attachable) => void) | undefined {
    const { work } = this
    return work.settle && ((manifest, pool) => work.settle?.(manifest, this.bind(pool)))
  }
  get steps(): Work['steps'] {
    return this.work.steps
  }
  get timeout(): number | undefined {
    return this.work.timeout
  }
  get pin(): number | undefined {
    return this.work.pin
  }
  get batchSize(): Work['batchSize'] {
    return this.work.batchSize
  }
  get queued(): number {
    return this.work.queued
  }
  get load(): number {
    return this.work.load
  }
  get alone(): boolean {
    return this.work.alone
  }
  get again(): boolean {
    return this.work.again
  }
  get transfer(): Work['transfer'] {
    return this.work.transfer
  }

  place(item: number): string {
    return this.work.place(item)
  }
  take(): Dispatch | undefined {
    return this.work.take()
  }
  results(dispatch: Dispatch, outcomes: Outcomes): void {
    this.activity.inside(() => this.work.results(dispatch, outcomes))
  }
  refused(dispatch: Dispatch, failures: ReadonlyMap<number, unknown>): number {
    return this.activity.inside(() => this.work.refused(dispatch, failures))
  }
  returned(dispatch: Dispatch, begun: number): void {
    this.work.returned(dispatch, begun)
  }
  lost(dispatch: Dispatch, loss: Loss): number {
    return this.activity.inside(() => this.work.lost(dispatch, loss))
  }
  roomier(): void {
    this.activity.inside(() => this.work.roomier())
  }
  aborted(error: unknown): void {
    this.activity.inside(() => this.work.aborted(error))
  }
  left(error: unknown): void {
    this.activity.inside(() => this.work.left(error))
  }
}

/** The pool's side of it, which runs outside Angular's zone. */
export class BoundAttachment implements Attachment {
  constructor(
    private readonly attachment: Attachment,
    private readonly activity: Activity,
    private readonly detached: () => void,
  ) {}

  get threads(): number {
    return this.attachment.threads
  }
  get time(): Time {
    return this.attachment.time
  }
  capacityFor(batch: number): number {
    return this.attachment.capacityFor(batch)
  }
  ready(): void {
    this.activity.outside(() => this.attachment.ready())
  }
  failed(position: number, error: unknown): void {
    this.activity.outside(() => this.attachment.failed(position, error))
  }
  detach(): void {
    this.activity.outside(() => {
      this.detached()
      this.attachment.detach()
    })
  }
}
