import { cpus } from 'node:os'
import type { Browser } from 'playwright-core'

/** Runs something, and tells the share of the machine's time, from 0 to 1, in which a core had nothing to do meanwhile. */
export async function idleWhile(run: () => Promise<void>): Promise<number> {
  const before = coreTime()
  await run()
  const after = coreTime()
  return (after.idle - before.idle) / Math.max(1, after.all - before.all)
}

function coreTime(): { idle: number; all: number } {
  const times = cpus().map((core) => core.times)
  const all = times.flatMap((each) => Object.values(each)).reduce((sum, time) => sum + time, 0)
  return { idle: times.reduce((sum, { idle }) => sum + idle, 0), all }
}

interface TraceEvent {
  readonly name: string
  readonly pid: number
  readonly tid: number
  /** Of an event that names its thread. */
  readonly args?: { readonly name?: string }
  /** Microseconds of a core's time. */
  readonly tdur?: number
}

/**
 * Runs something, and tells the longest time, in milliseconds of a core's time, that a page of the browser was at one
 * thing, and did not come to its next frame, meanwhile. What other programs do to the machine doesn't count.
 */
export async function longestTask(browser: Browser, run: () => Promise<void>): Promise<number> {
  await browser.startTracing(undefined, { categories: ['toplevel'] })
  await run()
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as {
    traceEvents: TraceEvent[]
  }
  const threadOf = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`
  const pages = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(threadOf),
  )
  const tasks = traceEvents.filter((event) => event.name.endsWith('RunTask') && pages.has(threadOf(event)))
  if (tasks.length === 0) throw new Error("the browser's trace tells of no task of the page")
  return Math.max(...tasks.map(({ tdur = 0 }) => tdur)) / 1000
}
