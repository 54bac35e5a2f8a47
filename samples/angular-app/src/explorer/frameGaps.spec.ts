import { expect, it } from 'vitest'
import { FrameGaps } from './frameGaps'

function framesAt(...times: number[]) {
  const gaps = new FrameGaps(4)
  for (const time of times) gaps.frame(time)
  return gaps
}

it('tells the rate over the last frames', () => {
  expect(framesAt().rate).toBe(0)
  expect(framesAt(5).rate).toBe(0)
  expect(framesAt(0, 1000, 1010, 1020, 1030, 1040).rate).toBe(100)
})

it('tells the longest gap from beginning to end', async () => {
  const gaps = framesAt(0, 500)
  gaps.begin()
  for (const time of [510, 560, 570]) gaps.frame(time)
  const longest = gaps.end()
  gaps.frame(580)
  gaps.frame(2000)
  expect(await longest).toBe(50)
})

it('counts the gap in which the end came', async () => {
  const gaps = framesAt(0)
  gaps.begin()
  const longest = gaps.end()
  gaps.frame(300)
  expect(await longest).toBe(300)
})

it('does not count the time for which the page was hidden', () => {
  const gaps = framesAt(0, 10)
  gaps.pause()
  for (const time of [5000, 5010]) gaps.frame(time)
  expect(gaps.recent).toEqual([10, 10])
})
