/** What of a checkout a release is judged by. */
interface Checkout {
  /** What `git status --porcelain` prints. */
  readonly changes: string
  /** The tags of the commit. */
  readonly tags: readonly string[]
}

/** What a release is judged by. */
export interface ReleaseState {
  readonly env: Readonly<Record<string, string | undefined>>
  /** What git says; undefined if it says nothing. */
  readonly checkout: Checkout | undefined
  readonly manifest: { readonly version: string; readonly repository?: unknown }
  readonly changelog: string
}

/** Why there must be no release, each with what to do; none, if there may be one. */
export function reasonsAgainst({ env, checkout, manifest, changelog }: ReleaseState): string[] {
  const { version, repository } = manifest
  const { changes, tags } = checkout ?? { changes: '', tags: [] }
  const reasons: [isSo: boolean, reason: string][] = [
    [
      !env.CI || !(env.GITHUB_ACTIONS || env.GITLAB_CI),
      "this is no CI that npm's provenance knows (GitHub Actions, GitLab CI); push the tag and let CI run it",
    ],
    [checkout === undefined, 'git knows no checkout here; release from a clone'],
    [changes !== '', `the working tree is not clean; commit or undo:\n${changes}`],
    [
      checkout !== undefined && !tags.includes(`v${version}`),
      `the commit has no tag v${version}; tag what is to be released`,
    ],
    [repository === undefined, 'package.json has no repository, which the provenance has to match; add it'],
    [
      !datedHeading(version).test(changelog),
      `CHANGELOG.md has no heading '## [${version}] - YYYY-MM-DD' with a date; give the release its date`,
    ],
  ]
  return reasons.flatMap(([isSo, reason]) => (isSo ? [reason] : []))
}

function datedHeading(version: string): RegExp {
  return new RegExp(`^## \\[${version.replaceAll('.', '\\.')}\\] - \\d{4}-\\d\\d-\\d\\d$`, 'm')
}
