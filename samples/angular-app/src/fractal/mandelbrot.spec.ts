import { expect, it } from 'vitest'
import { escapeTime, usualLimit } from './mandelbrot'

const inside = Number.POSITIVE_INFINITY

it.each([
  ['the origin', 0, 0],
  ["the cardioid's cusp", 0.25, 0],
  ['the disc to its left', -1, 0.2],
  ['the tip', -2, 0],
  ['i, which goes round in twos', 0, 1],
  ['a smaller copy', -1.7549, 0],
])('%s is in the set', (_, x, y) => {
  expect(escapeTime(x, y, 10_000)).toBe(inside)
})

it('what escapes does so sooner or later', () => {
  expect(escapeTime(2, 2, 100)).toBeLessThan(5)
  const slow = escapeTime(0.2501, 0, 10_000)
  expect(slow).toBeGreaterThan(100)
  expect(slow).toBeLessThan(400)
  expect(escapeTime(0.2501, 0, 100)).toBe(inside)
})

it('varies smoothly: no step where the number of steps changes', () => {
  const times = Array.from({ length: 2000 }, (_, index) => escapeTime(0.4 + index / 1000, 0, 1000))
  const steps = times.slice(1).map((time, index) => times[index]! - time)
  expect(Math.min(...steps)).toBeGreaterThan(0)
  expect(Math.max(...steps)).toBeLessThan(0.06)
})

it('is the same above and below the real axis', () => {
  expect(escapeTime(-0.7453, 0.1127, 5000)).toBe(escapeTime(-0.7453, -0.1127, 5000))
})

it('asks for more steps the further in it is', () => {
  expect(usualLimit(0.5)).toBe(300)
  expect(usualLimit(1)).toBe(300)
  expect(usualLimit(1e12)).toBeGreaterThan(usualLimit(1e6))
})
