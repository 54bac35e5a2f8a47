/**
 * How values travel: by structured clone, or by a codec where the caller has one. Each message is read by itself,
 * since anybody may get it.
 * @module
 */
import type { CodecKind } from '../wire/codec.js'
import { codecNamed, isAsItIs } from '../wire/codec.js'
import { encodeFrame } from '../wire/frames.js'
import type { Values } from '../wire/messages.js'
import { pack } from '../wire/packing.js'
import type { Transport } from '../wire/uncloneable.js'
import type { Carried } from './wire.js'
import { Malformed } from './wire.js'

/** What takes values where structured clone does. */
export const byNats: Transport = { to: 'another machine', moves: false, clone: (value) => encodeFrame(value) }

export function carry(values: Values, codec: CodecKind | undefined): Carried {
  const packed = pack(values)
  if (!codec || packed instanceof Float64Array) return { values: packed }
  return { values: codec.encoder().encode(packed)?.payload ?? packed, codec: codec.name }
}

/** The values of a message. Throws {@link Malformed}. */
export function unpack({ values, codec }: Carried): Values {
  if (isAsItIs(values)) return values
  if (codec === undefined) throw new Malformed('a message without values')
  return decoded(values, codec)
}

/** Throws for one that this process doesn't have. */
export function codecOf({ codec }: Carried): CodecKind | undefined {
  if (codec === undefined) return undefined
  const kind = codecNamed(codec)
  if (!kind)
    throw new Malformed(`values in the codec '${codec}': import the entry point that has it here, too`)
  return kind
}

function decoded(values: unknown, codec: string): Values {
  const kind = codecOf({ values, codec })!
  try {
    return kind.decoder().decode(values)
  } catch (cause) {
    throw new Malformed(`values that the codec '${codec}' can't read`, { cause })
  }
}
