/** What issue 3 asks for, and whether it was reached: computed, from the medians of one run. */
import type { Entry, Result } from '../bench.js'
import type { Role } from '../competitors/competitor.js'
import { THREADS } from '../competitors/competitor.js'
import { median } from '../statistics.js'

export interface Verdict {
  readonly title: string
  readonly unit: Result['unit']
  readonly ours: number
  /** What it is compared with; undefined where the value itself is judged. */
  readonly other: { readonly name: string; readonly value: number } | undefined
  /** Ours to the other, or ours alone. */
  readonly judged: number
  readonly asked: string
  readonly met: boolean
}

interface Target {
  readonly workload: string
  /** What is compared with what: a value and its name. */
  readonly against?: (entries: readonly Entry[]) => Verdict['other']
  readonly least?: number
  readonly most?: number
}

const targets: readonly Target[] = [
  { workload: 'numbers', against: fastest('pool'), least: 200 },
  { workload: 'numbers', against: fastest('batched'), least: 1.2 },
  { workload: 'numbers', against: fastest('limit'), least: 0.8 },
  { workload: 'records', against: fastest('pool'), least: 25 },
  { workload: 'records', against: fastest('batched'), least: 1.1 },
  { workload: 'msgpack', against: fastest('limit'), least: 2 },
  { workload: 'arithmetic', against: fastest('loop'), least: 1.9 },
  { workload: 'arithmetic', against: fastest('pool', 'batched'), least: 1 },
  { workload: 'uneven', against: idealSplit, least: 0.95 },
  { workload: 'uneven', against: fastest('pool', 'batched'), least: 1 },
  { workload: 'buffers', against: named('piscina'), least: 1 },
  { workload: 'latency', against: fastest('limit'), most: 1.3 },
  { workload: 'memory', most: 64 },
  { workload: 'delay', most: 15 },
  { workload: 'stages', against: named('apart'), least: 2 },
]

/** A verdict on each target whose workload was measured. */
export function verdicts(results: readonly Result[]): Verdict[] {
  return targets.flatMap((target) => {
    const result = results.find(({ workload }) => workload === target.workload)
    return result ? [judge(target, result)] : []
  })
}

function judge({ against, least, most }: Target, { title, unit, entries }: Result): Verdict {
  const ours = middleOf(entries.find(({ role }) => role === 'ours')!)
  const other = against?.(entries)
  const judged = other ? ours / other.value : ours
  const of = other ? '×' : unit
  // Judged as it is shown.
  const shown = Math.round(judged * 100) / 100
  return {
    title,
    unit,
    ours,
    other,
    judged,
    asked: least !== undefined ? `at least ${least} ${of}` : `at most ${most} ${of}`,
    met: shown >= (least ?? 0) && shown <= (most ?? Number.POSITIVE_INFINITY),
  }
}

function middleOf({ samples }: Entry): number {
  return median(samples)
}

/** The highest rate of these roles. (Only one entry has the role `limit`.) */
function fastest(...roles: Role[]): NonNullable<Target['against']> {
  return (entries) =>
    entries
      .filter(({ role }) => roles.includes(role))
      .map((entry) => ({ name: entry.name, value: middleOf(entry) }))
      .sort((a, b) => b.value - a.value)[0]
}

function named(name: string): NonNullable<Target['against']> {
  return (entries) => {
    const entry = entries.find((each) => each.name === name)
    return entry && { name, value: middleOf(entry) }
  }
}

/** If the work of the plain loop could be dealt out to the threads without any cost. */
function idealSplit(entries: readonly Entry[]): Verdict['other'] {
  const loop = fastest('loop')(entries)
  return loop && { name: `ideal split over ${THREADS} threads`, value: loop.value * THREADS }
}
