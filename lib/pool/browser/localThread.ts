/**
 * Names of threads that are unique across machines: host, page, thread.
 * @module
 */

/** The name that this page, or the worker that this code runs in, gives its threads. */
export const processId = `${globalThis.location?.host || 'page'}/${randomName()}`

/** The name of the thread that this code runs in, as `context.threadId` gives it in a pool's threads. */
export function localThreadId(): string {
  return `${processId}/0`
}

/** Not by crypto.randomUUID(), which only secure contexts have. */
function randomName(): string {
  const [number] = crypto.getRandomValues(new Uint32Array(1))
  return number!.toString(16).padStart(8, '0')
}
