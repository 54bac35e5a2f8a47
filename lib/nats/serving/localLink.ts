/**
 * A thread of a pool that is none: what it is given runs in this process, by the code that runs in real ones.
 * @module
 */

import type { Link, LinkEvents } from '../../pool/link.js'
import { localThreadId } from '../../pool/node/localThread.js'
import { encodeFrame } from '../../wire/frames.js'
import type { FromThread, Manifest, ToThread } from '../../wire/messages.js'
import { realTime } from '../../wire/time.js'
import { dispatcher } from '../../worker/dispatcher.js'
import type { ExposedFunctions } from '../../worker/exposed.js'
import { loadStages } from '../../worker/node/parts.js'
import { manifestOf, resolveTask } from '../../worker/resolveTask.js'

/** Milliseconds over which a share of time is taken. */
const busyWindow = 1

export class LocalLink implements Link {
  readonly threadId = localThreadId()
  readonly cells = undefined
  readonly manifest: Manifest
  readonly started: Promise<Manifest>
  private readonly dispatch: (message: ToThread) => void
  private readonly inbox: ToThread[] = []
  private handling = false
  private isDead = false
  private readonly since = performance.now()
  private worked = 0

  constructor(
    exposed: ExposedFunctions,
    concurrency: number,
    private readonly events: LinkEvents,
  ) {
    this.manifest = manifestOf(exposed)
    this.started = Promise.resolve(this.manifest)
    const lives = () => !this.isDead
    this.dispatch = dispatcher(
      {
        threadId: this.threadId,
        cells: undefined,
        shared: {},
        time: realTime,
        get concurrency() {
          return lives() ? concurrency : 0
        },
      },
      (message, transfer) => this.answer(message, transfer),
      (task) => resolveTask(exposed, task),
      loadStages,
    )
  }

  /** Not in the midst of something else. */
  post(message: ToThread): void {
    this.inbox.push(message)
    if (this.handling) return
    this.handling = true
    try {
      for (let next = this.inbox.shift(); next && !this.isDead; next = this.inbox.shift()) this.dispatch(next)
    } finally {
      this.handling = false
    }
  }

  keepAlive(): void {}

  utilization(): number {
    return Math.min(1, this.worked / Math.max(busyWindow, performance.now() - this.since))
  }

  /** What it runs can't be ended: nothing more of it is heard. */
  async terminate(): Promise<void> {
    if (this.isDead) return
    this.isDead = true
    this.inbox.length = 0
    this.events.died({ exitCode: undefined, cause: undefined })
  }

  /** Throws for values that can't be sent on, as a thread's port does. */
  private answer(message: FromThread, _transfer?: readonly Transferable[]): void {
    if (this.isDead) return
    if (message.type === 'results' || message.type === 'output') encodeFrame(message.values)
    if ('busy' in message) this.worked += message.busy
    this.events.message(message)
  }
}
