import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { temporaryFolder } from '../package/pack.js'

/** Writes modules into a folder that is gone after the spec: such as no compiler or linter of ours should see. */
export function workerFiles(): (name: string, code: string) => string {
  const folder = temporaryFolder()
  afterAll(() => rmSync(folder, { recursive: true }))
  return (name, code) => {
    const file = join(folder, name)
    writeFileSync(file, code)
    return file
  }
}
