import type { Result } from '../bench.js'
import { median } from '../statistics.js'

/** Three digits say all that a benchmark can know. */
export function number(value: number): string {
  const digits = { maximumSignificantDigits: 3 }
  if (value >= 1e6) return `${(value / 1e6).toLocaleString('en', digits)} M`
  if (value >= 1e4) return `${(value / 1e3).toLocaleString('en', digits)} k`
  return value.toLocaleString('en', digits)
}

export function quantity(value: number, unit: Result['unit']): string {
  return unit === 'items/s' ? `${number(value)}/s` : `${number(value)} ${unit}`
}

/** With two decimals below ten: that is how targets are judged. */
export function ratio(value: number): string {
  return value < 10 ? `${value.toFixed(2)} ×` : `${number(value)} ×`
}

export interface Detail {
  readonly name: string
  readonly median: string
  readonly range: string
  readonly compared: string
}

/** What `compared` says: how much better ours is than this one, or this one than the base. */
export function comparison({ base }: Result): string {
  return base === undefined ? 'ours is better by' : `against ${base}`
}

/** Best first. */
export function details({ unit, entries, base }: Result): Detail[] {
  const moreIsBetter = unit === 'items/s'
  const values = entries.map((entry) => ({ ...entry, value: median(entry.samples) }))
  const reference = values.find(({ name, role }) => (base === undefined ? role === 'ours' : name === base))!
  const better = (a: number, b: number) => (moreIsBetter ? a / b : b / a)
  const compared = (value: number) =>
    ratio(base === undefined ? better(reference.value, value) : better(value, reference.value))
  values.sort((a, b) => (moreIsBetter ? b.value - a.value : a.value - b.value))
  return values.map((entry) => ({
    name: entry.name,
    median: quantity(entry.value, unit),
    range: `${number(Math.min(...entry.samples))}–${number(Math.max(...entry.samples))}`,
    compared: entry === reference ? '' : compared(entry.value),
  }))
}
