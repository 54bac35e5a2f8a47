/** What there is to say of a pool, as text. */
import type { PoolEvent, PoolStats, ThreadStats } from 'rxjs-parallel'
import sparkly from 'sparkly'

/** A pool as it was in the last half minute. */
export interface WatchedPool {
  readonly name: string
  readonly stats: PoolStats
  /** Items a second, the latest last. */
  readonly rates: readonly number[]
  /** What happened to its threads, the latest last. */
  readonly events: readonly PoolEvent[]
}

const BAR = 20
const EVENTS_SHOWN = 3

/** Several lines, for a terminal. */
export function poolPanel({ name, stats, rates, events }: WatchedPool): string {
  return [
    summary(name, stats),
    `  ${sparkly([...rates], { minimum: 0 })}  items/s`,
    ...stats.threads.map(threadLine),
    ...events.slice(-EVENTS_SHOWN).map((event) => `  ${eventText(event)}`),
  ].join('\n')
}

/** One line: its threads, its queue and its rates. */
export function summary(name: string, { threads, inFlight, queued, perSecond, ...stats }: PoolStats): string {
  const { done, failed, serviceTime } = stats
  return [
    `${name}: ${threads.length} ${threads.length === 1 ? 'thread' : 'threads'}`,
    `${number(inFlight)} in flight`,
    `${number(queued)} queued`,
    `${number(Math.round(perSecond))} items/s`,
    `${number(done)} done`,
    `${number(failed)} failed`,
    `${serviceTime.p50.toPrecision(2)} ms each`,
  ].join(', ')
}

export function eventText({ type, threadId, error }: PoolEvent): string {
  return `thread ${threadId} ${type}${error === undefined ? '' : `: ${firstLine(error)}`}`
}

function threadLine({ threadId, utilization, inFlight, done }: ThreadStats): string {
  const busy = Math.round(utilization * BAR)
  const bar = '█'.repeat(busy) + '░'.repeat(BAR - busy)
  const share = `${Math.round(utilization * 100)} %`.padStart(5)
  return `  ${bar} ${share}  ${number(done)} done, ${number(inFlight)} in flight  ${threadId}`
}

const firstLine = (error: unknown): string => String(error).split('\n', 1)[0] ?? ''

const number = (n: number): string => n.toLocaleString('en')
