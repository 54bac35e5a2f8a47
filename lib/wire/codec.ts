/**
 * How values become what is posted, and values again: the seam behind which other forms than structured clone's own
 * can stand.
 * @module
 */

import type { Values } from './messages.js'

/** A batch, ready to be posted. */
export interface Packed {
  /**
   * What structured clone takes, unless a value is in it that it refuses. Not an array nor a Float64Array: so go
   * values as they are, and numbers.
   */
  readonly payload: unknown
  /** Parts of the payload to be moved. They come besides those that the values' owner wants to be moved. */
  readonly transfer: Transferable[]
  /**
   * To be called when it was posted. Posting may throw, and then what the payload told of its values' structure
   * never arrived: without this call it is told again.
   */
  sent(): void
}

/**
 * One direction between two threads: remembers what it has told the other side of its values' structure. Its
 * payloads have to be decoded by one decoder, in the order in which they were encoded.
 */
export interface Encoder {
  /**
   * Reads the values now, and never throws: what can't be sent makes posting throw. Nothing for values that are better
   * posted as they are.
   */
  encode(values: readonly unknown[]): Packed | undefined
}

/** The other end of an {@link Encoder}. */
export interface Decoder {
  /** Takes a payload once. What it returns may be made of it. */
  decode(payload: unknown): readonly unknown[]
}

/**
 * A form in which values can travel: what `msgpack()` gives and `threadPool` takes. What arrives is what structured clone
 * would make of each value by itself.
 *
 * @example
 * ```ts
 * const codec: CodecKind = msgpack()
 * const packed = threadPool<typeof import('./math.worker.js')>(worker, { codec })
 * console.log(await packed.run(packed.tasks.square, 3)) // → 9
 * ```
 */
export interface CodecKind {
  /** @internal Under which it is registered, in every thread: that of the entry point that has it. */
  readonly name: string
  /** @internal The URL of a module that registers it, for a thread that can import files. */
  readonly module: string
  /** @internal */
  encoder(): Encoder
  /** @internal */
  decoder(): Decoder
}

/** Shared by all copies of this library: ES module and CommonJS, or those of several bundles. */
const registry = Symbol.for('rxjs-parallel.codecs')

function registered(): Map<string, CodecKind> {
  const holder = globalThis as { [registry]?: Map<string, CodecKind> }
  return (holder[registry] ??= new Map())
}

/** Makes a codec known to this thread, and returns it. */
export function registerCodec(kind: CodecKind): CodecKind {
  registered().set(kind.name, kind)
  return kind
}

/** The codec of that name, if a module that registers it was evaluated in this thread. */
export function codecNamed(name: string): CodecKind | undefined {
  return registered().get(name)
}

/** Whether values were posted as they are: numbers, and what no codec was tried on or gained from, go the same way. */
export function isAsItIs(posted: unknown): posted is Values {
  // Not by `instanceof`: test runners load this where classes are others than those of what a port brings.
  return Array.isArray(posted) || Object.prototype.toString.call(posted) === '[object Float64Array]'
}
