import { queryObjects } from 'node:v8'
import { MessagePort } from 'node:worker_threads'

/** What this process holds of what pools make use of: a round must leave no more than it has found. */
export interface Holdings {
  /** What keeps the process alive. */
  readonly handles: number
  /** Of the process's events. */
  readonly listeners: number
}

export function holdings(): Holdings {
  return { handles: process.getActiveResourcesInfo().length, listeners: countListeners() }
}

/** The first thing that there is more of than before, if any. */
export function surplus(before: Holdings): string | undefined {
  const handles = process.getActiveResourcesInfo()
  // Two timers are those of who waits for this to be over: see watchdog.ts.
  if (handles.length > before.handles + 2) return `handles: ${handles.join(', ')}`
  const listeners = countListeners() - before.listeners
  return listeners > 0 ? `${listeners} listeners of the process` : undefined
}

/**
 * Ports that are not collected, though nothing keeps the process alive by them. Takes half a second: garbage is
 * collected before it counts.
 */
export function countPorts(): number {
  return queryObjects(MessagePort, { format: 'count' })
}

function countListeners(): number {
  return process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0)
}
