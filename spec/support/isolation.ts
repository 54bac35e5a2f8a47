/**
 * What the pools of this run consist of. The specs of all that pools do run twice, as vitest's projects: on threads, and
 * in processes.
 */
export const isolation = process.env.ISOLATION === 'process' ? 'process' : 'thread'

/** For what differs between the two. */
export const inProcesses = isolation === 'process'

/**
 * Of variants of a test some that differ in what they need of a pool: all on threads, and so many of the first in
 * processes, which take long to start.
 */
export function some<T>(count: number, variants: readonly T[]): T[] {
  return inProcesses ? variants.slice(0, count) : [...variants]
}
