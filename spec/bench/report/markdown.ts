/** What is written at the end. */
import { machine, table, today } from '../../report/markdown.js'
import type { Result } from '../bench.js'
import { THREADS } from '../competitors/competitor.js'
import { comparison, details, quantity, ratio } from './format.js'
import { verdicts } from './targets.js'

export function markdown(results: readonly Result[], rounds: number): string {
  return [
    '# Benchmark results',
    '',
    `Written by \`npm run bench\` on ${today()}: ${machine()}.`,
    `Everything ran in one run, with ${THREADS} threads each unless it says otherwise; in each of ${rounds} rounds all took`,
    'turns. Values are medians of the rounds, ratios are those of medians. Pools were fed item by item with the better of',
    'two numbers of items in flight. Every result was checked.',
    '',
    '![Items a second, by workload and competitor](results.svg)',
    '',
    '## What was asked for, and what was reached',
    '',
    ...targetsTable(results),
    '',
    '## All that was measured',
    '',
    ...results.flatMap((result) => [...detailsTable(result), '']),
    'Event-loop delay is that of the main thread, less the timer interval that an idle loop measures. Peak memory is that',
    'of a process of its own, less that of an idle Node process. “Apart” are three stages with a `map` between them.',
    '',
  ].join('\n')
}

function targetsTable(results: readonly Result[]): string[] {
  return table(
    ['workload', 'rxjs-parallel', 'against', 'ratio', 'asked', 'met'],
    'lrlrrl',
    verdicts(results).map(({ title, unit, ours, other, judged, asked, met }) => [
      title,
      quantity(ours, unit),
      other ? `${other.name}: ${quantity(other.value, unit)}` : '',
      other ? ratio(judged) : '',
      asked,
      met ? 'yes' : '**no**',
    ]),
  )
}

function detailsTable(result: Result): string[] {
  const rows = details(result).map(({ name, median, range, compared }) => [name, median, range, compared])
  return table([result.title, 'median', 'range', comparison(result)], 'lrrr', rows)
}
