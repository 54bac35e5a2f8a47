import { expect, it } from 'vitest'
import { main } from './main.js'
import tasks from './primes.worker.js'

it('prints what its comments say', async () => {
  const parts = partsOf(await linesOf(main))
  expect(parts.ordered).toEqual([1, 2, 3, 6, 1, 7, 1, 2, 4, 8])
  expect(new Set(parts.unordered)).toEqual(new Set([16, 81, 10_000]))
  expect(parts.branches?.filter((line) => String(line).startsWith('roof'))).toEqual(['roof 21', 'roof 23'])
  expect(parts.branches?.filter((line) => String(line).startsWith('cellar'))).toEqual([
    'cellar 12',
    'cellar 13',
  ])
  expect(parts.producer).toEqual([1, 2, 4, 7, 14, 28])
  expect(parts.loop).toEqual([1, 1, 2, 1, 3, 1, 2, 4, 1, 5])
  expect(parts.inline).toEqual([0, 1, 1, 2, 3, 5, 8, 13, 21, 34])
  expect(parts.errors?.slice(-4)).toEqual([
    'TypeError: fetch failed',
    'hello',
    '/broken: TypeError: fetch failed',
    'hello',
  ])
  expect(parts.scoped).toEqual([256])
  expect(parts.packed).toEqual([21, 23, 24])
  expect(parts.closing).toEqual([true])
})

it('has a worker module whose functions can be called without any thread', () => {
  expect(tasks.square(3)).toBe(9)
  expect(tasks.pow(2, 8)).toBe(256)
  expect([...tasks.divisors(6)]).toEqual([1, 2, 3, 6])
})

async function linesOf(run: (log: (line: unknown) => void) => Promise<void>): Promise<unknown[]> {
  const lines: unknown[] = []
  await run((line) => lines.push(line))
  return lines
}

/** Each part is headed by its name and a colon. */
function partsOf(lines: unknown[]): Record<string, unknown[]> {
  const parts: Record<string, unknown[]> = {}
  let current: unknown[] = []
  for (const line of lines) {
    if (typeof line === 'string' && /^\w+:$/.test(line)) parts[line.slice(0, -1)] = current = []
    else current.push(line)
  }
  return parts
}
