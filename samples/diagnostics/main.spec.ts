import { expect, it } from 'vitest'
import { main } from './main.js'

it('tells which item failed, and how long a run took', async () => {
  const lines: string[] = []
  await main((line) => lines.push(line))
  expect(lines).toEqual([
    'roots: root failed at items[1]: RangeError: -1 has no root',
    expect.stringMatching(/^roots: root took \d+\.\d ms$/),
  ])
})
