/** What is written at the end. */
import { number, ratio } from '../../bench/report/format.js'
import { median } from '../../bench/statistics.js'
import { machine, table, today } from '../../report/markdown.js'
import type { Finding, Table } from '../experiments/experiment.js'
import { percent } from '../experiments/experiment.js'
import type { Calibration } from '../real/calibration.js'
import type { Checked } from '../real/check.js'

export interface Report {
  readonly calibration: Calibration
  readonly checks: readonly Checked[]
  readonly findings: readonly Finding[]
  readonly rounds: number
}

/** So far a prediction may be off. */
const tolerance = 0.15

export function markdown(report: Report): string {
  const { calibration, checks, findings, rounds } = report
  return [
    '# What the simulation says',
    '',
    `Written by \`npm run simulate\` on ${today()}: ${machine()}.`,
    "The library's own scheduling runs in virtual time over threads and messages that cost what they cost here, as measured",
    'in the same run. A message costs the main thread and the other one; each does one thing at a time.',
    '',
    '![Items a second by threads](results.svg)',
    '',
    '## What messages cost here',
    '',
    `Medians of ${rounds} rounds with one real thread and batches of fixed sizes, and the costs by which they are explained`,
    'best.',
    '',
    ...tableLines(samplesTable(calibration)),
    '',
    ...costLines(calibration),
    '',
    '## One and two threads: predicted and measured',
    '',
    `${answerOf(checks)} Medians of ${rounds} rounds in which all took turns, after one that isn't counted; automatic batches.`,
    '',
    ...tableLines(checksTable(checks)),
    '',
    'The simulation has a core for each thread; here the main thread and two others share those that there are, with all',
    'else that runs. How much slower two threads are at once is measured, and taken into account.',
    '',
    ...findings.flatMap(findingLines),
  ].join('\n')
}

export function answerOf(checks: readonly Checked[]): string {
  const near = checks.filter((check) => Math.abs(ratioOf(check) - 1) <= tolerance)
  return `${near.length} of ${checks.length} predictions are within ${percent(tolerance)} of what was measured.`
}

function ratioOf({ predicted, measured }: Checked): number {
  return predicted / median(measured)
}

export function checksTable(checks: readonly Checked[]): Table {
  return {
    head: [
      'workload',
      'threads',
      'order',
      'predicted',
      'measured',
      'range',
      'ratio',
      'main thread: predicted',
      'measured',
    ],
    align: 'lrlrrrrrr',
    rows: checks.map((check) => [
      check.workload,
      String(check.threads),
      check.ordered ? 'kept' : 'as they come',
      `${number(check.predicted)} ms`,
      `${number(median(check.measured))} ms`,
      `${number(Math.min(...check.measured))}–${number(Math.max(...check.measured))}`,
      ratio(ratioOf(check)),
      percent(check.mainPredicted),
      percent(check.mainMeasured),
    ]),
  }
}

function samplesTable({ samples, main, thread }: Calibration): Table {
  const micro = (milliseconds: number) => `${number(milliseconds * 1000)} µs`
  return {
    head: ['items in a message', 'main thread', 'by the fit', 'other thread', 'by the fit'],
    align: 'rrrrr',
    rows: samples.main.map(({ items, took }, at) => [
      String(items),
      micro(took),
      micro(main.perMessage + items * main.perItem),
      micro(samples.thread[at]!.took),
      micro(thread.perMessage + items * thread.perItem),
    ]),
  }
}

function costLines({ main, thread, latency, start, slownessOfTwo }: Calibration): string[] {
  const of = ({ perMessage, perItem }: Calibration['main']) =>
    `${number(perMessage * 1000)} µs a message and ${number(perItem * 1e6)} ns an item`
  return [
    `There and back: the main thread ${of(main)}, the other ${of(thread)}. Besides ${number(latency * 1000)} µs each way;`,
    `${number(start)} ms until a new thread can work; and two threads at once take ${ratio(slownessOfTwo)} as long for arithmetic as one.`,
  ]
}

function findingLines({ title, setup, answer, tables, plot }: Finding): string[] {
  return [
    `## ${title}`,
    '',
    `**${answer}**`,
    '',
    setup,
    '',
    ...(plot ? [`![${title}](${plot})`, ''] : []),
    ...tables.flatMap((each) => [...tableLines(each), '']),
  ]
}

export function tableLines({ head, align, rows }: Table): string[] {
  return table(head, align, rows)
}
