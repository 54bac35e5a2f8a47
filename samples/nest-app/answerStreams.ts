import type { ServerResponse } from 'node:http'
import { Injectable } from '@nestjs/common'
import { serverSentEvents } from './answerText.js'

/**
 * Streams of events that wait for the answers to a body which is sent by another request: browsers read no answer
 * before they have sent all of the body, and with backpressure from the one to the other that would never be.
 */
@Injectable()
export class AnswerStreams {
  private readonly waiting = new Map<string, ServerResponse>()

  open(id: string, response: ServerResponse): void {
    this.waiting.get(id)?.end()
    this.waiting.set(id, response)
    response.once('close', () => {
      if (this.waiting.get(id) === response) this.waiting.delete(id)
    })
    response.writeHead(200, { 'Content-Type': serverSentEvents.type, 'Cache-Control': 'no-store' })
    // Now, so that the client knows that it is open.
    response.write(': open\n\n')
  }

  take(id: string): ServerResponse | undefined {
    const response = this.waiting.get(id)
    this.waiting.delete(id)
    return response
  }

  /** Before the server closes: what nobody has sent a body for would keep it from that. */
  beforeApplicationShutdown(): void {
    for (const response of this.waiting.values()) response.end()
  }
}
