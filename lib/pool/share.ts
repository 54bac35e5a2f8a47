/**
 * Opens what a pool shares to a thread. How to do that is loaded only for pools that share something.
 * @module
 */
import type { SharedMemory, SharedMessage, SharingSession } from '../wire/sharing.js'
import type { LinkOptions } from './link.js'

const nothing: SharingSession = { values: {}, membership: undefined, receive() {}, died() {} }

/** Rejects with a WorkerStartError for what can't be sent. */
export async function share(
  options: Pick<LinkOptions, 'source' | 'shared'>,
  memory: SharedMemory,
  post: (message: SharedMessage) => void,
): Promise<SharingSession> {
  if (Object.keys(options.shared).length === 0) return nothing
  const { shareWith } = await import('./shareWith.js')
  return shareWith(options, memory, post)
}
