// Checks the tarball as it would be published: publint its package.json, attw its types.
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { pack, root, temporaryFolder } from './pack.js'

const folder = temporaryFolder()
try {
  const tarball = pack(folder)
  for (const [tool, ...options] of [
    ['publint', '--strict'],
    ['attw', '--profile', 'node16'],
  ] as const) {
    const { status } = spawnSync('npx', ['--no', '--', tool, ...options, tarball], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    if (status !== 0) process.exitCode = 1
  }
} finally {
  rmSync(folder, { recursive: true })
}
