/**
 * What a pool shares with a thread, opened to it, and why it can't be sent.
 * @module
 */
import type { WorkerStartError } from '../errors.js'
import type { SharingSession } from '../wire/sharing.js'
import { openSharing } from '../wire/sharing.js'
import type { Transport } from '../wire/uncloneable.js'
import { byMessage, cloneError } from '../wire/uncloneable.js'
import type { LinkOptions } from './link.js'
import { startError } from './startErrors.js'

export { openSharing }

/** Where a message with what is shared was refused: which part of it can't be sent; undefined if all of it can. */
export function shareRefusal(
  { source }: Pick<LinkOptions, 'source'>,
  { values }: SharingSession,
  by: Transport = byMessage,
): WorkerStartError | undefined {
  try {
    by.clone(values)
    return undefined
  } catch (cause) {
    const error = cloneError(values, 'shared', 'to', cause, undefined, by)
    return startError(source, `can't be given what it is to share: ${error.message}`, error)
  }
}
