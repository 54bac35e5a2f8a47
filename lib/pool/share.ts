/**
 * Opens what a pool shares to a thread. How to do that is loaded only for pools that share something.
 * @module
 */
import type { WorkerStartError } from '../errors.js'
import type { SharedMemory, SharedMessage, SharingSession } from '../wire/sharing.js'
import type { LinkOptions } from './link.js'

const nothing: SharingSession = { values: {}, membership: undefined, receive() {}, died() {} }

export async function share(
  options: Pick<LinkOptions, 'shared'>,
  memory: SharedMemory,
  post: (message: SharedMessage) => void,
): Promise<SharingSession> {
  if (Object.keys(options.shared).length === 0) return nothing
  const { openSharing } = await import('./shareWith.js')
  return openSharing(options.shared, memory, post)
}

/** Where a message with what is shared was refused: which part of it can't be sent; undefined if all of it can. */
export async function shareRefusal(
  options: Pick<LinkOptions, 'source'>,
  session: SharingSession,
): Promise<WorkerStartError | undefined> {
  if (session === nothing) return undefined
  const { shareRefusal } = await import('./shareWith.js')
  return shareRefusal(options, session)
}
