/**
 * What a pool shares with a thread, opened to it.
 * @module
 */
import type { SharedMemory, SharedMessage, SharingSession } from '../wire/sharing.js'
import { openSharing } from '../wire/sharing.js'
import type { Transport } from '../wire/uncloneable.js'
import { byMessage, cloneError } from '../wire/uncloneable.js'
import type { LinkOptions } from './link.js'
import { startError } from './startErrors.js'

/** Throws a WorkerStartError for what can't be sent. */
export function shareWith(
  { source, shared }: Pick<LinkOptions, 'source' | 'shared'>,
  memory: SharedMemory,
  post: (message: SharedMessage) => void,
  by: Transport = byMessage,
): SharingSession {
  const session = openSharing(shared, memory, post)
  try {
    if (Object.keys(shared).length > 0) by.clone(session.values)
  } catch (cause) {
    session.died()
    const error = cloneError(session.values, 'shared', 'to', cause, undefined, by)
    throw startError(source, `can't be given what it is to share: ${error.message}`, error)
  }
  return session
}
