/**
 * A pool before its first use: keeps what is asked of it until its engine is loaded.
 * @module
 */
import { PoolClosedError } from '../errors.js'
import { BatchSize } from '../flow/batchSize.js'
import type { StageEvents } from '../flow/stageFlow.js'
import type { Attachment, Work } from '../flow/work.js'
import type { Manifest, TaskStep } from '../wire/messages.js'
import type { Engine } from './engine.js'
import type { PoolBackend, PoolStats } from './seam.js'
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

export class LazyBackend implements PoolBackend {
  private engine: Engine | undefined
  private loading: Promise<Engine> | undefined
  private closed: string | undefined
  private readonly sizes = new Map<string, BatchSize>()
  /** Asked for before the engine was there, in their order; each is dropped when it is given up. */
  private readonly waiting = new Set<(engine: Engine) => void>()

  constructor(
    private readonly name: string,
    /** The least and the most threads, now. */
    public bounds: { min: number; max: number },
    private readonly load: () => Promise<Engine>,
  ) {}

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
    const giveUp = this.whenLoaded((engine) => {
      attachment = engine.attach(work)
      attachment.ready()
      work.roomier()
    })
    const { size } = this
    return {
      ready: () => attachment?.ready(),
      detach: () => (attachment ? attachment.detach() : giveUp()),
      threads: size,
      capacityFor: (batch) => attachment?.capacityFor(batch) ?? size,
    }
  }

  openStage(stage: StageEvents, place: number): () => void {
    this.assertOpen()
    let giveUp: () => void = () => {}
    const giveUpWaiting = this.whenLoaded((engine) => {
      giveUp = engine.openStage(stage, place)
    })
    return () => {
      giveUpWaiting()
      giveUp()
    }
  }

  manifest(found: (manifest: Manifest) => void, failed: (error: unknown) => void): void {
    this.assertOpen()
    this.whenLoaded((engine) => engine.manifest(found, failed))
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
    await (await this.loading)?.terminate(this.closed)
  }

  private assertOpen(): void {
    if (this.closed) throw new PoolClosedError(this.closed)
  }

  /** Runs at once, or when the engine is there. Returns how to give it up. */
  private whenLoaded(run: (engine: Engine) => void): () => void {
    if (this.engine) {
      run(this.engine)
      return () => {}
    }
    this.waiting.add(run)
    void this.loaded()
    return () => this.waiting.delete(run)
  }

  private loaded(): Promise<Engine> {
    this.loading ??= this.load().then((engine) => {
      this.engine = engine
      for (const run of this.waiting) run(engine)
      this.waiting.clear()
      return engine
    })
    return this.loading
  }
}
