import { expect, it } from 'vitest'
import { sparkline } from './sparkline'

it('draws numbers as heights, the highest at the top', () => {
  expect(sparkline([0, 5, 10], 100, 20)).toBe('0,20 50,10 100,0')
})

it('draws nothing, one number, and nothing but zeros', () => {
  expect(sparkline([], 100, 20)).toBe('')
  expect(sparkline([7], 100, 20)).toBe('0,0')
  expect(sparkline([0, 0], 100, 20)).toBe('0,20 100,20')
})
