/**
 * A loss as it travels.
 * @module
 */
import type { Loss } from '../flow/work.js'
import { decodeError, encodeError } from '../wire/errorCodec.js'
import type { LossRecord } from './wire.js'

export function lossOf({ cause, exitCode, signal, ended, ...record }: LossRecord): Loss {
  return { ...record, exitCode, signal, ended, cause: cause && decodeError(cause) }
}

export function recordOf({ cause, ...loss }: Loss): LossRecord {
  return { ...loss, cause: cause === undefined ? undefined : encodeError(cause) }
}
