import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { afterAll } from 'vitest'
import { root, temporaryFolder } from '../package/pack.js'
import { fixture } from './pools.js'

/** Compiles fixtures as tsc does, each beside its map, into a folder that is gone after the spec. */
export function compiledFixtures(...names: string[]): string {
  const folder = temporaryFolder()
  afterAll(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(root, join(folder, 'node_modules/rxjs-parallel'))
  for (const name of names) {
    const file = fileURLToPath(fixture(`${name}.ts`))
    const { outputText, sourceMapText } = ts.transpileModule(readFileSync(file, 'utf8'), {
      fileName: file,
      compilerOptions: { module: ts.ModuleKind.ES2022, target: ts.ScriptTarget.ES2022, sourceMap: true },
    })
    const map = { ...JSON.parse(sourceMapText!), sources: [file] }
    writeFileSync(join(folder, `${name}.js`), outputText)
    writeFileSync(join(folder, `${name}.js.map`), JSON.stringify(map))
  }
  return folder
}
