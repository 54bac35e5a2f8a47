/**
 * What one end of a connection does with messages: gives them the form in which they are posted, and reads what comes.
 * Both ends remember what was said before of records' keys; so each connection has a poster and a reader of its own at
 * each end, and all that comes is read, in its order.
 * @module
 */
import type { CodecKind, Packed } from './codec.js'
import { isAsItIs } from './codec.js'
import type { Values } from './messages.js'
import { pack } from './packing.js'
import { plainRecords } from './records/plainRecords.js'

/** Gives values the form in which they are posted. */
export type PackValues = (values: Values) => unknown
/** Takes values in the form in which they were posted. */
export type UnpackValues = (packed: unknown) => Values

/** Returns how to post messages. It throws what `post` throws: what structured clone does. */
export function poster<M>(
  compact: (message: M, pack: PackValues) => unknown,
  post: (data: unknown, transfer: readonly Transferable[]) => void,
  codec: Pick<CodecKind, 'encoder'> = plainRecords,
): (message: M, transfer?: readonly Transferable[]) => void {
  const encoder = codec.encoder()
  return (message, transfer = none) => {
    // At most one: no message has values in two places.
    let packed: Packed | undefined
    const data = compact(message, (values) => {
      const numbers = pack(values)
      if (numbers instanceof Float64Array) return numbers
      packed = encoder.encode(numbers)
      return packed ? packed.payload : numbers
    })
    if (!packed) return post(data, transfer)
    post(data, [...transfer, ...packed.transfer])
    packed.sent()
  }
}

/** Returns how to read what was posted. */
export function reader<M>(
  expand: (data: unknown, unpack: UnpackValues) => M,
  codec: Pick<CodecKind, 'decoder'> = plainRecords,
): (data: unknown) => M {
  const decoder = codec.decoder()
  const unpack: UnpackValues = (posted) => (isAsItIs(posted) ? posted : decoder.decode(posted))
  return (data) => expand(data, unpack)
}

/** Returns what reads what was posted and hands it over, or tells why it can't be read. */
export function receiver<M>(
  expand: (data: unknown, unpack: UnpackValues) => M,
  codec: CodecKind | undefined,
  message: (message: M) => void,
  unreadable: (cause: unknown) => void,
): (data: unknown) => void {
  const read = reader(expand, codec)
  return (data) => {
    let received: M
    try {
      received = read(data)
    } catch (cause) {
      return unreadable(cause)
    }
    message(received)
  }
}

const none: readonly Transferable[] = []
