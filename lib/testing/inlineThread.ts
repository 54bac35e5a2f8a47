/**
 * A thread of a pool that is none: what it is sent runs in this thread, at once, by the code that runs in real ones.
 * @module
 */
import type { Link, LinkEvents } from '../pool/link.js'
import { revive } from '../shared/revive.js'
import { compactFrom, compactTo, expandFrom, expandTo } from '../wire/compact.js'
import type { Manifest, ToThread } from '../wire/messages.js'
import { poster, reader } from '../wire/posting.js'
import { localCells, setBusy } from '../wire/sharedCells.js'
import type { Revived, SharingSession } from '../wire/sharing.js'
import { openSharing } from '../wire/sharing.js'
import type { Time } from '../wire/time.js'
import type { ThreadInfo } from '../worker/context.js'
import { dispatcher } from '../worker/dispatcher.js'
import type { ExposedFunctions } from '../worker/exposed.js'
import { manifestOf, resolveTask } from '../worker/resolveTask.js'
import { StageRunner } from '../worker/stageRunner.js'
import { endingReach } from './endingReach.js'
import type { Model } from './model.js'
import { modelled } from './model.js'
import { Processor } from './processor.js'

export interface InlineThreadOptions {
  readonly threadId: string
  readonly exposed: ExposedFunctions
  readonly concurrency: number
  /** As of `threadPool`. */
  readonly shared: Readonly<Record<string, unknown>>
  readonly model: Model
  readonly time: Time
  /** Whether the pool and it share memory, as with a thread and unlike with a process. Default: true. */
  readonly sharesMemory?: boolean
}

export class InlineThread implements Link {
  readonly threadId: string
  readonly manifest: Manifest
  readonly started: Promise<Manifest>
  readonly cells: Int32Array | undefined
  private state: 'works' | 'hangs' | 'dead' = 'works'
  private readonly session: SharingSession
  private readonly revived: Revived | undefined
  private readonly dispatch: (message: ToThread) => void
  /** What was posted and isn't handled yet: as in a real thread, not in the midst of something else. */
  private readonly inbox: unknown[] = []
  private handling = false
  /** Channels that something may run for. */
  private readonly channels = new Set<number>()
  private readonly since: number
  /** What waits for the end of what it computes. */
  private readonly atRest: (() => void)[] = []

  constructor(
    private readonly options: InlineThreadOptions,
    private readonly events: LinkEvents,
  ) {
    const { threadId, exposed, concurrency, shared, model, time, sharesMemory = true } = options
    this.threadId = threadId
    this.cells = sharesMemory ? localCells() : undefined
    this.manifest = manifestOf(exposed)
    this.started = Promise.resolve(this.manifest)
    this.since = time.now()
    const works = () => this.state === 'works'
    const session = openSharing(shared, 'same', (message) => this.revived?.receive(structuredClone(message)))
    this.session = session
    this.revived =
      session.membership &&
      revive(
        session.values,
        endingReach(session.membership.number, () => this.state === 'dead'),
        (message) => session.receive(structuredClone(message)),
      )
    const thread: ThreadInfo = {
      threadId,
      cells: this.cells,
      shared: this.revived?.values ?? shared,
      time: this.time,
      // One that is dead, or hangs, begins nothing more.
      get concurrency() {
        return works() ? concurrency : 0
      },
    }
    this.dispatch = dispatcher(
      thread,
      poster(compactFrom, (data, transfer) => this.answer(data, transfer), undefined),
      (task) => modelled(resolveTask(exposed, task), model, this, 'inlinePool'),
      () => StageRunner,
    )
  }

  /** The thread's own: what it waits for doesn't come where it hangs, or is dead. */
  readonly time: Time = {
    now: () => this.options.time.now(),
    after: (delay, run, stay) => this.options.time.after(delay, () => this.ifWorks(run), stay),
    soon: (run) => this.options.time.soon(() => this.ifWorks(run)),
    endOfTurn: (run) => this.options.time.endOfTurn(() => this.whenAtRest(run)),
  }

  private readonly processor = new Processor(this.time, () => this.rest())

  /** In the form in which it would be posted: what can't be is refused in the same way. */
  readonly post = poster<ToThread>(
    compactTo,
    (data, transfer) => {
      if (this.state === 'dead') return
      this.inbox.push(structuredClone(data, { transfer: [...transfer] }))
      this.handle()
    },
    undefined,
  )

  keepAlive(): void {}

  utilization(): number {
    const passed = this.time.now() - this.since
    return passed > 0 ? Math.min(1, this.processor.computed / passed) : 0
  }

  async terminate(): Promise<void> {
    this.die(1)
  }

  compute(cost: number, run: () => void): () => void {
    return this.processor.compute(cost, run)
  }

  crash(): void {
    this.die(1)
  }

  hang(): void {
    this.state = 'hangs'
  }

  private handle(): void {
    if (this.handling) return
    this.handling = true
    while (this.state === 'works' && this.inbox.length > 0) {
      const message = this.read(this.inbox.shift())
      if ('channel' in message) this.channels.add(message.channel)
      this.dispatch(message)
    }
    this.handling = false
    // An item whose time is limited has begun, and never returns.
    if (this.state === 'hangs') this.cells && setBusy(this.cells, true)
    else if (this.state === 'dead') this.dismiss()
  }

  private readonly read = reader(expandTo, undefined)
  private readonly readAnswer = reader(expandFrom, undefined)

  private answer(data: unknown, transfer: readonly Transferable[]): void {
    if (this.state !== 'works') return
    this.events.message(this.readAnswer(structuredClone(data, { transfer: [...transfer] })))
  }

  private die(exitCode: number): void {
    if (this.state === 'dead') return
    this.state = 'dead'
    this.inbox.length = 0
    this.session.died()
    this.events.died({ exitCode, cause: undefined })
    if (!this.handling) this.dismiss()
  }

  /** In a real thread all would be gone: here it is told to stop. */
  private dismiss(): void {
    for (const channel of this.channels) this.dispatch({ type: 'cancel', channel })
    this.channels.clear()
  }

  private ifWorks(run: () => void): void {
    if (this.state === 'works') run()
  }

  /** While it computes, its event loop doesn't turn. */
  private whenAtRest(run: () => void): void {
    if (this.processor.isBusy) this.atRest.push(run)
    else this.ifWorks(run)
  }

  private rest(): void {
    for (const run of this.atRest.splice(0)) this.time.endOfTurn(run)
  }
}
