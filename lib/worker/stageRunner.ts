/**
 * Runs stages: a whole stream in, a whole stream out. Loaded with the first stage, since it needs RxJS.
 * @module
 */
import type { ObservableInput } from 'rxjs'
import { from, Observable } from 'rxjs'
import type { EncodedError } from '../wire/errorCodec.js'
import { encodeError } from '../wire/errorCodec.js'
import type { TaskSource, ToThread } from '../wire/messages.js'
import { cloneError } from '../wire/uncloneable.js'
import type { ThreadInfo } from './context.js'
import { Cancellation, createContext } from './context.js'
import type { Emitter, Stop } from './emission.js'
import { emitAll, kindOf } from './emission.js'
import type { ExposedFunction } from './exposed.js'
import type { Post } from './results.js'
import { addTransfers } from './results.js'
import { StageInput } from './stageInput.js'

/** So many values of one message at most. */
const flushSize = 2048
/** What a stage emits waits at most this long, in milliseconds, while it goes on computing. */
const flushInterval = 5

/** All the stages of one thread. */
export class StageRunner {
  private readonly runs = new Map<number, StageRun>()

  constructor(
    private readonly thread: ThreadInfo,
    private readonly post: Post,
    private readonly resolve: (task: TaskSource) => ExposedFunction,
  ) {}

  start({ channel, task, credit }: Extract<ToThread, { type: 'stage' }>): void {
    const run = new StageRun(channel, credit, this.thread, this.post, () => this.runs.delete(channel))
    this.runs.set(channel, run)
    run.start(() => this.resolve(task))
  }

  input(message: Extract<ToThread, { type: 'input' | 'inputEnd' }>): void {
    const run = this.runs.get(message.channel)
    if (message.type === 'input') run?.input.push(message.values)
    else run?.input.end()
  }

  credit({ channel, count }: Extract<ToThread, { type: 'credit' }>): void {
    this.runs.get(channel)?.grant(count)
  }

  cancel(channel: number): void {
    this.runs.get(channel)?.cancel()
  }
}

/** One branch's stage. */
class StageRun implements Emitter {
  readonly input: StageInput
  private readonly cancellation: Cancellation
  private values: unknown[] = []
  private transfer = new Set<Transferable>()
  private lastSent: number
  private flushQueued = false
  private resume: (() => void) | undefined
  private stop: Stop | undefined
  private ended = false

  constructor(
    private readonly channel: number,
    private room: number,
    private readonly thread: ThreadInfo,
    private readonly post: Post,
    private readonly forget: () => void,
  ) {
    const { time } = thread
    this.lastSent = time.now()
    this.cancellation = new Cancellation(thread, channel)
    this.input = new StageInput((count, busy) => post({ type: 'consumed', channel, count, busy }), time)
  }

  start(resolve: () => ExposedFunction): void {
    try {
      const context = createContext(this.thread, this.cancellation, (list) =>
        addTransfers(this.transfer, list),
      )
      const result = resolve()(sourceOf(this.input), context)
      // An async generator is read as one, so that it stops where nobody reads; all else is RxJS's to understand.
      const kind = kindOf(result)
      this.stop =
        kind === 'generator' || kind === 'asyncIterable'
          ? emitAll(result, kind, this)
          : emitAll(from(result as ObservableInput<unknown>), 'observable', this)
      if (this.ended) this.stop()
    } catch (thrown) {
      this.error(thrown)
    }
  }

  get hasRoom(): boolean {
    return this.room > 0
  }

  whenRoom(resume: () => void): void {
    this.flush()
    this.resume = resume
  }

  grant(count: number): void {
    this.room += count
    const { resume } = this
    this.resume = undefined
    resume?.()
  }

  next(value: unknown): boolean {
    if (this.ended) return false
    this.room--
    this.values.push(value)
    if (this.values.length >= flushSize || this.thread.time.now() - this.lastSent > flushInterval)
      this.flush()
    else this.flushSoon()
    return !this.ended
  }

  complete(): void {
    this.end(undefined)
  }

  error(thrown: unknown): void {
    this.end(encodeError(thrown))
  }

  cancel(): void {
    this.cancellation.cancel()
    this.close()
  }

  private end(error: EncodedError | undefined): void {
    if (this.ended) return
    this.flush()
    if (this.ended) return
    this.post({ type: 'outputEnd', channel: this.channel, error })
    this.close()
  }

  private close(): void {
    this.ended = true
    this.forget()
    this.input.close()
    this.stop?.()
  }

  private flushSoon(): void {
    if (this.flushQueued) return
    this.flushQueued = true
    this.thread.time.endOfTurn(() => {
      this.flushQueued = false
      this.flush()
    })
  }

  private flush(): void {
    if (this.values.length === 0 || this.ended) return
    const { values, channel } = this
    const transfer = [...this.transfer]
    this.values = []
    this.transfer.clear()
    this.lastSent = this.thread.time.now()
    try {
      this.post({ type: 'output', channel, values }, transfer)
    } catch {
      // A stage is one stream: a value that can't be sent ends it, after those before it.
      this.sendUntilRefused(values, transfer)
    }
  }

  private sendUntilRefused(values: unknown[], transfer: Transferable[]): void {
    const { channel } = this
    for (const value of values) {
      try {
        this.post({ type: 'output', channel, values: [value] })
      } catch (refused) {
        const error = encodeError(cloneError(value, 'result', 'from', refused, new Set(transfer)))
        this.post({ type: 'outputEnd', channel, error })
        break
      }
    }
    this.close()
  }
}

/** A stage's source: an Observable for those who subscribe, an async iterable for those who loop. */
function sourceOf(input: StageInput): Observable<unknown> & AsyncIterable<unknown> {
  const source = new Observable<unknown>((subscriber) => input.subscribe(subscriber))
  return Object.assign(source, { [Symbol.asyncIterator]: () => input.iterate() })
}
