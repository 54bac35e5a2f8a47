/**
 * Records packed as MessagePack.
 * @module rxjs-parallel/msgpack
 */
import type { CodecKind } from '../wire/codec.js'
import { registerCodec } from '../wire/codec.js'
import { RecordDecoder } from '../wire/records/decoder.js'
import { RecordEncoder } from '../wire/records/encoder.js'
import { opener, seal } from './envelope.js'
import { isUtf8 } from './wellFormed.js'

export type { CodecKind } from '../wire/codec.js'

// Made here, so that the URL is the entry's own. Evaluating this file is what makes the codec known to a thread.
const kind = registerCodec({
  name: 'msgpack',
  module: import.meta.url,
  encoder: () => new RecordEncoder(seal, isUtf8),
  decoder: () => new RecordDecoder(opener()),
})

/**
 * A codec for streams of records: plain objects and arrays of numbers, strings, booleans, dates, bigints and such
 * objects. A batch of them travels as one MessagePack message, made by `msgpackr`, which has to be installed, in memory
 * that is moved and not copied; the keys that records have in common travel once. What arrives is what structured
 * clone, the default, would have made of each value. What can't be packed without a loss goes as it would without the
 * codec: other values, text that UTF-8 can't carry. So does what structured clone carries better: batches of few,
 * strings of more than 255 characters, text that isn't ASCII.
 *
 * It is for pools over NATS, whose messages it makes smaller, by a quarter or so. Between threads and processes records
 * travel packed without it, too, and no slower.
 *
 * @returns the codec, for the option `codec` of `threadPool`. It has no options.
 *
 * @example
 * ```ts
 * // shop.worker.ts
 * import { expose } from 'rxjs-parallel/worker'
 *
 * interface Article {
 *   id: number
 *   price: number
 * }
 *
 * export default expose({
 *   reprice: ({ id, price }: Article) => ({ id, price: price + 1 }),
 * })
 * ```
 * ```ts
 * const shopWorker = new URL('./shop.worker.js', import.meta.url)
 * const shop = threadPool<typeof import('./shop.worker.js')>(shopWorker, { codec: msgpack() })
 * of({ id: 7, price: 20 }).pipe(parallelMap(shop.tasks.reprice)).subscribe(console.log) // → { id: 7, price: 21 }
 * ```
 */
export function msgpack(): CodecKind {
  return kind
}
