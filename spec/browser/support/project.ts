import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { pack, root } from '../../package/pack.js'

/** What a user's project has besides this package. What these need themselves is found where they really are. */
const dependencies = ['rxjs', 'threads', 'msgpackr', 'typescript', 'ts-loader', 'esbuild', 'vite']

/** Makes an empty project into which what `npm pack` gives is installed: dist has to be built. */
export function makeProject(folder: string): void {
  const installed = join(folder, 'node_modules/rxjs-parallel')
  mkdirSync(installed, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
  const tarball = pack(folder)
  execFileSync('tar', ['-xzf', tarball, '--strip-components=1', '-C', installed])
  rmSync(tarball)
  for (const name of dependencies)
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name))
}

/**
 * Bundles the pages of spec/browser/pages, and their workers, as an ESM application of that project. Returns the folder
 * to be served.
 */
export async function buildPages(project: string): Promise<string> {
  const [sources, site] = [join(project, 'pages'), join(project, 'site')]
  cpSync(join(root, 'spec/browser/pages'), sources, { recursive: true })
  cpSync(join(sources, 'static'), site, { recursive: true })
  // Such as no linter of ours should see.
  writeFileSync(join(site, 'broken.js'), 'export default { oh no }')
  await build({
    absWorkingDir: sources,
    entryPoints: readdirSync(sources).filter((file) => /\.(page|worker)\.ts$/.test(file)),
    outdir: site,
    bundle: true,
    format: 'esm',
    splitting: true,
    sourcemap: true,
    target: 'es2022',
    logLevel: 'warning',
  })
  return site
}
