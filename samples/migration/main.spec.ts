import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { libraries } from './main.js'
import { hasPython, pairs as python } from './python.js'

// Not in this process: threads.js finds its workers by the stack of whoever calls it.
it('prints the same with other libraries and with this one', { timeout: 240_000 }, () => {
  const tsx = fileURLToPath(new URL('../../node_modules/tsx/dist/cli.mjs', import.meta.url))
  const main = fileURLToPath(new URL('./main.ts', import.meta.url))
  const { status, stdout, stderr } = spawnSync(process.execPath, [tsx, main], { encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(status).toBe(0)
  const lines = stdout.trim().split('\n')
  expect(
    lines.filter((line) => line.includes(': both print ')).map((line) => line.split(': both')[0]),
  ).toEqual(pairsHere())
  expect(lines).toContain('piscina, a list: both print 168, 4, 1229, 25')
})

/** What main.ts names them. */
function pairsHere(): string[] {
  const here = Object.entries(libraries).filter(([, pairs]) => pairs !== python || hasPython())
  return here.flatMap(([library, pairs]) => pairs.map(({ name }) => `${library}, ${name}`))
}
