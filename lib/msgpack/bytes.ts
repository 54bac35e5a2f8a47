/**
 * Rows as MessagePack, in memory of their own that can be moved to another thread.
 * @module
 */
import { Packr, RESET_BUFFER_MODE, REUSE_BUFFER_MODE, Unpackr } from 'msgpackr'
import type { Row } from './rows.js'

// Not its bundleStrings, which is little faster: whoever keeps one string would keep 22 kB of others with it.
const packr = new Packr({ useRecords: false, useBigIntExtension: true })
const unpackr = new Unpackr({ useRecords: false })

/** Gives the buffer in which it was packed, which the next call uses again. */
const inPlace = REUSE_BUFFER_MODE | RESET_BUFFER_MODE

/** msgpackr keeps the buffer in which it packs, several times as large as what was ever packed. */
const keptMost = 4 * 1024 * 1024
const fresh = (): Uint8Array =>
  typeof Buffer === 'undefined' ? new Uint8Array(8192) : Buffer.allocUnsafeSlow(8192)

export function pack(rows: readonly Row[]): ArrayBuffer {
  const { buffer, byteOffset, start, end } = packr.pack(rows, inPlace) as Uint8Array as Packing
  const bytes = buffer.slice(byteOffset + start, byteOffset + end)
  if (bytes.byteLength > keptMost) packr.useBuffer(fresh())
  return bytes
}

/** msgpackr's own buffer, with what was packed in it. */
interface Packing extends Uint8Array<ArrayBuffer> {
  readonly start: number
  readonly end: number
}

export function unpack(bytes: ArrayBuffer): Row[] {
  return unpackr.unpack(new Uint8Array(bytes))
}
