/**
 * Gathers the outcomes of a batch and sends them: what is plain stays a plain run of values.
 * @module
 */
import type { EncodedError } from '../wire/errorCodec.js'
import { encodeError } from '../wire/errorCodec.js'
import type { FromThread, ResultsMessage } from '../wire/messages.js'
import { itemState } from '../wire/messages.js'
import { cloneError, findUncloneable, isDetached, transferredBefore } from '../wire/uncloneable.js'
import { StepFailure } from './stepFailure.js'

/** Sends a message; throws what structured clone throws. */
export type Post = (message: FromThread, transfer?: Transferable[]) => void

/** The outcomes of one batch that aren't sent yet. */
export class Results {
  private values: unknown[] = []
  private first = 0
  private layout: number[] | undefined
  private errors: EncodedError[] | undefined
  private transfer: Set<Transferable> | undefined
  private refused: Set<number> | undefined
  /** How many values an item that still emits has sent, for the words of an error. */
  private sent: Map<number, number> | undefined
  private since: number

  constructor(
    private readonly batch: number,
    private readonly post: Post,
    now: number,
  ) {
    this.since = now
  }

  get isEmpty(): boolean {
    return this.values.length === 0 && this.layout === undefined
  }

  get size(): number {
    return this.values.length
  }

  /** When the last message about this batch went, or its work began. */
  get lastSent(): number {
    return this.since
  }

  /** Begins the clock again, for a batch that waited behind others. */
  began(now: number): void {
    this.since = now
  }

  /** The one result of an item. */
  single(item: number, value: unknown): void {
    if (this.layout === undefined) {
      if (this.values.length === 0) this.first = item
      if (item === this.first + this.values.length) {
        this.values.push(value)
        return
      }
    }
    this.triples().push(item, 1, itemState.complete)
    this.values.push(value)
  }

  /** One of an item's many results. False when the item has failed since, because a value could not be sent. */
  emit(item: number, value: unknown): boolean {
    if (this.refused?.has(item)) return false
    const layout = this.triples()
    const last = layout.length - 3
    if (last >= 0 && layout[last] === item && layout[last + 2] === itemState.open) layout[last + 1]!++
    else layout.push(item, 1, itemState.open)
    this.values.push(value)
    return true
  }

  /** An item has emitted all that it will. */
  complete(item: number): void {
    this.end(item, itemState.complete)
  }

  /** An item has failed. */
  fail(item: number, thrown: unknown): void {
    if (!this.end(item, itemState.failed)) return
    this.errors ??= []
    this.errors.push(encodeFailure(thrown))
  }

  /** An item has taken longer than it may. */
  timedOut(item: number): void {
    this.end(item, itemState.timedOut)
  }

  /** Parts of the values to be moved instead of copied. Throws a CloneError for one that was moved before. */
  toTransfer(list: readonly Transferable[]): void {
    this.transfer ??= new Set()
    addTransfers(this.transfer, list)
  }

  /** Sends what there is. */
  flush(now: number): void {
    if (this.isEmpty) return
    const { batch, first, values, layout, errors } = this
    const transfer = this.transfer && [...this.transfer]
    const message: Unpacked = {
      type: 'results',
      batch,
      first,
      values,
      layout,
      errors,
      busy: now - this.since,
    }
    this.values = []
    this.layout = this.errors = this.transfer = undefined
    this.since = now
    try {
      this.post(message, transfer)
    } catch (cause) {
      this.refused ??= new Set()
      sendTheRest(this.post, message, transfer, cause, this.refused, this.sent ?? new Map())
    }
    if (layout) count(layout, (this.sent ??= new Map()))
  }

  private end(item: number, state: number): boolean {
    if (this.refused?.has(item)) return false
    const layout = this.triples()
    const last = layout.length - 3
    if (last >= 0 && layout[last] === item && layout[last + 2] === itemState.open) layout[last + 2] = state
    else layout.push(item, 0, state)
    return true
  }

  private triples(): number[] {
    this.layout ??= this.values.flatMap((_, i) => [this.first + i, 1, itemState.complete])
    return this.layout
  }
}

/** Throws a CloneError for a part that was moved before: its message would be lost. */
export function addTransfers(to: Set<Transferable>, list: readonly Transferable[]): void {
  for (const part of list) {
    if (isDetached(part) || to.has(part)) throw transferredBefore('result')
    to.add(part)
  }
}

function encodeFailure(thrown: unknown): EncodedError {
  if (!StepFailure.is(thrown)) return encodeError(thrown)
  return { ...encodeError(thrown.thrown), step: thrown.step }
}

/** Adds what a message brought of the items that go on. */
function count(layout: readonly number[], sent: Map<number, number>): void {
  for (let t = 0; t < layout.length; t += 3) {
    const item = layout[t]!
    if (layout[t + 2] === itemState.open) sent.set(item, (sent.get(item) ?? 0) + layout[t + 1]!)
    else sent.delete(item)
  }
}

type Unpacked = ResultsMessage & { readonly values: readonly unknown[] }

/** Sends the same outcomes, but each item whose values can't be cloned fails by itself, and is added to `refused`. */
function sendTheRest(
  post: Post,
  message: Unpacked,
  transfer: Transferable[] | undefined,
  cause: unknown,
  refused: Set<number>,
  sent: ReadonlyMap<number, number>,
): void {
  const transferred = new Set<unknown>(transfer)
  const isBad = (value: unknown) => findUncloneable(value, '', transferred) !== undefined
  // Where no value is at fault the list of what to transfer is: then all fail that came with it.
  const sound = message.values.some(isBad)
  const rest = split(
    message,
    (value) => !sound || isBad(value),
    (value, place) => cloneError(value, place, 'from', cause, transferred),
    refused,
    sent,
  )
  post(rest, sound ? transfer?.filter((part) => !isDetached(part)) : undefined)
}

function split(
  message: Unpacked,
  isBad: (value: unknown) => boolean,
  toError: (value: unknown, place: string) => Error,
  refused: Set<number>,
  sent: ReadonlyMap<number, number>,
): ResultsMessage {
  const before = new Map(sent)
  const kept = { ...message, values: [] as unknown[], layout: [] as number[], errors: [] as EncodedError[] }
  const layout =
    message.layout ?? message.values.flatMap((_, i) => [message.first + i, 1, itemState.complete])
  let at = 0
  let failures = 0
  for (let t = 0; t < layout.length; t += 3) {
    const [item, count, state] = [layout[t]!, layout[t + 1]!, layout[t + 2]!]
    const values = message.values.slice(at, (at += count))
    const own = state === itemState.failed ? message.errors![failures++]! : undefined
    // Its fault was found further up in this message: it has ended.
    if (refused.has(item)) continue
    const offset = before.get(item) ?? 0
    before.set(item, offset + count)
    const bad = values.findIndex(isBad)
    const good = bad === -1 ? count : bad
    kept.values.push(...values.slice(0, good))
    kept.layout.push(item, good, bad === -1 ? state : itemState.failed)
    // An item that had failed anyway keeps its own error.
    if (own) kept.errors.push(own)
    else if (bad !== -1) {
      refused.add(item)
      const isOnly = offset + count === 1 && state === itemState.complete
      kept.errors.push(encodeError(toError(values[bad], isOnly ? 'result' : `results[${offset + bad}]`)))
    }
  }
  return kept
}
