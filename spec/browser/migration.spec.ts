// The programs of samples/migration that are for browsers.
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { expect, it, onTestFinished } from 'vitest'
import { root, temporaryFolder } from '../package/pack.js'
import { browserTests } from './support/browser.js'

const { open } = browserTests()

it('programs with observable-webworker and with this library give the same results', async () => {
  const folder = temporaryFolder()
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const sources = join(root, 'samples/migration/observable-webworker')
  const workers = ['theirs', 'theirTotals', 'ours'].map((name) => join(sources, `${name}.worker.ts`))
  await build({
    entryPoints: [join(sources, 'page.ts'), ...workers],
    outdir: folder,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    logLevel: 'error',
  })
  writeFileSync(join(folder, 'index.html'), '<script type="module" src="page.js"></script>')
  const page = await open({ folder, path: 'index.html' })
  const counts = [4, 25, 168, 1229]
  expect(await page.evaluate(() => (globalThis as any).results)).toEqual({
    'a pool': { theirs: counts, ours: counts },
    'a stream through one worker': { theirs: [1, 3, 6], ours: [1, 3, 6] },
  })
})
