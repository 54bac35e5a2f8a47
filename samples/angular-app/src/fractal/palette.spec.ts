import { describe, expect, it } from 'vitest'
import { colourOf, colourTable, insideColour, isPaletteName, paletteNames } from './palette'

const bytes = (colour: number) => [0, 8, 16, 24].map((shift) => (colour >>> shift) & 255)

describe.each(paletteNames)('%s', (name) => {
  const table = colourTable(name)

  it('is a ring without edges', () => {
    const steps = [...table].flatMap((colour, index) => {
      const next = bytes(table[(index + 1) % table.length]!)
      return bytes(colour).map((value, part) => Math.abs(next[part]! - value))
    })
    expect(Math.max(...steps)).toBeLessThan(12)
  })

  it('is opaque', () => {
    expect(table.every((colour) => colour >>> 24 === 255)).toBe(true)
  })

  it('has a colour for every escape time', () => {
    for (const time of [0, 0.5, 3, 17.25, 1e3, 1e6]) expect(table).toContain(colourOf(time, table))
    expect(colourOf(Number.POSITIVE_INFINITY, table)).toBe(insideColour)
  })
})

it('is named by its own name only', () => {
  expect(['dusk', 'toString', '', null].map(isPaletteName)).toEqual([true, false, false, false])
})
