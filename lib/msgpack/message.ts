/**
 * The MessagePack message that carries a batch, in memory of its own that can be moved to another thread.
 * @module
 */
import { Packr, RESET_BUFFER_MODE, REUSE_BUFFER_MODE, Unpackr } from 'msgpackr'
import { isUtf8 } from './wellFormed.js'

/**
 * What a message says. It is packed as an array, so that no names have to travel. msgpackr reads ahead from the first
 * string on: binaries stand before all of them.
 */
export type Message = readonly [
  /** How many values are on the tape. */
  count: number,
  /** The bytes of the tape's words and doubles. */
  words: Uint8Array,
  doubles: Uint8Array,
  /** Chunks of text; null for those that go beside the message. */
  texts: readonly (string | null)[],
  bigints: readonly bigint[],
  /** Keys of shapes that are new, from the one with the number `first` on. */
  first: number,
  shapes: readonly (readonly string[])[],
]

// Not its bundleStrings: whoever keeps one string would keep 22 kB of others with it. Nor its records: a message is an
// array, and what objects have in common is told by shapes.
const packr = new Packr({ useRecords: false, useBigIntExtension: true })
const unpackr = new Unpackr({ useRecords: false })

/** Gives the buffer in which it was packed, which the next call uses again. */
const inPlace = REUSE_BUFFER_MODE | RESET_BUFFER_MODE

/** msgpackr keeps the buffer in which it packs, several times as large as what was ever packed. */
const keptMost = 4 * 1024 * 1024
const fresh = (): Uint8Array =>
  typeof Buffer === 'undefined' ? new Uint8Array(8192) : Buffer.allocUnsafeSlow(8192)

/** Throws for what is larger than a buffer can be. */
export function pack(message: Message): ArrayBuffer {
  const { buffer, byteOffset, start, end } = packr.pack(message, inPlace) as Uint8Array as Packing
  const bytes = buffer.slice(byteOffset + start, byteOffset + end)
  if (bytes.byteLength > keptMost) packr.useBuffer(fresh())
  return bytes
}

/** msgpackr's own buffer, with what was packed in it. */
interface Packing extends Uint8Array<ArrayBuffer> {
  readonly start: number
  readonly end: number
}

/** The binaries of what it returns are parts of `bytes`, and begin anywhere. */
export function unpack(bytes: ArrayBuffer): Message {
  return unpackr.unpack(new Uint8Array(bytes))
}

const notAscii = /[\u0080-\uffff]/
/** Enough to tell by: to look at all of it would cost more than it saves. */
const sampleLength = 256

/**
 * Whether text should be part of a message. Its strings are UTF-8, which can't carry lone surrogates, and for text
 * that isn't ASCII takes several times as long as structured clone.
 */
export function isPackable(text: string): boolean {
  return !notAscii.test(text.slice(0, sampleLength)) && isUtf8(text)
}
