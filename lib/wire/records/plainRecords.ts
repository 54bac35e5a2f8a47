/**
 * How batches travel where nobody chose a codec: what records in them hold goes as a few arrays, which structured clone
 * copies in one piece each. Left to itself it would write each record's keys, and look at each of its values.
 * @module
 */
import type { CodecKind, Packed } from '../codec.js'
import type { RecordBatch } from './batch.js'
import { RecordDecoder } from './decoder.js'
import { RecordEncoder } from './encoder.js'

/** Words and doubles in one piece of memory, which is moved, and the rest: structured clone writes names of properties. */
export type Sealed = readonly [
  memory: ArrayBuffer,
  doubles: number,
  count: number,
  texts: readonly string[],
  longStrings: readonly string[],
  bigints: readonly bigint[],
  first: number,
  shapes: readonly (readonly string[])[],
  rest: readonly unknown[],
]

export const plainRecords: Pick<CodecKind, 'encoder' | 'decoder'> = {
  encoder: () => new RecordEncoder(seal),
  decoder: () => new RecordDecoder(open),
}

function seal(batch: RecordBatch): Omit<Packed, 'sent'> {
  const { words, doubles, count, texts, longStrings, bigints, first, shapes, rest } = batch
  // Doubles first, since they have to begin at a multiple of eight.
  const memory = new ArrayBuffer(doubles.byteLength + words.byteLength)
  new Float64Array(memory, 0, doubles.length).set(doubles)
  new Int32Array(memory, doubles.byteLength).set(words)
  const sealed: Sealed = [memory, doubles.length, count, texts, longStrings, bigints, first, shapes, rest]
  return { payload: { sealed }, transfer: [memory] }
}

/** What {@link seal} has made. */
export function open({ sealed }: { sealed: Sealed }): RecordBatch {
  const [memory, length, count, texts, longStrings, bigints, first, shapes, rest] = sealed
  const doubles = new Float64Array(memory, 0, length)
  const words = new Int32Array(memory, doubles.byteLength)
  return { words, doubles, count, texts, longStrings, bigints, first, shapes, rest }
}
