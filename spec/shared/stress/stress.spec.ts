import { expect, it } from 'vitest'
import { countIncrements, countInside, killHolders, passBall } from './stress.js'

it('loses no increment under a mutex', async () => {
  expect(await countIncrements(100_000)).toContain('none lost')
})

it('lets no more inside of a semaphore than it says', async () => {
  expect(await countInside(10_000)).toMatch(/[123] at most of 3/)
})

it('misses no wake-up', async () => {
  expect(await passBall(5000)).toBe('10000 times woken, none missed')
})

it('outlives the deaths of those who hold', async () => {
  expect(await killHolders(12, 1)).toContain('12 threads ended')
}, 180_000)
