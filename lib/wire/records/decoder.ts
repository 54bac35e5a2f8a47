/**
 * Reads one thread's batches of records.
 * @module
 */
import type { Decoder } from '../codec.js'
import type { RecordBatch } from './batch.js'
import { Reader } from './reader.js'

/** Opens what a {@link Seal} has made. */
export type Open = (payload: never) => RecordBatch

export class RecordDecoder implements Decoder {
  private readonly reader = new Reader()

  constructor(private readonly open: Open) {}

  decode(payload: unknown): readonly unknown[] {
    const batch = this.open(payload as never)
    const values = this.reader.read(batch)
    return batch.rest.length > 0 ? merged(values, batch.rest) : values
  }
}

/** The batch in its order. */
function merged(written: readonly unknown[], rest: readonly unknown[]): unknown[] {
  const values: unknown[] = []
  let next = 0
  for (let i = 0; i < rest.length; i += 2) {
    while (values.length < (rest[i] as number)) values.push(written[next++])
    values.push(rest[i + 1])
  }
  while (next < written.length) values.push(written[next++])
  return values
}
