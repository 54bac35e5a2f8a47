import { readdirSync, readFileSync } from 'node:fs'
import { until } from './until.js'

/** Whether there is such a process that still runs: one that nobody has asked about its end is none. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  try {
    // Linux: the state stands after the name, which is in brackets. Its first thread may be through before the others,
    // which hold its files open.
    const isThrough = /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
    return !isThrough || readdirSync(`/proc/${pid}/task`).length > 1
  } catch {
    return process.platform !== 'linux'
  }
}

/** Resolves when none of these processes is left. */
export async function untilGone(pids: readonly number[]): Promise<void> {
  await until(`processes ${pids.join(', ')} are gone`, () => !pids.some(isAlive))
}

/** The process of a pool's thread, from its name. */
export function pidOf(threadId: string): number {
  return Number(threadId.split('/').at(-2))
}
