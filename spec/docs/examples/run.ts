import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../../package/pack.js'
import { atRoot } from '../readmeBlocks.js'

/** Runs modules one after another, in a process of their own. Returns what is wrong, by the files of those that fail. */
export function failuresOf(files: readonly string[]): Readonly<Record<string, string>> {
  const folder = temporaryFolder()
  const results = join(folder, 'results.json')
  try {
    const tsx = atRoot('node_modules/tsx/dist/cli.mjs')
    execFileSync(process.execPath, [tsx, atRoot('spec/docs/examples/run.program.ts'), results, ...files], {
      // Modules that are meant to fail may say so.
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    return JSON.parse(readFileSync(results, 'utf8'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}
