/** What was asked for and whether it was reached, and all that was measured. */
import { loadavg } from 'node:os'
import type { Entry, Result } from '../../bench/bench.js'
import type { Role } from '../../bench/competitors/competitor.js'
import { comparison, details, quantity, ratio } from '../../bench/report/format.js'
import { median } from '../../bench/statistics.js'
import { machine, table, today } from '../../report/markdown.js'

interface Asked {
  readonly words: string
  readonly against: (entry: Entry) => boolean
  readonly least: number
}

const asked: readonly Asked[] = [
  { words: 'at least 20 ×', against: ({ name }) => name.startsWith('BullMQ'), least: 20 },
  { words: 'at least 0.7 ×', against: ({ role }) => role === ('batched' satisfies Role), least: 0.7 },
]

/** Lines of a table: of what was asked, what there was to compare with. */
export function verdicts({ entries, unit }: Result): string[] {
  const rate = ({ samples }: Entry) => median(samples)
  const ours = rate(entries.find(({ role }) => role === 'ours')!)
  const rows = asked.flatMap(({ words, against, least }) => {
    const [best] = entries.filter(against).sort((a, b) => rate(b) - rate(a))
    if (!best) return []
    const found = ours / rate(best)
    const other = `${best.name}: ${quantity(rate(best), unit)}`
    return [[quantity(ours, unit), other, ratio(found), words, found >= least ? 'yes' : '**no**']]
  })
  return table(['rxjs-parallel over NATS', 'against', 'ratio', 'asked', 'met'], 'rlrll', rows)
}

/** Shown with the figures: other programs on the machine take from them. */
export function load(): string {
  return loadavg()
    .map((value) => value.toFixed(1))
    .join(', ')
}

export function markdown(results: readonly Result[], rounds: number, loads: readonly string[]): string {
  const [first] = results
  return [
    '# Benchmark over NATS',
    '',
    `Written by \`npm run bench:nats\` on ${today()}: ${machine()}.`,
    `Everything ran in one run, with two serving processes each; in each of ${rounds} rounds all took turns. Values are`,
    'medians of the rounds, ratios those of medians. Every result was checked. JetStream keeps its streams on disk, Redis',
    'keeps nothing there. BullMQ has jobs added many at a time, 200 in progress a process, and results by its events.',
    'Whoever is fed item by item is shown with the better of two numbers of items on their way.',
    '',
    ...verdicts(first!),
    '',
    ...results.flatMap((result) => [...detailsTable(result), '']),
    `Load averages of the machine before and after: ${loads.join('; ')}.`,
    '',
  ].join('\n')
}

function detailsTable(result: Result): string[] {
  const rows = details(result).map(({ name, median, range, compared }) => [name, median, range, compared])
  return table([result.title, 'median', 'range', comparison(result)], 'lrrr', rows)
}
