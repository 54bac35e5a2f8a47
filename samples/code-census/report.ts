/** What the census prints. Text only, so that it can be tested and piped. */
import { relative } from 'node:path'
import Table from 'cli-table3'
import type { PackageTotals } from './totals.js'
import { longestFirst } from './totals.js'

export interface BusyThread {
  readonly threadId: string
  /** Files measured. */
  readonly done: number
  /** Share of its time at work, from 0 to 1. */
  readonly utilization: number
}

const PACKAGES_SHOWN = 15
const FUNCTIONS_SHOWN = 10
const PROBLEMS_SHOWN = 20

export function packagesTable(packages: readonly PackageTotals[]): string {
  const rows = packages
    .slice(0, PACKAGES_SHOWN)
    .map((found) => [
      found.package,
      number(found.files),
      number(found.lines),
      number(found.functions),
      number(found.longest[0]?.lines ?? 0),
      number(found.longest[0]?.complexity ?? 0),
    ])
  const head = ['package', 'files', 'lines', 'functions', 'longest', 'its complexity']
  return `${top(rows, packages, 'packages')}, by lines:\n${table(head, rows, ['left'])}`
}

export function functionsTable(packages: readonly PackageTotals[]): string {
  const all = packages.flatMap((found) => found.longest).sort(longestFirst)
  const rows = all
    .slice(0, FUNCTIONS_SHOWN)
    .map((found) => [
      shorten(found.name, 30),
      `${shorten(relative('', found.path), 50)}:${found.line}`,
      number(found.lines),
      number(found.complexity),
    ])
  const head = ['function', 'where', 'lines', 'complexity']
  return `The longest functions, one a file:\n${table(head, rows, ['left', 'left'])}`
}

/** Empty when there were none. */
export function problemsList(packages: readonly PackageTotals[]): string {
  const all = packages.flatMap((found) => found.problems)
  if (all.length === 0) return ''
  const lines = all.slice(0, PROBLEMS_SHOWN).map(({ path, reason }) => `  ${relative('', path)}: ${reason}`)
  if (all.length > PROBLEMS_SHOWN) lines.push(`  and ${number(all.length - PROBLEMS_SHOWN)} more`)
  return [`${count(all.length, 'problem')}, not in the tables:`, ...lines].join('\n')
}

export function threadsTable(threads: readonly BusyThread[]): string {
  const rows = threads.map(({ threadId, done, utilization }) => [
    threadId,
    number(done),
    `${Math.round(utilization * 100)} %`,
  ])
  return table(['thread', 'done', 'busy'], rows, ['left'])
}

export function summary(packages: readonly PackageTotals[], seconds: number, threads: number): string {
  const sum = (key: 'files' | 'lines' | 'functions') => packages.reduce((n, found) => n + found[key], 0)
  const counted = [
    count(sum('files'), 'file'),
    count(sum('lines'), 'line'),
    count(sum('functions'), 'function'),
  ]
  return `${counted.join(', ')} in ${seconds.toFixed(1)} s with ${count(threads, 'thread')}`
}

export function comparison(parallelSeconds: number, plainSeconds: number, same: boolean): string {
  const speedUp = (plainSeconds / parallelSeconds).toFixed(2)
  const agreement = same ? 'Both counted the same.' : 'They did NOT count the same.'
  return `In one thread, a plain loop: ${plainSeconds.toFixed(1)} s, so ${speedUp} times as fast. ${agreement}`
}

function top(rows: unknown[], all: readonly unknown[], what: string): string {
  return rows.length < all.length ? `The top ${rows.length} of ${all.length} ${what}` : `All ${what}`
}

/** Columns are right-aligned, as numbers want it, where `align` says nothing else. */
function table(head: string[], rows: string[][], align: ('left' | 'right')[]): string {
  const colAligns = head.map((_, column) => align[column] ?? 'right')
  const drawn = new Table({ head, colAligns, style: { head: [], border: [], compact: true } })
  drawn.push(...rows)
  return drawn.toString()
}

/** The end of a path says more than its beginning. */
function shorten(text: string, length: number): string {
  return text.length <= length ? text : `…${text.slice(1 - length)}`
}

function count(n: number, what: string): string {
  return `${number(n)} ${what}${n === 1 ? '' : 's'}`
}

function number(n: number): string {
  return n.toLocaleString('en')
}
