/**
 * What can't go through the server.
 * @module
 */
import { CloneError } from '../errors.js'
import type { EncodedError } from '../wire/errorCodec.js'
import { encodeError } from '../wire/errorCodec.js'

/** A message is larger than the server takes. */
export class TooLarge extends Error {
  constructor(size: number, most: number) {
    super(`${size} bytes, more than the ${most} that fit in a message of this NATS server (max_payload)`)
  }
}

/** What fits in a message of so many bytes. Throws {@link TooLarge}. */
export function fitting(bytes: Uint8Array, most: number): Uint8Array {
  if (bytes.length > most) throw new TooLarge(bytes.length, most)
  return bytes
}

export function tooLarge(thing: string, { message }: TooLarge): CloneError {
  return new CloneError(`${thing} takes ${message}`, thing)
}

/** Sends what tells of an error. One that doesn't fit in a message is told of by what says so. */
export function sendError<E extends EncodedError | undefined>(
  error: E,
  send: (error: E | EncodedError) => void,
): void {
  try {
    send(error)
  } catch (cause) {
    if (!(cause instanceof TooLarge)) throw cause
    send(encodeError(tooLarge('error', cause)))
  }
}
