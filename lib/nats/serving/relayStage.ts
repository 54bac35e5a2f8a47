/**
 * A caller's branch as the serving pool sees it.
 * @module
 */
import type { StageEvents, StagePort } from '../../flow/stageFlow.js'
import type { Loss } from '../../flow/work.js'
import type { CodecKind } from '../../wire/codec.js'
import { encodeError } from '../../wire/errorCodec.js'
import type { TaskSource, Values } from '../../wire/messages.js'
import { carry, codecOf, unpack } from '../carriage.js'
import { recordOf } from '../lossRecord.js'
import type { Peer } from '../peer.js'
import { sendError, TooLarge, tooLarge } from '../tooLarge.js'
import type { Carried, ToCaller, ToServing } from '../wire.js'

export class RelayStage implements StageEvents {
  readonly task: TaskSource
  readonly caller = undefined
  readonly credit: number
  private readonly channel: number
  private port: StagePort | undefined
  /** What came before it had started. */
  private early: ((port: StagePort) => void)[] = []
  private unread = 0
  /** The form in which its values came is that in which its results go. */
  private codec: CodecKind | undefined
  private over = false

  constructor(
    message: Extract<ToServing, { type: 'stage' }>,
    private readonly peer: Peer,
    private readonly forget: () => void,
  ) {
    this.task = { name: message.name }
    this.credit = message.credit
    this.channel = message.channel
  }

  get load(): number {
    return this.unread
  }

  /** Values for it. Throws Malformed. */
  input(message: Carried): void {
    this.codec = codecOf(message)
    const values = unpack(message)
    this.unread += values.length
    this.whenStarted((port) => {
      const refused = port.send(values)
      if (refused) this.fail(refused)
    })
  }

  inputEnd(): void {
    this.whenStarted((port) => port.end())
  }

  grant(count: number): void {
    this.whenStarted((port) => port.grant(count))
  }

  started(port: StagePort, threadId: string): void {
    if (this.over) return port.cancel()
    this.port = port
    this.tell({ type: 'started', channel: this.channel, threadId })
    for (const each of this.early.splice(0)) each(port)
  }

  consumed(count: number, busy: number): void {
    this.unread -= count
    this.tell({ type: 'consumed', channel: this.channel, count, busy })
  }

  output(values: Values): void {
    if (this.over) return
    try {
      this.tell({ type: 'output', channel: this.channel, ...carry(values, this.codec) })
    } catch (cause) {
      if (!(cause instanceof TooLarge)) throw cause
      if (values.length === 1) return this.fail(tooLarge('result', cause))
      const half = values.length >> 1
      this.output(values.slice(0, half))
      this.output(values.slice(half))
    }
  }

  ended(failure: { readonly error: unknown } | undefined): void {
    this.close(() =>
      sendError(failure && encodeError(failure.error), (error) =>
        this.tell({ type: 'outputEnd', channel: this.channel, error }),
      ),
    )
  }

  lost(loss: Loss): void {
    const record = recordOf(loss)
    this.close(() =>
      sendError(record.cause, (cause) =>
        this.tell({ type: 'stageLost', channel: this.channel, loss: { ...record, cause } }),
      ),
    )
  }

  aborted(error: unknown): void {
    this.close(() =>
      sendError(encodeError(error), (error) => this.tell({ type: 'aborted', channel: this.channel, error })),
    )
  }

  /** Nobody wants the results any more. */
  cancel(): void {
    this.close(() => this.port?.cancel())
  }

  private fail(error: Error): void {
    const { port } = this
    this.ended({ error })
    port?.cancel()
  }

  private whenStarted(act: (port: StagePort) => void): void {
    if (this.over) return
    if (this.port) act(this.port)
    else this.early.push(act)
  }

  private tell(message: ToCaller): void {
    if (!this.over) this.peer.send(message)
  }

  private close(tell: () => void): void {
    if (this.over) return
    tell()
    this.over = true
    this.early = []
    this.forget()
  }
}
