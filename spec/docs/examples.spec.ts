import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as rxjs from 'rxjs'
import ts from 'typescript'
import { beforeAll, describe, expect, it } from 'vitest'
import { pages } from './documents.js'
import type { Example } from './examples/examples.js'
import { checkedModuleOf, examplesOf, examplesOnPage, importsFor, moduleOf } from './examples/examples.js'
import { compilerOptions, publicNames } from './examples/publicNames.js'
import { failuresOf } from './examples/run.js'
import { atRoot } from './readmeBlocks.js'

const names = publicNames()
// A name may be exported by two entries.
const inComments = new Map(names.flatMap(examplesOf).map((example) => [example.title, example]))
const examples = [...inComments.values(), ...pages().flatMap(examplesOnPage)]
const imports = importsFor(names, Object.keys(rxjs), examples)

// Inside of the repository, so that 'rxjs-parallel' is the package itself.
const folder = atRoot('.docs/examples')
const asWritten = (example: Example) => join(folder, 'written', example.file)
const asRun = (example: Example) => join(folder, 'run', example.file)

const typeErrors = new Map<string, string[]>()
let failures: Record<string, string> = {}

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true })
  for (const kind of ['written', 'run']) mkdirSync(join(folder, kind), { recursive: true })
  for (const example of examples) {
    writeFileSync(asWritten(example), moduleOf(example, imports))
    writeFileSync(asRun(example), checkedModuleOf(example, imports))
  }
  check()
  run()
}, 600_000)

function check() {
  const program = ts.createProgram(examples.map(asWritten), compilerOptions())
  for (const { file, start = 0, messageText } of ts.getPreEmitDiagnostics(program)) {
    const path = file?.fileName ?? ''
    const { line = 0 } = file?.getLineAndCharacterOfPosition(start) ?? {}
    const error = `line ${line + 1}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
    typeErrors.set(path, [...(typeErrors.get(path) ?? []), error])
  }
}

const printing = examples.filter(({ prints }) => prints)

function run() {
  failures = failuresOf(printing.map(asRun))
}

describe('each public name has an example:', () => {
  for (const name of names)
    it(`${name.name} of ${name.entry}`, () => {
      expect(examplesOf(name)).not.toEqual([])
    })
})

it('no two examples have one name', () => {
  const files = examples.filter(({ isNamed }) => isNamed).map(({ file }) => file)
  expect(files).toEqual([...new Set(files)])
})

describe('the example of', () => {
  for (const example of examples)
    it(`${example.title} compiles`, () => {
      expect(typeErrors.get(asWritten(example)) ?? []).toEqual([])
    })

  for (const example of printing)
    it(`${example.title} prints what it says`, () => {
      expect(failures[asRun(example)]).toBeUndefined()
    })
})
