/** What reports are written with. */
import { availableParallelism, cpus } from 'node:os'

/** What a report's numbers were measured on. */
export function machine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor'
  return `Node ${process.versions.node}, ${availableParallelism()} cores (${model})`
}

/** The day, as in 2026-01-31. */
export function today(): string {
  return new Date().toISOString().slice(0, 10)
}

/** Lines of a table. @param align `l` or `r` for each column. */
export function table(
  head: readonly string[],
  align: string,
  rows: readonly (readonly string[])[],
): string[] {
  const rule = [...align].map((side) => (side === 'r' ? '--:' : '---')).join('|')
  return [row(head), `|${rule}|`, ...rows.map(row)]
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}
