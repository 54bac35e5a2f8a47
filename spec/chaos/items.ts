/** Items of several kinds, each with its number in it, and the results that come of them. */

/** `'mixed'`: each of them in turn. */
export type Payload = 'number' | 'text' | 'record' | 'buffer' | 'mixed'

const kinds = ['number', 'text', 'record'] as const

export function itemOf(n: number, payload: Payload): unknown {
  switch (payload === 'mixed' ? kinds[n % kinds.length] : payload) {
    case 'number':
      return n
    case 'text':
      return `${n}`
    case 'buffer':
      return { n, bytes: Float64Array.of(n) }
    default:
      return { n, text: `item ${n}`, list: [n, null] }
  }
}

/** One that structured clone refuses. */
export function badItemOf(n: number): unknown {
  return { n, onDone() {} }
}

/** The number of what {@link itemOf} has made. */
export function numberOf(item: unknown): number {
  if (typeof item !== 'object' || item === null) return Number(item)
  const { n, 0: first } = item as { n?: number; 0?: unknown }
  return n ?? (typeof first === 'object' ? numberOf(first) : Number(first))
}

/** Which item a result is of, and which of its results, from 0. */
export function readResult(value: unknown): { n: number; i: number } {
  if (typeof value === 'number') return { n: Math.floor(value / 2048), i: value % 2048 }
  if (typeof value === 'string') {
    const [n, i] = value.split(':').map(Number)
    return { n: n!, i: i! }
  }
  return value as { n: number; i: number }
}

/** How many results a task that emits many has for an item: as workers/chaos.worker.mjs. */
export function countOf(n: number): number {
  return n % 97 === 96 ? 1500 : n % 4
}
