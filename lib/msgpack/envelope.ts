/**
 * What is posted for a batch: the message of message.ts, and beside it what it doesn't carry.
 * @module
 */
import type { Packed } from '../wire/codec.js'
import type { RecordBatch } from '../wire/records/batch.js'
import { Aligned } from './aligned.js'
import { isPackable, pack, unpack } from './message.js'

export interface Envelope {
  readonly message: ArrayBuffer
  /** Text that structured clone carries better: the message has null in its place. */
  readonly texts: readonly string[]
  /** Those that structured clone carries better by themselves. */
  readonly longStrings: readonly string[]
  /** Values that go as they are, each after its place in the batch. */
  readonly rest: readonly unknown[]
}

/** Where nothing is beside it, the message alone. */
export type Payload = ArrayBuffer | Envelope

export function seal(batch: RecordBatch): Omit<Packed, 'sent'> {
  const { count, words, doubles, texts, longStrings, bigints, first, shapes, rest } = batch
  const inside = texts.map((text) => (isPackable(text) ? text : null))
  const beside = texts.filter((_, i) => inside[i] === null)
  const message = pack([count, bytesOf(words), bytesOf(doubles), inside, bigints, first, shapes])
  const isAll = beside.length + longStrings.length + rest.length === 0
  const payload: Payload = isAll ? message : { message, texts: beside, longStrings, rest }
  return { payload, transfer: [message] }
}

/** Opens one thread's envelopes. What it returns is good till the next. */
export function opener(): (payload: Payload) => RecordBatch {
  const words = new Aligned(Int32Array)
  const doubles = new Aligned(Float64Array)
  return (payload) => {
    const envelope =
      'message' in payload ? payload : { message: payload, texts: [], longStrings: [], rest: [] }
    const [count, wordBytes, doubleBytes, inside, bigints, first, shapes] = unpack(envelope.message)
    let beside = 0
    const texts = inside.map((text) => text ?? envelope.texts[beside++]!)
    const { longStrings, rest } = envelope
    return {
      count,
      words: words.copy(wordBytes),
      doubles: doubles.copy(doubleBytes),
      texts,
      longStrings,
      bigints,
      first,
      shapes,
      rest,
    }
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Int32Array | Float64Array) =>
  new Uint8Array(buffer, byteOffset, byteLength)
