/** What is printed of a run. */
import Table from 'cli-table3'
import type { Failure, Outcome } from './chaos.js'
import type { RoundPlan } from './roundPlan.js'
import type { Tally } from './tally.js'

export function reportText({ tally, longestSilence, portsLeft }: Outcome, seconds: number): string {
  const { threads } = tally
  return [
    shapesTable(tally),
    faultsTable(tally),
    `${whole(tally.rounds)} rounds, ${whole(tally.subscriptions)} subscriptions, ${seconds.toFixed(0)} s.`,
    `Threads: ${whole(threads.started)} started, ${whole(threads.crashed)} died (${whole(tally.killed)} of them killed from outside), ` +
      `${whole(threads.replaced)} replaced, ${whole(threads.stopped)} stopped; ${whole(tally.bystanders)} times a death took healthy items or streams along.`,
    `Pools resized ${whole(tally.resized)} times, closed or terminated at work ${whole(tally.closed)} times.`,
    `The longest time in which nothing happened: ${longestSilence.toFixed(0)} ms.`,
    `Ports left over: ${portsLeft}.`,
  ].join('\n')
}

export function failureText({ plan, complaints }: Failure, seed: number): string {
  return [
    `Round ${plan.number} of seed ${seed} went wrong:`,
    ...complaints.map((complaint) => `- ${complaint}`),
    'It was',
    planText(plan),
    `Again: npm run chaos -- --seed ${seed} --round ${plan.number}`,
  ].join('\n')
}

function planText({ variant, runs, disturbances, isWarm, ending, faults }: RoundPlan): string {
  const lines = runs.map(({ shape, pipeline, range, payload, source, reader, leaveAfter }) => {
    const faulty: string[] = []
    for (let n = range[0]; n < range[1]; n++) {
      const fault = faults.of(n)
      if (fault) faulty.push(`${n} ${fault.name}`)
    }
    const leaves = Number.isFinite(leaveAfter) ? `, left after ${leaveAfter} results` : ''
    return `  ${shape} ${JSON.stringify(pipeline.choices)}, items ${range[0]} to ${range[1] - 1} (${payload}, ${source}), read ${reader}${leaves}; faults: ${faulty.join(', ') || 'none'}`
  })
  const disturbed = disturbances.map(({ act, after, which }) => `${act} ${which} after ${after}`)
  return [
    `  pool: ${variant.name} ${JSON.stringify(variant.options)}${isWarm ? ', started before' : ''}; in the end ${ending}(); disturbances: ${disturbed.join(', ') || 'none'}`,
    ...lines,
  ].join('\n')
}

function shapesTable({ shapes }: Tally): string {
  const rows = [...shapes].map(([name, { pipelines, items, succeeded, failed, cancelled }]) => [
    name,
    ...[pipelines, items, succeeded, failed, cancelled].map(whole),
  ])
  const sum = (key: 'pipelines' | 'items' | 'succeeded' | 'failed' | 'cancelled') =>
    whole([...shapes.values()].reduce((total, shape) => total + shape[key], 0))
  rows.push(['all', sum('pipelines'), sum('items'), sum('succeeded'), sum('failed'), sum('cancelled')])
  return table(['pipeline', 'run', 'items', 'had results', 'failed', 'cancelled'], rows)
}

function faultsTable({ faults }: Tally): string {
  const rows = [...faults].map(([name, times]) => [name, whole(times)])
  rows.push(['all', whole([...faults.values()].reduce((sum, times) => sum + times, 0))])
  return table(['fault', 'struck'], rows)
}

function whole(count: number): string {
  return count.toLocaleString('en')
}

function table(head: string[], rows: string[][]): string {
  const drawn = new Table({
    head,
    colAligns: ['left', ...head.slice(1).map(() => 'right' as const)],
    style: { head: [], border: [], compact: true },
  })
  drawn.push(...rows)
  return drawn.toString()
}
