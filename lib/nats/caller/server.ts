/**
 * A serving process as a caller sees it, with all that it has of this caller.
 * @module
 */
import type { StageEvents } from '../../flow/stageFlow.js'
import type { Peer } from '../peer.js'
import type { Hello } from '../wire.js'
import type { Owner, Part } from './part.js'

export class Server implements Owner {
  readonly parts = new Map<number, Part>()
  /** Stages that it runs, or is about to. */
  readonly stages = new Map<number, StageEvents>()
  readonly channels = new Set<number>()
  constructor(
    readonly peer: Peer,
    public hello: Hello,
  ) {}

  get id(): string {
    return this.peer.id
  }

  get threadId(): string {
    return this.hello.threadId
  }

  /** Items that it has. */
  get inFlight(): number {
    let sum = 0
    for (const { left } of this.parts.values()) sum += left
    return sum
  }
}
