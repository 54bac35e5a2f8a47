// npm run release: publishes this version with npm's provenance, from CI only. See releaseGuard.ts for what has to hold.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './pack.js'
import { reasonsAgainst } from './releaseGuard.js'

const read = (file: string) => readFileSync(join(root, file), 'utf8')
const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim()
/** Of a folder that is no checkout, as of an unpacked archive, git knows nothing. */
const checkout = () => {
  try {
    return { changes: git('status', '--porcelain'), tags: git('tag', '--points-at', 'HEAD').split('\n') }
  } catch {
    return undefined
  }
}
const run = (command: string, ...args: string[]) =>
  execFileSync(command, args, { cwd: root, stdio: 'inherit' })

const reasons = reasonsAgainst({
  env: process.env,
  checkout: checkout(),
  manifest: JSON.parse(read('package.json')),
  changelog: read('CHANGELOG.md'),
})
if (reasons.length > 0) {
  for (const reason of reasons) console.error(`release: ${reason}`)
  process.exitCode = 1
} else {
  run(join(root, '.ci/run'))
  // What the checks have built and changed must be what is tagged.
  if (git('status', '--porcelain') !== '')
    throw new Error('release: the checks have changed files; see git status')
  run('npm', 'publish', '--provenance', '--access', 'public')
}
