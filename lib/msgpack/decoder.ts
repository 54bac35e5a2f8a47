/**
 * Unpacks one thread's batches.
 * @module
 */
import type { Decoder } from '../wire/codec.js'
import type { Payload } from './envelope.js'
import { unpack } from './message.js'
import { Reader } from './reader.js'

export class MsgpackDecoder implements Decoder {
  private readonly reader = new Reader()

  decode(payload: unknown): readonly unknown[] {
    const known = payload as Payload
    if (Array.isArray(known)) return known
    if (!('message' in known)) return this.reader.read(unpack(known as ArrayBuffer), [], [])
    const { message, texts, longStrings, rest } = known
    const values = this.reader.read(unpack(message), texts, longStrings)
    return rest.length > 0 ? merged(values, rest) : values
  }
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
