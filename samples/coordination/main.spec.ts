import { expect, it } from 'vitest'
import { beforeAndAfter, jumbledAndLocked, oneKeyEach, threeAtATime, twoStages, twoWaiters } from './main.js'

async function linesOf(sample: (log: (line: string) => void) => Promise<void>): Promise<string[]> {
  const lines: string[] = []
  await sample((line) => lines.push(line))
  return lines
}

it('lets two wait for an event, one of them in vain', async () => {
  expect(await linesOf(twoWaiters)).toEqual(['impatient: waited in vain', 'patient: the event is set'])
})

it('writes whole lines under a lock, and the same letters without', async () => {
  const [jumbled, locked] = await linesOf(jumbledAndLocked)
  const lines = locked!.split('\n').slice(1).sort()
  expect(lines).toEqual(['', 'and is gone', 'jumps over', 'the lazy dog', 'the quick brown fox'])
  const letters = (text: string) => [...text.slice(text.indexOf('\n'))].sort().join('')
  expect(letters(jumbled!)).toBe(letters(locked!))
})

it('wakes two of stage two when stage one is done', async () => {
  const lines = await linesOf(twoStages)
  expect(lines).toEqual(['first: stage one has found 42', 'second: stage one has found 42'])
})

it('has three jobs active at a time, and each of the ten once', async () => {
  const active = (await linesOf(threeAtATime)).map((line) => line.replace('active: ', '').split(', '))
  expect(active).toHaveLength(10)
  expect(Math.max(...active.map((names) => names.length))).toBeLessThanOrEqual(3)
  expect(new Set(active.flat()).size).toBe(10)
})

it('has the keys of ten threads', async () => {
  expect(await linesOf(oneKeyEach)).toEqual([
    '1: 1, 2: 4, 3: 9, 4: 16, 5: 25, 6: 36, 7: 49, 8: 64, 9: 81, 10: 100',
  ])
}, 60_000)

it('reads a namespace before and after an event', async () => {
  expect(await linesOf(beforeAndAfter)).toEqual(['before the event: nothing yet, after it: something'])
})
