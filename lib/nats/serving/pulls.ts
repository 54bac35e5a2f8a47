/**
 * Takes batches out of the stream, as many as there is room for: JetStream's own way of credit.
 * @module
 */
import type { Connection, Received } from '../connection.js'
import type { Subjects } from '../subjects.js'

/** Milliseconds for which the server keeps a pull that it can't fulfil. */
const expires = 10_000
/** Milliseconds after that, without a word, until a pull is taken to be lost. */
const patience = 5_000
/** Milliseconds until the next attempt after the server has refused one. */
const again = 250

/** A batch as the stream gave it out. */
export interface Delivery {
  readonly data: Uint8Array
  /** How often it was given out, this time included. */
  readonly deliveries: number
  /** It has been done. */
  ack(): void
  /** It is being worked on. */
  working(): void
  /** It shall be given to another, at once. */
  giveBack(): void
  /** Nobody is to get it again. */
  end(): void
}

export class Pulls {
  /** Messages that were asked for and haven't come. */
  private outstanding = 0
  private asked = 0
  private stopped = false
  private waiting = false
  private readonly inbox: string
  private readonly subject: string
  private readonly timer: ReturnType<typeof setInterval>
  private readonly unsubscribe: () => Promise<void>
  private lastHeard = 0

  constructor(
    private readonly connection: Connection,
    { stream, consumer }: Subjects,
    /** How many more there is room for. */
    private readonly room: () => number,
    private readonly taken: (delivery: Delivery) => void,
    /** The consumer may be gone. */
    private readonly repair: () => Promise<void>,
  ) {
    this.inbox = connection.inbox()
    this.subject = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`
    this.unsubscribe = connection.subscribe(`${this.inbox}.*`, (message) => this.received(message))
    connection.onBack(() => this.restart())
    this.timer = setInterval(() => this.look(), patience)
    this.timer.unref()
  }

  /** To be called when there is more room. */
  pull(): void {
    if (this.stopped || this.waiting || !this.connection.isUp) return
    const batch = this.room() - this.outstanding
    if (batch < 1) return
    this.outstanding += batch
    this.lastHeard = performance.now()
    const request = JSON.stringify({ batch, expires: expires * 1_000_000 })
    this.connection.publish(this.subject, Buffer.from(request), `${this.inbox}.${++this.asked}`)
  }

  /** Asks for no more. What was asked for may still come until it resolves. */
  stop(): Promise<void> {
    this.stopped = true
    clearInterval(this.timer)
    return this.unsubscribe()
  }

  private received({ status, pending, data, reply }: Received): void {
    this.lastHeard = performance.now()
    if (status === undefined) {
      this.outstanding = Math.max(0, this.outstanding - 1)
      if (reply !== undefined) this.taken(this.deliveryOf(data, reply))
      return
    }
    // It has expired: what was still to come of it won't.
    if (status === 408) {
      this.outstanding = Math.max(0, this.outstanding - pending)
      return this.pull()
    }
    if (status === 100) return
    // The consumer is gone, or JetStream isn't up yet.
    this.outstanding = 0
    this.later()
  }

  private later(milliseconds = again): void {
    if (this.waiting || this.stopped) return
    this.waiting = true
    setTimeout(() => {
      void this.repair()
        .catch(() => {})
        .then(() => {
          this.waiting = false
          this.pull()
        })
    }, milliseconds)
  }

  /** The server doesn't answer a pull from a consumer that isn't there: it may have lost it, as with its disk. */
  private restart(): void {
    this.outstanding = 0
    this.later(0)
  }

  private look(): void {
    if (this.outstanding > 0 && performance.now() - this.lastHeard > expires + patience) this.restart()
  }

  private deliveryOf(data: Uint8Array, reply: string): Delivery {
    const answer = (word: string) => this.connection.publish(reply, Buffer.from(word))
    return {
      data,
      deliveries: deliveriesIn(reply),
      ack: () => answer('+ACK'),
      working: () => answer('+WPI'),
      giveBack: () => answer('-NAK'),
      end: () => answer('+TERM'),
    }
  }
}

/** `$JS.ACK.<stream>.<consumer>.<delivered>.…`, or with the domain and the account's hash before the stream. */
function deliveriesIn(reply: string): number {
  const words = reply.split('.')
  return Number(words[words.length >= 11 ? 6 : 4]) || 1
}
