/**
 * Starts to serve a pool, where there is one. All that serving needs is loaded only then, so that importing a worker
 * module elsewhere costs next to nothing.
 * @module
 */
import type { ExposedFunctions } from './exposed.js'
import { isPoolThread } from './node/host.js'
import { loadConnect, loadJoin } from './node/parts.js'

let exposed: ExposedFunctions | undefined

/**
 * Serves these functions to the pool that started this thread; elsewhere does nothing (but in a
 * browser any worker may be a pool's). Where worker modules import
 * each other the last call counts: it is that of the module the pool named.
 */
export function serve(functions: ExposedFunctions): void {
  const first = exposed === undefined
  exposed = functions
  if (first && isPoolThread()) void loadConnect().then(({ listen }) => listen(() => exposed ?? {}, loadJoin))
}
