/**
 * A subscriber's stage, in its Angular application.
 * @module
 */
import type { StageEvents, StagePort } from '../flow/stageFlow.js'
import type { Loss } from '../flow/work.js'
import type { Values } from '../wire/messages.js'
import type { Activity } from './activity.js'

/** A stage whose values come in its subscriber's zone. There is something to wait for while it starts, has values or is to end. */
export class BoundStage implements StageEvents {
  private state: 'starting' | 'open' | 'ending' | 'over' = 'starting'

  constructor(
    private readonly stage: StageEvents,
    private readonly activity: Activity,
    /** Told when nothing more comes. */
    private readonly left: () => void,
  ) {}

  get isBusy(): boolean {
    if (this.state === 'open') return this.stage.load > 0
    return this.state !== 'over'
  }

  get task(): StageEvents['task'] {
    return this.stage.task
  }
  get caller(): StageEvents['caller'] {
    return this.stage.caller
  }
  get credit(): number {
    return this.stage.credit
  }
  get load(): number {
    return this.stage.load
  }

  started(port: StagePort, threadId: string): void {
    this.activity.outside(() => {
      if (this.state === 'starting') this.state = 'open'
      this.stage.started(this.bindPort(port), threadId)
    })
  }
  consumed(count: number, busy: number): void {
    this.activity.inside(() => this.stage.consumed(count, busy))
  }
  output(values: Values): void {
    this.activity.inside(() => this.stage.output(values))
  }
  ended(failure: { readonly error: unknown } | undefined): void {
    this.finish(() => this.stage.ended(failure))
  }
  lost(loss: Loss): void {
    this.finish(() => this.stage.lost(loss))
  }
  aborted(error: unknown): void {
    this.finish(() => this.stage.aborted(error))
  }

  cancel(): void {
    this.finish(() => this.stage.cancel())
  }

  /** Nobody wants it any more. */
  leave(how: () => void): void {
    this.activity.outside(() => {
      this.over()
      how()
    })
  }

  private finish(how: () => void): void {
    this.activity.inside(() => {
      this.over()
      how()
    })
  }

  private over(): void {
    this.state = 'over'
    this.left()
  }

  private bindPort(port: StagePort): StagePort {
    const { activity } = this
    return {
      send: (values) => activity.outside(() => port.send(values)),
      grant: (count) => activity.outside(() => port.grant(count)),
      end: () =>
        activity.outside(() => {
          if (this.state === 'open') this.state = 'ending'
          port.end()
        }),
      cancel: () => this.leave(() => port.cancel()),
    }
  }
}
