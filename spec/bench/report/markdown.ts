/** What is written at the end. */
import { availableParallelism, cpus } from 'node:os'
import type { Result } from '../bench.js'
import { THREADS } from '../competitors/competitor.js'
import { comparison, details, quantity, ratio } from './format.js'
import { verdicts } from './targets.js'

export function markdown(results: readonly Result[], rounds: number): string {
  return [
    '# Benchmark results',
    '',
    `Written by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}: ${machine()}.`,
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

function machine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor'
  return `Node ${process.versions.node}, ${availableParallelism()} cores (${model})`
}

function targetsTable(results: readonly Result[]): string[] {
  return [
    '| workload | rxjs-parallel | against | ratio | asked | met |',
    '|---|--:|---|--:|--:|---|',
    ...verdicts(results).map(({ title, unit, ours, other, judged, asked, met }) =>
      row([
        title,
        quantity(ours, unit),
        other ? `${other.name}: ${quantity(other.value, unit)}` : '',
        other ? ratio(judged) : '',
        asked,
        met ? 'yes' : '**no**',
      ]),
    ),
  ]
}

function detailsTable(result: Result): string[] {
  return [
    `| ${result.title} | median | range | ${comparison(result)} |`,
    '|---|--:|--:|--:|',
    ...details(result).map(({ name, median, range, compared }) => row([name, median, range, compared])),
  ]
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}
