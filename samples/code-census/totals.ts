/** Running totals a package: a whole stream of measures in, one line a package out. */
import type { Measure } from './measureFile.js'
import type { FunctionMetrics } from './parse.js'

export interface FoundFunction extends FunctionMetrics {
  readonly path: string
}

export interface Problem {
  readonly path: string
  readonly reason: string
}

export interface PackageTotals {
  readonly package: string
  files: number
  lines: number
  functions: number
  /** The longest function of each of its files, longest first, at most {@link LONGEST_KEPT}. */
  longest: FoundFunction[]
  readonly problems: Problem[]
}

export const LONGEST_KEPT = 10

/** A stage sees only a branch, so its packages' totals are whole if a package's files all come this way. */
export async function* totals(
  measures: AsyncIterable<Measure> | Iterable<Measure>,
): AsyncGenerator<PackageTotals> {
  const packages = new Map<string, PackageTotals>()
  for await (const measure of measures) {
    const known = packages.get(measure.package) ?? nothingYet(measure.package)
    packages.set(measure.package, known)
    add(measure, known)
  }
  for (const found of packages.values()) found.problems.sort((a, b) => (a.path < b.path ? -1 : 1))
  yield* [...packages.values()].sort(largestFirst)
}

/** Measures come in any order and results have to be the same ones: equal sizes go by name. */
export function largestFirst(a: PackageTotals, b: PackageTotals): number {
  return b.lines - a.lines || (a.package < b.package ? -1 : 1)
}

export function longestFirst(a: FoundFunction, b: FoundFunction): number {
  return b.lines - a.lines || (a.path < b.path ? -1 : 1)
}

function nothingYet(name: string): PackageTotals {
  return { package: name, files: 0, lines: 0, functions: 0, longest: [], problems: [] }
}

function add({ path, metrics, problem }: Measure, sum: PackageTotals) {
  if (metrics === undefined) return void sum.problems.push({ path, reason: problem ?? 'not measured' })
  sum.files++
  sum.lines += metrics.lines
  sum.functions += metrics.functions
  if (metrics.longest === undefined) return
  sum.longest = [...sum.longest, { ...metrics.longest, path }].sort(longestFirst).slice(0, LONGEST_KEPT)
}
