/**
 * Calls by messages: of what is in the main side's memory, for a process or a page whose threads share none.
 * @module
 */
import type { EncodedError } from '../wire/errorCodec.js'
import { decodeError, encodeError } from '../wire/errorCodec.js'
import type { OpenSharing, SharingPeer } from '../wire/sharing.js'

/** A call as it is sent. Its number is the caller's own. */
export interface Call {
  readonly call: number
  readonly method: string
  readonly args: readonly unknown[]
}

/** What the caller sends. */
type Request = Call | { readonly abort: number }

/** What it is answered. */
export type Answer =
  | { readonly answer: number; readonly value: unknown }
  | { readonly answer: number; readonly error: EncodedError }

/** What can be called. Each call has a signal, which is aborted when nobody waits for its answer any more. */
export type Methods = Readonly<Record<string, (args: readonly unknown[], signal: AbortSignal) => unknown>>

/** Answers calls. `died` is called when all that is under way has been aborted. */
export function answerCalls(
  descriptor: unknown,
  peer: SharingPeer,
  methods: Methods,
  died: () => void,
): OpenSharing {
  const underWay = new Map<number, AbortController>()
  const answer = async (call: number, method: string, args: readonly unknown[]) => {
    const controller = new AbortController()
    underWay.set(call, controller)
    let reply: Answer
    try {
      reply = { answer: call, value: await methods[method]!(args, controller.signal) }
    } catch (thrown) {
      reply = { answer: call, error: encodeError(thrown) }
    }
    underWay.delete(call)
    peer.post(reply)
  }
  return {
    descriptor,
    receive: (body) => {
      const request = body as Request
      if ('abort' in request) underWay.get(request.abort)?.abort(aborted())
      else void answer(request.call, request.method, request.args)
    },
    died: () => {
      for (const controller of underWay.values()) controller.abort(aborted())
      died()
    },
  }
}

function aborted(): DOMException {
  return new DOMException('Nobody waits for it any more', 'AbortError')
}

/** Calls what is at the other end. */
export class Caller {
  private readonly waiting = new Map<number, (answer: Answer) => void>()
  private calls = 0

  constructor(private readonly post: (body: unknown) => void) {}

  /**
   * Throws what posting throws.
   * @param signal gives the call up; its reason is what the Promise is rejected with then.
   */
  call(method: string, args: readonly unknown[], signal?: AbortSignal): Promise<unknown> {
    const call = ++this.calls
    const abort = () => this.post({ abort: call } satisfies Request)
    const answered = new Promise((resolve, reject) => {
      this.waiting.set(call, (answer) => {
        signal?.removeEventListener('abort', abort)
        if (!('error' in answer)) resolve(answer.value)
        else reject(signal?.aborted ? signal.reason : decodeError(answer.error))
      })
    })
    signal?.addEventListener('abort', abort)
    try {
      // After that: in an inline pool the answer comes at once.
      this.post({ call, method, args } satisfies Request)
    } catch (thrown) {
      this.waiting.delete(call)
      signal?.removeEventListener('abort', abort)
      throw thrown
    }
    return answered
  }

  receive(body: unknown): void {
    const answer = body as Answer
    this.waiting.get(answer.answer)?.(answer)
    this.waiting.delete(answer.answer)
  }
}
