/**
 * A pool before its first use: keeps what is asked of it until its engine is loaded.
 * @module
 */
import { PoolClosedError, WorkerStartError } from '../errors.js'
import { BatchSize } from '../flow/batchSize.js'
import type { StageEvents } from '../flow/stageFlow.js'
import type { Attachment, Work } from '../flow/work.js'
import { messageOf } from '../wire/describe.js'
import type { Manifest, TaskStep } from '../wire/messages.js'
import type { Time } from '../wire/time.js'
import type { ManagedBackend } from './backendPool.js'
import type { Engine } from './engine.js'
import { platform } from './node/platform.js'
import type { Admitted, PoolStats } from './seam.js'
import { taskKey } from './taskKey.js'

const noStats: PoolStats = {
  inFlight: 0,
  queued: 0,
  done: 0,
  failed: 0,
  perSecond: 0,
  threads: [],
  serviceTime: { p50: 0, p90: 0, p99: 0 },
}

/** What is told how the loading went. */
interface Waiting {
  run(engine: Engine): void
  failed(error: unknown): void
}

export class LazyBackend implements ManagedBackend {
  readonly time: Time
  private loading: Promise<Engine> | undefined
  private closed: string | undefined
  private readonly sizes = new Map<string, BatchSize>()
  /** Asked for before the engine was there, in their order; each is dropped when it is given up. */
  private readonly waiting = new Set<Waiting>()

  constructor(
    private readonly name: string,
    /** The least and the most threads, now. */
    public bounds: { min: number; max: number },
    private readonly load: () => Promise<Engine>,
    /** The engine, where it is there already. */
    private engine?: Engine,
  ) {
    this.loading = engine && Promise.resolve(engine)
    this.time = engine?.time ?? platform.time
  }

  get size(): number {
    return this.bounds.max
  }

  get stats(): PoolStats {
    return this.engine?.stats() ?? noStats
  }

  attach(work: Work): Attachment {
    this.assertOpen()
    if (this.engine) return this.engine.attach(work)
    let attachment: Attachment | undefined
    const giveUp = this.whenLoaded({
      run: (engine) => {
        attachment = engine.attach(work)
        attachment.ready()
        work.roomier()
      },
      failed: (error) => work.aborted(error),
    })
    const backend = this
    return {
      ready: () => attachment?.ready(),
      failed: (position, error) => attachment?.failed(position, error),
      detach: () => (attachment ? attachment.detach() : giveUp()),
      get threads() {
        return attachment?.threads ?? backend.size
      },
      time: this.time,
      capacityFor: (batch) => attachment?.capacityFor(batch) ?? this.size,
    }
  }

  openStage(stage: StageEvents, place: number): () => void {
    return this.ask(
      (engine) => engine.openStage(stage, place),
      (error) => stage.aborted(error),
    )
  }

  manifest(
    found: (manifest: Manifest, pool: Admitted) => void,
    failed: (error: unknown) => void,
  ): () => void {
    return this.ask((engine) => engine.manifest(found, failed), failed)
  }

  threadIdAt(place: number): string | undefined {
    return this.engine?.threadIdAt(place)
  }

  batchSizeOf(steps: readonly TaskStep[], size: 'auto' | number): BatchSize {
    const key = taskKey(steps)
    if (size !== 'auto' || typeof key !== 'string') return new BatchSize(size)
    const known = this.sizes.get(key) ?? new BatchSize()
    this.sizes.set(key, known)
    return known
  }

  async ready(): Promise<void> {
    this.assertOpen()
    await (await this.loaded()).ready()
  }

  async resize(bounds: { min: number; max: number }): Promise<void> {
    this.assertOpen()
    this.bounds = bounds
    if (this.loading) await (await this.loading).resize(bounds.min, bounds.max)
  }

  async close(): Promise<void> {
    this.closed ??= `the pool ${this.name} is closed`
    await (await this.loading)?.close(this.closed)
  }

  async terminate(): Promise<void> {
    this.closed ??= `the pool ${this.name} was terminated`
    // At once, where there is an engine: what has come in is not emitted any more.
    await (this.engine ?? (await this.loading))?.terminate(this.closed)
  }

  private assertOpen(): void {
    if (this.closed) throw new PoolClosedError(this.closed)
  }

  /** Asks the engine for something; returns how to give it up, before it is there and afterwards. */
  private ask(question: (engine: Engine) => () => void, failed: Waiting['failed']): () => void {
    this.assertOpen()
    let giveUp: () => void = () => {}
    const run = (engine: Engine) => {
      giveUp = question(engine)
    }
    const giveUpWaiting = this.whenLoaded({ run, failed })
    return () => {
      giveUpWaiting()
      giveUp()
    }
  }

  /** Runs at once, or when the engine is there. Returns how to give it up. */
  private whenLoaded(waiting: Waiting): () => void {
    if (this.engine) {
      waiting.run(this.engine)
      return () => {}
    }
    this.waiting.add(waiting)
    // Whoever waits is told.
    this.loaded().catch(() => {})
    return () => this.waiting.delete(waiting)
  }

  private loaded(): Promise<Engine> {
    this.loading ??= this.load().then(
      (engine) => {
        this.engine = engine
        this.tellAll((waiting) => waiting.run(engine))
        return engine
      },
      (cause) => {
        // The next use may have more luck.
        this.loading = undefined
        const message = `the pool ${this.name} could not be loaded: ${messageOf(cause)}`
        const error = cause instanceof WorkerStartError ? cause : new WorkerStartError(message, { cause })
        this.tellAll((waiting) => waiting.failed(error))
        throw error
      },
    )
    return this.loading
  }

  private tellAll(tell: (waiting: Waiting) => void): void {
    const all = [...this.waiting]
    this.waiting.clear()
    for (const waiting of all) tell(waiting)
  }
}
