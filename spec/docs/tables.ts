// Tables of README and of the site's pages that are written, not typed: each stands between `<!-- NAME -->` and `<!-- /NAME -->`.
import { readFileSync } from 'node:fs'
import { atRoot } from './readmeBlocks.js'

const marked = (name: string): RegExp => new RegExp(`(?<=<!-- ${name} -->\n)[\\s\\S]*?(?=<!-- /${name} -->)`)

/** The table of that name, as a document has it. */
export const tableIn = (markdown: string, name: string): string | undefined =>
  marked(name).exec(markdown)?.[0]

/** A document with this table. */
export const withTable = (markdown: string, name: string, table: string): string =>
  markdown.replace(marked(name), () => table)

/** @throws Error where a benchmark's report has nothing of that kind, so that no document loses its table in silence. */
function partOf(report: string, pattern: RegExp): string {
  const [part] = pattern.exec(readFileSync(atRoot(report), 'utf8')) ?? []
  if (part === undefined) throw new Error(`${report} has nothing like ${pattern}: has its heading changed?`)
  return part
}

/** Locks and unlocks a second, as last measured. */
export const lockTable = (): string =>
  partOf('spec/shared/bench/results.md', /^\| lock and unlock .*\n(?:\|.*\n)+/m)

/** What the last whole benchmark run found of what it is to reach. */
export const benchmarkTable = (): string => partOf('spec/bench/results.md', /^\| workload .*\n(?:\|.*\n)+/m)

/** What the last run of the benchmark of Nest found, and whether that is enough. */
export const nestBenchmarkTable = (): string =>
  partOf('spec/bench/nest/results.md', /^\| a light request[\s\S]*/m)

/** What the last run of the benchmark over NATS found of what it is to reach, and how long one item took. */
export const natsBenchmarkTable = (): string =>
  partOf('spec/nats/bench/results.md', /^\| rxjs-parallel over NATS[\s\S]*/m)

/** What `isolation: 'process'` costs, as the last whole benchmark run found it: each median of both, and how they compare. */
export function processTable(): string {
  const found = partOf(
    'spec/bench/results.md',
    /(?:^\| .*, in threads and in processes \|.*\n(?:\|.*\n)+\n)+/m,
  )
  const rows = found.trim().split('\n\n').map(processRow)
  const head = ['| | threads | processes | processes against threads |', '|---|--:|--:|--:|']
  return [...head, ...rows, ''].join('\n')
}

function processRow(table: string): string {
  const [[title = ''] = [], , ...entries] = table
    .split('\n')
    .map((row) => row.split(' | ').map(withoutBorder))
  const entry = (name: string) => entries.find(([first]) => first === name)
  const [threads, processes] = [entry('threads'), entry('processes')]
  if (!threads || !processes)
    throw new Error(`spec/bench/results.md: not of threads and of processes: ${title}`)
  const [, median, , compared] = processes
  return `| ${[title.replace(', in threads and in processes', ''), threads[1], median, compared].join(' | ')} |`
}

/** Of a row's first and last cell. */
const withoutBorder = (cell: string): string => cell.replace(/^\|\s*|\s*\|$/g, '')
