/**
 * Stages that run in serving processes: one process each, from its first value to its end.
 * @module
 */
import { ParallelError } from '../../errors.js'
import type { StageEvents, StagePort } from '../../flow/stageFlow.js'
import { sendOneByOne } from '../../pool/cloneFailures.js'
import type { CodecKind } from '../../wire/codec.js'
import { decodeError } from '../../wire/errorCodec.js'
import type { Values } from '../../wire/messages.js'
import { byNats, carry, unpack } from '../carriage.js'
import { lossOf } from '../lossRecord.js'
import { TooLarge, tooLarge } from '../tooLarge.js'
import type { ToCaller } from '../wire.js'
import type { Server } from './server.js'
import type { Servers } from './servers.js'

interface Pending {
  readonly channel: number
  readonly stage: StageEvents
  readonly place: number
}

export class RemoteStages {
  private readonly pending = new Map<number, Pending>()

  constructor(
    private readonly servers: Servers,
    private readonly codec: CodecKind | undefined,
    private readonly settled: () => void,
  ) {}

  get isEmpty(): boolean {
    if (this.pending.size > 0) return false
    for (const { stages } of this.servers.all) if (stages.size > 0) return false
    return true
  }

  /** Returns how to give it up. */
  open(channel: number, stage: StageEvents, place: number): () => void {
    if ('code' in stage.task) {
      stage.aborted(inlineRefused())
      return () => {}
    }
    this.pending.set(channel, { channel, stage, place })
    this.start()
    return () => this.cancel(channel)
  }

  /** Starts those that wait for a process, where there is one. */
  start(): void {
    for (const { channel, stage, place } of [...this.pending.values()]) {
      const server = this.servers.at(place)
      if (!server) return
      this.pending.delete(channel)
      server.stages.set(channel, stage)
      const { name } = stage.task as { name: string }
      server.peer.send({ type: 'stage', channel, name, credit: stage.credit, place })
    }
  }

  message(server: Server, message: Extract<ToCaller, { channel: number }>): void {
    const stage = server.stages.get(message.channel)
    if (!stage) return
    switch (message.type) {
      case 'started':
        return stage.started(this.portOf(server, message.channel), message.threadId)
      case 'consumed':
        return stage.consumed(message.count, message.busy)
      case 'output':
        return stage.output(unpack(message))
      case 'outputEnd':
        return this.ended(server, message.channel, () =>
          stage.ended(message.error && { error: decodeError(message.error, stage.caller) }),
        )
      case 'stageLost':
        return this.ended(server, message.channel, () => stage.lost(lossOf(message.loss)))
      case 'aborted':
        return this.ended(server, message.channel, () => stage.aborted(decodeError(message.error)))
    }
  }

  serverGone(server: Server, why: string): void {
    const loss = lossOf({ threadId: server.threadId, running: [], certain: false })
    for (const [channel, stage] of [...server.stages])
      this.ended(server, channel, () => stage.lost({ ...loss, cause: new Error(why) }))
  }

  abort(error: unknown): void {
    const stages = [...this.pending.values()].map(({ stage }) => stage)
    this.pending.clear()
    for (const server of this.servers.all) {
      stages.push(...server.stages.values())
      for (const channel of server.stages.keys()) server.peer.send({ type: 'cancel', channel })
      server.stages.clear()
    }
    for (const stage of stages) stage.aborted(error)
  }

  private ended(server: Server, channel: number, tell: () => void): void {
    if (!server.stages.delete(channel)) return
    tell()
    this.settled()
  }

  private cancel(channel: number): void {
    this.pending.delete(channel)
    for (const server of this.servers.all)
      if (server.stages.delete(channel)) server.peer.send({ type: 'cancel', channel })
    this.settled()
  }

  private portOf({ peer }: Server, channel: number): StagePort {
    let sent = 0
    const send = (values: Values) => {
      peer.send({ type: 'input', channel, ...carry(values, this.codec) })
      sent += values.length
    }
    const sendOrSplit = (values: Values): Error | undefined => {
      try {
        send(values)
        return undefined
      } catch (cause) {
        if (!(cause instanceof TooLarge))
          return sendOneByOne(
            values,
            (value) => send([value]),
            () => `items[${sent}]`,
            byNats,
          )
        if (values.length === 1) return tooLarge(`items[${sent}]`, cause)
        const half = values.length >> 1
        return sendOrSplit(values.slice(0, half)) ?? sendOrSplit(values.slice(half))
      }
    }
    return {
      send: sendOrSplit,
      end: () => peer.send({ type: 'inputEnd', channel }),
      grant: (count) => peer.send({ type: 'stageCredit', channel, count }),
      cancel: () => this.cancel(channel),
    }
  }
}

/** For a function that has no name there. */
export function inlineRefused(): ParallelError {
  return new ParallelError(
    'UNKNOWN_TASK',
    'an inline function runs in no pool of NATS: serving processes run only what serveTasks() exposes; give it a name there',
  )
}
