/**
 * A pool as an Angular application has it.
 * @module
 */
import { PoolClosedError } from '../errors.js'
import type { BatchSize } from '../flow/batchSize.js'
import type { StageEvents } from '../flow/stageFlow.js'
import type { Attachment, Work } from '../flow/work.js'
import type { ManagedBackend } from '../pool/backendPool.js'
import type { Admitted, Pool, PoolBackend, PoolStats } from '../pool/seam.js'
import { backend } from '../pool/seam.js'
import type { Manifest, TaskStep } from '../wire/messages.js'
import type { Time } from '../wire/time.js'
import { Activity } from './activity.js'
import type { Application, Enter } from './application.js'
import { BoundStage } from './boundStage.js'
import { BoundAttachment, BoundWork } from './boundWork.js'

/** What runs for an application. */
interface Running {
  aborted(error: unknown): void
  /** Its injector is gone. */
  left(error: unknown): void
}

/**
 * Passes everything on to a pool: what that does runs outside Angular's zone, what comes back runs in the zone in which
 * it was asked for, and the application isn't stable while there are results to come.
 */
export class ApplicationBackend implements ManagedBackend {
  private readonly backend: PoolBackend
  private readonly running = new Set<Running>()
  private readonly onIdle = new Set<() => void>()
  private closed: PoolClosedError | undefined

  /** @param isOwn whether the pool ends with this; another one may be in use elsewhere. */
  constructor(
    private readonly application: Application,
    private readonly pool: Pool<unknown>,
    private readonly isOwn: boolean,
  ) {
    this.backend = pool[backend]
  }

  get time(): Time {
    return this.backend.time
  }
  get size(): number {
    return this.pool.size
  }
  get stats(): PoolStats {
    return this.pool.stats
  }
  threadIdAt(place: number): string | undefined {
    return this.backend.threadIdAt(place)
  }
  batchSizeOf(steps: readonly TaskStep[], size: 'auto' | number): BatchSize {
    return this.backend.batchSizeOf(steps, size)
  }

  attach(work: Work): Attachment {
    this.assertOpen()
    return this.bind(this.backend, this.application.enter).attach(work)
  }

  openStage(stage: StageEvents, place: number): () => void {
    this.assertOpen()
    return this.bind(this.backend, this.application.enter).openStage(stage, place)
  }

  manifest(
    found: (manifest: Manifest, pool: Admitted) => void,
    failed: (error: unknown) => void,
  ): () => void {
    this.assertOpen()
    const { enter } = this.application
    let isAsked = true
    const activity = new Activity(this.application, enter, () => isAsked)
    const answer = (how: () => void) => {
      if (!isAsked) return
      isAsked = false
      this.ended(asked)
      activity.inside(how)
    }
    const asked = {
      aborted: (error: unknown) => answer(() => failed(error)),
      left: () => answer(() => {}),
    }
    this.running.add(asked)
    const giveUp = activity.outside(() =>
      this.backend.manifest(
        (manifest, pool) => answer(() => found(manifest, this.bind(pool, enter))),
        (error) => answer(() => failed(error)),
      ),
    )
    return () => {
      isAsked = false
      this.ended(asked)
      activity.outside(giveUp)
    }
  }

  async ready(): Promise<void> {
    this.assertOpen()
    await this.application.outside(() => this.pool.ready())
  }

  async resize({ min, max }: { min: number; max: number }): Promise<void> {
    this.assertOpen()
    const size = min === max ? max : { min, max }
    await this.application.outside(() => this.pool.resize(size))
  }

  async close(): Promise<void> {
    if (this.isOwn) return this.application.outside(() => this.pool.close())
    this.closed ??= new PoolClosedError('the pool is closed for this application')
    if (this.running.size > 0) await new Promise<void>((resolve) => this.onIdle.add(resolve))
  }

  async terminate(): Promise<void> {
    if (this.isOwn) return this.application.outside(() => this.pool.terminate())
    this.closed ??= new PoolClosedError('the pool was terminated for this application')
    for (const each of [...this.running]) each.aborted(this.closed)
  }

  /** The injector is gone, and with it those for whom something runs. */
  async leave(reason: string): Promise<void> {
    this.closed ??= new PoolClosedError(reason)
    for (const each of [...this.running]) each.left(this.closed)
    if (this.isOwn) await this.application.outside(() => this.pool.terminate())
  }

  private assertOpen(): void {
    if (this.closed) throw this.closed
  }

  /** What runs in a pool for those who subscribed in that zone. */
  private bind(pool: Admitted, enter: Enter): Admitted {
    return {
      time: pool.time,
      attach: (work) => this.attachTo(pool, work, enter),
      openStage: (stage, place) => this.openStageOf(pool, stage, place, enter),
    }
  }

  private attachTo(pool: Pick<Admitted, 'attach'>, work: Work, enter: Enter): Attachment {
    let isAttached = true
    const activity = new Activity(this.application, enter, () => isAttached && work.load > 0)
    const bound = new BoundWork(work, activity, (other) => ({
      attach: (work) => this.attachTo(other, work, enter),
    }))
    const attachment = activity.outside(() => pool.attach(bound))
    this.running.add(bound)
    return new BoundAttachment(attachment, activity, () => {
      isAttached = false
      this.ended(bound)
    })
  }

  private openStageOf(pool: Admitted, stage: StageEvents, place: number, enter: Enter): () => void {
    const activity = new Activity(this.application, enter, () => bound.isBusy)
    const running: Running = {
      aborted: (error) => bound.aborted(error),
      left: () => bound.cancel(),
    }
    const bound: BoundStage = new BoundStage(stage, activity, () => this.ended(running))
    this.running.add(running)
    const giveUp = activity.outside(() => pool.openStage(bound, place))
    return () => bound.leave(giveUp)
  }

  private ended(running: Running): void {
    this.running.delete(running)
    if (this.running.size > 0) return
    for (const resolve of this.onIdle) resolve()
    this.onIdle.clear()
  }
}
