import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { temporaryFolder } from '../../package/pack.js'
import type { Example } from './examples.js'
import { checkedModuleOf } from './examples.js'
import { failuresOf } from './run.js'

// What examples.spec.ts rests on: that an example which doesn't print what it says fails.

const modules = {
  right: "console.log(1) // → 1\nsetTimeout(() => console.log('two', [3]))\n// → two [ 3 ]\n",
  several: 'for (const n of [1, 2]) console.log(n) // → 1, 2\n',
  lines: `console.log({ a: ['x'.repeat(80)] })\n// → { a: [ '${'x'.repeat(80)}' ] }\n`,
  other: 'console.log(1) // → 2\n',
  nothing: 'const n = 1 // → 1\n',
  more: 'setTimeout(() => console.log(2))\nconsole.log(1) // → 1\n',
  throws: "throw new RangeError('oops')\n",
  hangs: 'await new Promise(() => {})\n',
}

it('an example fails that prints something else, nothing or more, throws or never ends', () => {
  const folder = temporaryFolder()
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const files = Object.entries(modules).map(([name, code]) => {
    const example: Example = { title: name, file: `${name}.mts`, code, isNamed: false, prints: true }
    const file = join(folder, example.file)
    writeFileSync(file, checkedModuleOf(example, new Map()))
    return file
  })
  const found = Object.entries(failuresOf(files)).map(([file, failure]) => [
    file.slice(folder.length + 1),
    failure.split('\n').slice(0, 2),
  ])
  expect(Object.fromEntries(found)).toEqual({
    'other.mts': ['expected: 2', 'printed:  1'],
    'nothing.mts': ['expected: 1', 'printed:  '],
    'more.mts': ['printed besides: 2'],
    'throws.mts': ['RangeError: oops', expect.stringContaining('throws.mts')],
    'hangs.mts': ['never came to its end'],
  })
})
