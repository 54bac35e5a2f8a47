/** What is printed while it runs. */
import Table from 'cli-table3'
import type { Result } from '../bench.js'
import { comparison, details, quantity, ratio } from './format.js'
import { verdicts } from './targets.js'

export function detailsText(result: Result): string {
  const rows = details(result).map(({ name, median, range, compared }) => [name, median, range, compared])
  return table([result.title, 'median', 'range', comparison(result)], rows)
}

export function targetsText(results: readonly Result[]): string {
  const rows = verdicts(results).map(({ title, unit, ours, other, judged, asked, met }) => [
    title,
    quantity(ours, unit),
    other ? `${other.name}: ${quantity(other.value, unit)}` : '',
    other ? ratio(judged) : '',
    asked,
    met ? 'met' : 'NOT met',
  ])
  return table(['issue 3 asks', 'ours', 'against', 'ratio', 'asked', ''], rows)
}

function table(head: string[], rows: string[][]): string {
  const drawn = new Table({ head, style: { head: [], border: [], compact: true } })
  drawn.push(...rows)
  return drawn.toString()
}
