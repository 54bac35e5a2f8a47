/**
 * What one end of a connection does with messages: gives them the form in which they are posted, and reads what comes.
 * With a codec, both ends remember what was said before; so each connection has a poster and a reader of its own at
 * each end, and all that comes is read, in its order.
 * @module
 */
import type { CodecKind, Packed } from './codec.js'
import type { Values } from './messages.js'
import { pack } from './packing.js'

/** Gives values the form in which they are posted. */
export type PackValues = (values: Values) => unknown
/** Takes values in the form in which they were posted. */
export type UnpackValues = (packed: unknown) => Values

/** Returns how to post messages. It throws what `post` throws: what structured clone does. */
export function poster<M>(
  compact: (message: M, pack: PackValues) => unknown,
  post: (data: unknown, transfer: readonly Transferable[]) => void,
  codec: CodecKind | undefined,
): (message: M, transfer?: readonly Transferable[]) => void {
  if (!codec) return (message, transfer = []) => post(compact(message, pack), transfer)
  const encoder = codec.encoder()
  return (message, transfer = []) => {
    // At most one: no message has values in two places.
    const packed: Packed[] = []
    const data = compact(message, (values) => {
      const numbers = pack(values)
      if (isPacked(numbers)) return numbers
      packed.push(encoder.encode(numbers))
      return packed[0]!.payload
    })
    post(data, [...transfer, ...(packed[0]?.transfer ?? [])])
    packed[0]?.sent()
  }
}

/** Returns how to read what was posted. */
export function reader<M>(
  expand: (data: unknown, unpack: UnpackValues) => M,
  codec: CodecKind | undefined,
): (data: unknown) => M {
  if (!codec) return (data) => expand(data, asItIs)
  const decoder = codec.decoder()
  const unpack: UnpackValues = (packed) => (isPacked(packed) ? packed : decoder.decode(packed))
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

const asItIs: UnpackValues = (packed) => packed as Values

/** Numbers, which go the same way with any codec. */
function isPacked(values: unknown): values is Float64Array {
  return values instanceof Float64Array
}
