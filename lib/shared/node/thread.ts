/**
 * What this thread may do, and is: in Node.
 * @module
 */

/** Whether this thread may be blocked: not the main one, on which all others wait. */
export function mayBlock(): boolean {
  return !process.getBuiltinModule('node:worker_threads').isMainThread
}
