/**
 * All processes that this one talks with: tells what they say, and which of them are lost.
 * @module
 */

import type { Connection } from './connection.js'
import { Peer } from './peer.js'
import type { Subjects } from './subjects.js'
import { fitting } from './tooLarge.js'
import type { Packet } from './wire.js'
import { decodePacket, encode, Malformed } from './wire.js'

export interface PeersOptions {
  /** Milliseconds for which one may be away from the server. */
  readonly lostAfter: number
  /** Milliseconds for which one may be there and say nothing. */
  readonly silentAfter: number
}

export interface PeerEvents {
  /** Somebody speaks who isn't known. Whether to listen. */
  accepts(id: string): boolean
  /** Throws Malformed for what it can't take. */
  message(peer: Peer, body: unknown): void
  lost(peer: Peer, why: string): void
}

export class Peers {
  private readonly peers = new Map<string, Peer>()
  private readonly timer: ReturnType<typeof setInterval>
  private readonly port: ConstructorParameters<typeof Peer>[1]

  constructor(
    readonly me: string,
    private readonly connection: Connection,
    private readonly subjects: Subjects,
    private readonly options: PeersOptions,
    private readonly events: PeerEvents,
  ) {
    this.port = {
      me,
      encode: (packet) => this.encode(packet),
      publish: (to, packet, reply) => this.publish(to, packet, reply),
      publishAgain: (to, bytes) => connection.publish(subjects.peer(to), bytes),
      now: () => performance.now(),
      message: (peer, body) => this.message(peer, body),
      broken: (peer) => this.lose(peer, 'one of the two had given the other up'),
    }
    const mine = subjects.peer(me)
    connection.subscribe(mine, ({ data }) => this.received(data))
    connection.subscribe(`${mine}.*`, ({ subject, isNoResponders }) => {
      if (isNoResponders) this.absent(subject.slice(mine.length + 1))
    })
    connection.onBack(() => {
      for (const peer of this.peers.values()) peer.reconnected()
    })
    const every = Math.min(1000, options.lostAfter / 4)
    this.timer = setInterval(() => this.look(), every)
    this.timer.unref()
  }

  get(id: string): Peer | undefined {
    return this.peers.get(id)
  }

  /** That process; known from now on. */
  of(id: string): Peer {
    const known = this.peers.get(id)
    if (known) return known
    const peer = new Peer(id, this.port)
    this.peers.set(id, peer)
    return peer
  }

  /** Nothing more is to be said to it, or heard of it. */
  forget(id: string): void {
    this.peers.delete(id)
  }

  /** Tells all that this process leaves. */
  leave(): void {
    for (const id of this.peers.keys()) this.publish(id, { type: 'leave', from: this.me })
    this.stop()
  }

  stop(): void {
    clearInterval(this.timer)
    this.peers.clear()
  }

  private encode(packet: Packet): Uint8Array {
    return fitting(encode(packet), this.connection.maxPayload)
  }

  private publish(to: string, packet: Packet, reply = false): void {
    const answer = reply ? `${this.subjects.peer(this.me)}.${to}` : undefined
    this.connection.publish(this.subjects.peer(to), encode(packet), answer)
  }

  private received(data: Uint8Array): void {
    let packet: Packet
    try {
      packet = decodePacket(data)
    } catch {
      // Nobody's, or of a version that isn't understood: whoever sent it waits for an answer in vain, and gives up.
      return
    }
    const { from } = packet
    const known = this.peers.get(from)
    if (packet.type === 'leave') return known && this.lose(known, 'it left')
    if (known) return known.packet(packet)
    if (packet.type === 'data' && packet.seq === 1 && this.events.accepts(from)) this.of(from).packet(packet)
    else if (packet.type === 'data' || (packet.type === 'probe' && packet.seq > 0))
      this.publish(from, { type: 'gone', from: this.me, stream: packet.stream })
  }

  private message(peer: Peer, body: unknown): void {
    try {
      this.events.message(peer, body)
    } catch (thrown) {
      if (!(thrown instanceof Malformed)) throw thrown
      this.publish(peer.id, { type: 'leave', from: this.me })
      this.lose(peer, `it sent ${thrown.message}`)
    }
  }

  private absent(id: string): void {
    const peer = this.peers.get(id)
    if (peer?.isDoubtful) this.lose(peer, 'it is not connected')
    else if (peer) peer.absentSince ??= performance.now()
  }

  private look(): void {
    if (!this.connection.isUp) return
    const { lostAfter, silentAfter } = this.options
    const now = performance.now()
    for (const peer of [...this.peers.values()]) {
      if (peer.absentSince !== undefined && now - peer.absentSince > lostAfter)
        this.lose(peer, `it hasn't been connected for ${lostAfter} ms (lostAfter)`)
      else if (now - peer.lastHeard > silentAfter)
        this.lose(peer, `it hasn't answered for ${silentAfter} ms (silentAfter)`)
      else peer.probe()
    }
  }

  private lose(peer: Peer, why: string): void {
    if (this.peers.get(peer.id) !== peer) return
    this.peers.delete(peer.id)
    this.events.lost(peer, why)
  }
}
