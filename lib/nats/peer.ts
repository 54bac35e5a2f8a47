/**
 * A process at the other end of a NATS server, and what was said to it and by it. Core NATS loses what is published
 * while a connection is cut; so messages are numbered, kept until they are known to have come, and sent again.
 * @module
 */
import { randomUUID } from 'node:crypto'
import type { Packet } from './wire.js'

export interface PeerPort {
  /** This process. */
  readonly me: string
  publish(to: string, packet: Packet, reply?: boolean): void
  /** One that was made before. */
  publishAgain(to: string, bytes: Uint8Array): void
  encode(packet: Packet): Uint8Array
  now(): number
  message(peer: Peer, body: unknown): void
  /** The other side knows nothing of us any more. */
  broken(peer: Peer): void
}

export class Peer {
  /** When it was last heard. */
  lastHeard: number
  /** Since when the server knows of nobody of that name. */
  absentSince: number | undefined
  /** Whether it was ever heard. */
  wasHeard = false
  /** Whether it was given up before: once the server knows of nobody of that name, it is gone. */
  isDoubtful = false
  /** Called when it is heard for the first time. */
  onceHeard: (() => void) | undefined
  private readonly stream = randomUUID()
  private sent = 0
  private unconfirmed: { readonly seq: number; readonly bytes: Uint8Array }[] = []
  private theirs: string | undefined
  private received = 0
  private ackQueued = false
  private resentAt = Number.NEGATIVE_INFINITY

  constructor(
    readonly id: string,
    private readonly port: PeerPort,
  ) {
    this.lastHeard = port.now()
  }

  /** Throws what structured clone throws, and for what is larger than the server takes; then nothing was sent. */
  send(body: object): void {
    const seq = this.sent + 1
    const bytes = this.port.encode({ type: 'data', from: this.port.me, stream: this.stream, seq, body })
    this.sent = seq
    this.unconfirmed.push({ seq, bytes })
    this.port.publishAgain(this.id, bytes)
  }

  /** Asks for a sign of life, and whether all has come. */
  probe(): void {
    this.port.publish(
      this.id,
      { type: 'probe', from: this.port.me, stream: this.stream, seq: this.sent },
      true,
    )
  }

  /** Our own connection was cut: silence says nothing about the other side. */
  reconnected(): void {
    this.absentSince = undefined
    this.lastHeard = this.port.now()
    this.resend()
    this.probe()
  }

  /** Something came from it. */
  packet(packet: Exclude<Packet, { type: 'leave' }>): void {
    this.lastHeard = this.port.now()
    this.absentSince = undefined
    this.isDoubtful = false
    if (!this.wasHeard) {
      this.wasHeard = true
      this.onceHeard?.()
    }
    switch (packet.type) {
      case 'data':
        return this.data(packet.stream, packet.seq, packet.body)
      case 'probe':
        return this.probed(packet.stream, packet.seq)
      case 'ack':
        return this.confirmed(packet.stream, packet.seq, packet.gap)
      case 'gone':
        if (packet.stream === this.stream) this.port.broken(this)
    }
  }

  private data(stream: string, seq: number, body: unknown): void {
    this.theirs ??= stream
    // One that was known here by another stream has begun anew.
    if (stream !== this.theirs) return this.unknown(stream)
    if (seq === this.received + 1) {
      this.received = seq
      this.ackSoon()
      this.port.message(this, body)
    } else this.ack(seq > this.received)
  }

  private probed(stream: string, seq: number): void {
    if (seq > 0) this.theirs ??= stream
    if (seq > 0 && stream !== this.theirs) return this.unknown(stream)
    this.port.publish(this.id, {
      type: 'ack',
      from: this.port.me,
      stream,
      seq: this.received,
      gap: seq > this.received,
    })
  }

  private confirmed(stream: string, seq: number, gap: boolean): void {
    if (stream !== this.stream) return
    const { unconfirmed } = this
    let count = 0
    while (count < unconfirmed.length && unconfirmed[count]!.seq <= seq) count++
    if (count > 0) unconfirmed.splice(0, count)
    if (!gap) return
    // What is missing there had come once: the other side has begun anew.
    if (seq + 1 < (unconfirmed[0]?.seq ?? this.sent + 1)) this.port.broken(this)
    else this.resend()
  }

  /** Not more often than the answer to it can come. */
  private resend(): void {
    const now = this.port.now()
    if (now - this.resentAt < 100) return
    this.resentAt = now
    for (const { bytes } of this.unconfirmed) this.port.publishAgain(this.id, bytes)
  }

  /** The other side has begun anew: what either has said before is void. */
  private unknown(stream: string): void {
    this.port.publish(this.id, { type: 'gone', from: this.port.me, stream })
    this.port.broken(this)
  }

  /** Once for all that comes in this turn. */
  private ackSoon(): void {
    if (this.ackQueued) return
    this.ackQueued = true
    setImmediate(() => {
      this.ackQueued = false
      this.ack(false)
    })
  }

  private ack(gap: boolean): void {
    if (this.theirs === undefined) return
    this.port.publish(this.id, {
      type: 'ack',
      from: this.port.me,
      stream: this.theirs,
      seq: this.received,
      gap,
    })
  }
}
