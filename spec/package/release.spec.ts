import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { root } from './pack.js'
import type { ReleaseState } from './releaseGuard.js'
import { reasonsAgainst } from './releaseGuard.js'

const sound: ReleaseState = {
  env: { CI: 'true', GITHUB_ACTIONS: 'true' },
  checkout: { changes: '', tags: ['v1.2.3'] },
  manifest: { version: '1.2.3', repository: { type: 'git', url: 'git+https://example.org/r.git' } },
  changelog: '# Changelog\n\n## [Unreleased]\n\n## [1.2.3] - 2026-12-01\n',
}

it('releases what is tagged, dated and clean, from CI', () => {
  expect(reasonsAgainst(sound)).toEqual([])
})

it.each<[string, Partial<ReleaseState>, RegExp]>([
  ['outside CI', { env: {} }, /no CI/],
  ['in a CI without provenance', { env: { CI: 'true' } }, /no CI that npm's provenance knows/],
  ['outside a checkout', { checkout: undefined }, /no checkout/],
  [
    'with changes',
    { checkout: { changes: ' M lib/index.ts', tags: ['v1.2.3'] } },
    /not clean; commit or undo:\n M lib\/index\.ts/,
  ],
  ['without its tag', { checkout: { changes: '', tags: ['v1.2.2', 'latest'] } }, /no tag v1\.2\.3/],
  ['without a repository', { manifest: { version: '1.2.3' } }, /no repository/],
  ['without a date', { changelog: '## [1.2.3] - YYYY-MM-DD\n' }, /no heading '## \[1\.2\.3\]/],
  ['of a version that is not in the changelog', { changelog: '## [1.2.30] - 2026-12-01\n' }, /no heading/],
])('refuses %s', (_what, change, reason) => {
  const reasons = reasonsAgainst({ ...sound, ...change })
  expect(reasons).toHaveLength(1)
  expect(reasons[0]).toMatch(reason)
})

it('refuses here, before it runs anything', () => {
  const { CI: _, GITHUB_ACTIONS: __, GITLAB_CI: ___, ...env } = process.env
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', 'spec/package/release.ts'],
    {
      cwd: root,
      env,
      encoding: 'utf8',
    },
  )
  expect(stderr).toMatch(/^release: this is no CI/m)
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
})

it("has a changelog as Keep a Changelog wants it, with this version's heading below Unreleased", () => {
  const changelog = readFileSync(join(root, 'CHANGELOG.md'), 'utf8')
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const headings = [...changelog.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading)
  expect(headings[0]).toBe('[Unreleased]')
  expect(headings[1]).toMatch(/^\[\d+\.\d+\.\d+\] - (\d{4}-\d\d-\d\d|YYYY-MM-DD)$/)
  expect(headings[1]).toContain(`[${version}]`)
  const kinds = [...changelog.matchAll(/^### (.*)$/gm)].map(([, kind]) => kind)
  const known = ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security']
  expect(kinds.filter((kind) => !known.includes(kind!))).toEqual([])
})
