/**
 * The one file that imports 'threads/worker': its pool calls a thread through it, once.
 * @module
 */
import { expose } from 'threads/worker'
import type { ConnectMessage, Manifest } from '../wire/messages.js'

/** Says that this thread can be called, and answers with what it exposes. */
export function joinPool(connect: (message: ConnectMessage) => Promise<Manifest>): void {
  expose({ connect })
}
