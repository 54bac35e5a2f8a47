import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { root } from '../package/pack.js'
import { compiledFixtures } from '../support/compiled.js'
import { fixture } from '../support/pools.js'

const compiled = compiledFixtures('sourceMaps.worker', 'sourceMaps.program')

/** Where in a fixture a text stands, as stacks name it: FILE:LINE. */
function lineOf(file: string, text: string): string {
  const lines = readFileSync(fixture(file), 'utf8').split('\n')
  return `${file}:${lines.findIndex((line) => line.includes(text)) + 1}:`
}

const thrownAt = lineOf('sourceMaps.worker.ts', 'throw new')
const calledAt = lineOf('sourceMaps.program.ts', 'pool.run')

const stackOf = (...args: string[]) =>
  execFileSync(process.execPath, args, { encoding: 'utf8', cwd: root, env: { PATH: process.env.PATH } })

describe.each(['thread', 'process'])("the stack of a worker's error (isolation: '%s')", (isolation) => {
  it('names the lines of TypeScript with --enable-source-maps, there and here', () => {
    const stack = stackOf('--enable-source-maps', join(compiled, 'sourceMaps.program.js'), isolation)
    expect(stack).toMatch(/^RangeError: nothing to add up\n/)
    expect(stack).toContain(thrownAt)
    expect(stack).toContain(calledAt)
    expect(stack).not.toMatch(/sourceMaps\.\w+\.js:/)
  })

  it('names those of JavaScript without', () => {
    const stack = stackOf(join(compiled, 'sourceMaps.program.js'), isolation)
    expect(stack).toMatch(/sourceMaps\.worker\.js:\d+:/)
    expect(stack).not.toContain('.ts:')
  })

  it('names the lines of TypeScript that tsx loads, without any flag', () => {
    const stack = stackOf('--import', 'tsx', fileURLToPath(fixture('sourceMaps.program.ts')), isolation)
    expect(stack).toContain(thrownAt)
    expect(stack).toContain(calledAt)
  })
})
