/**
 * Unpacks one thread's batches.
 * @module
 */
import type { Decoder } from '../wire/codec.js'
import { unpack } from './bytes.js'
import type { Envelope, Payload } from './envelope.js'
import type { Reader } from './readers.js'
import { newReader } from './readers.js'
import type { Row } from './rows.js'
import { isRow, mark } from './rows.js'

export class MsgpackDecoder implements Decoder {
  private readonly readers: Reader[] = []

  decode(payload: unknown): readonly unknown[] {
    const known = payload as Payload
    if (Array.isArray(known) || ArrayBuffer.isView(known)) return known as readonly unknown[]
    if (!('bytes' in known)) return this.rows(known as ArrayBuffer)
    this.learn(known)
    return merged(this.rows(known.bytes), known.rest)
  }

  private learn({ first, shapes }: Envelope): void {
    for (const [i, keys] of shapes.entries()) this.readers[first + i] ??= newReader(keys, this.revive)
  }

  private rows(bytes: ArrayBuffer): unknown[] {
    const rows: unknown[] = unpack(bytes)
    for (let i = 0; i < rows.length; i++) rows[i] = this.revive(rows[i] as Row)
    return rows
  }

  /** In place, where that can be. */
  private readonly revive = (row: Row): unknown => {
    const kind = row[row.length - 1] as number
    if (kind >= 0) return this.readers[kind]!(row)
    row.length--
    switch (kind) {
      case mark.array:
        return this.parts(row)
      case mark.entries:
        return fromEntries(this.parts(row))
      case mark.date:
        return new Date(row[0] as number)
      case mark.minusZero:
        return -0
      default:
        return row
    }
  }

  private parts(row: Row): Row {
    for (let i = 0; i < row.length; i++) {
      const part = row[i]
      if (isRow(part)) row[i] = this.revive(part)
    }
    return row
  }
}

function fromEntries(entries: readonly unknown[]): Record<string, unknown> {
  const object: Record<string, unknown> = {}
  for (let i = 0; i < entries.length; i += 2) object[entries[i] as string] = entries[i + 1]
  return object
}

/** The batch in its order. */
function merged(packed: readonly unknown[], rest: readonly unknown[]): unknown[] {
  const values: unknown[] = []
  let next = 0
  for (let i = 0; i < rest.length; i += 2) {
    while (values.length < (rest[i] as number)) values.push(packed[next++])
    values.push(rest[i + 1])
  }
  while (next < packed.length) values.push(packed[next++])
  return values
}
