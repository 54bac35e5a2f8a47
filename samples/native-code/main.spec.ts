import { expect, it } from 'vitest'
import { main } from './main.js'

it('prints what its comment says', async () => {
  const lines: string[] = []
  await main((line) => lines.push(line))
  expect(lines).toEqual([
    'roof.png is 800 pixels wide',
    'broken.png: SIGABRT',
    'cellar.png is 1000 pixels wide',
  ])
})
