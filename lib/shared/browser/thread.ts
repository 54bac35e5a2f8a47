/**
 * What this thread may do, and is: in a browser.
 * @module
 */

/** Whether this thread may be blocked: a page's own may not, nor may a service worker. */
export function mayBlock(): boolean {
  if (typeof SharedArrayBuffer !== 'function') return false
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0)
    return true
  } catch {
    return false
  }
}
