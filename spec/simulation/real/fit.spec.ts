import { describe, expect, it } from 'vitest'
import { fitCost } from './fit.js'

const samples = (cost: (items: number) => number) =>
  [1, 16, 256].map((items) => ({ items, took: cost(items) }))

describe('the cost of messages', () => {
  it('is found where there is one that explains all samples', () => {
    const { perMessage, perItem } = fitCost(samples((items) => 0.02 + 0.001 * items))
    expect(perMessage).toBeCloseTo(0.02, 12)
    expect(perItem).toBeCloseTo(0.001, 12)
  })

  it('weighs samples by what they are off by in proportion', () => {
    // Twice as much for the second: the best is off by a share of each, not nearly right for the larger.
    const { perMessage, perItem } = fitCost([
      { items: 0, took: 1 },
      { items: 0, took: 2 },
      { items: 10, took: 11.2 },
    ])
    expect(perMessage).toBeCloseTo((1 / 1 + 1 / 2) / (1 + 1 / 4), 12)
    expect(perMessage + 10 * perItem).toBeCloseTo(11.2, 12)
  })

  it('is not below nothing', () => {
    expect(fitCost(samples((items) => items * items)).perMessage).toBe(0)
    expect(fitCost(samples((items) => 1 / items)).perItem).toBe(0)
  })

  it('needs messages of two sizes', () => {
    expect(() => fitCost([{ items: 1, took: 1 }])).toThrow('at least two sizes')
  })
})
