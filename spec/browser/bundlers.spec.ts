// One page and one worker file, built by three bundlers.
import { execFileSync } from 'node:child_process'
import { cpSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createServer } from 'vite'
import { beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest'
import webpack from 'webpack'
import { root } from '../package/pack.js'
import { browserTests } from './support/browser.js'

const { open, openAt } = browserTests()

const expected = {
  divisors: [1, 2, 3, 6, 1, 7],
  means: [2, 3, 5],
  error: 13,
  ours: 'result.items[0]',
  squares: [1, 4, 9],
  isElsewhere: true,
}

const apps = join(root, 'spec/browser/apps')

/** The app as its user has it: in the project that has this package installed. */
function makeApp(name: string): string {
  const app = join(inject('browserProject'), 'apps', name)
  cpSync(join(apps, name), app, { recursive: true })
  cpSync(join(apps, 'src'), join(app, 'src'), { recursive: true })
  cpSync(join(apps, 'tsconfig.json'), join(app, 'tsconfig.json'))
  return app
}

/** Runs a program of Node in a folder, not in this test's own environment; throws what it complains of if it fails. */
function runNode(cwd: string, ...program: string[]): void {
  const { VITEST, NODE_ENV, ...env } = process.env
  execFileSync(process.execPath, program, { cwd, env, stdio: 'pipe' })
}

function runWebpack(options: webpack.Configuration): Promise<webpack.StatsCompilation> {
  return new Promise((resolve, reject) => {
    webpack(options, (error, stats) => {
      if (error || !stats) reject(error)
      else resolve(stats.toJson({ errors: true, warnings: true }))
    })
  })
}

const bundlers: Record<string, (app: string) => Promise<void> | void> = {
  vite: (app) => runNode(app, join(inject('browserProject'), 'node_modules/vite/bin/vite.js'), 'build'),
  webpack: async (app) => {
    const { default: options } = await import(join(app, 'webpack.config.mjs'))
    // As if it were run there.
    const { errors, warnings } = await runWebpack({ ...options, output: { path: join(app, 'dist') } })
    expect([errors, warnings]).toEqual([[], []])
    cpSync(join(app, 'public'), join(app, 'dist'), { recursive: true })
  },
  esbuild: (app) => {
    runNode(app, 'build.mjs')
    cpSync(join(app, 'public'), join(app, 'dist'), { recursive: true })
  },
}

describe.each(Object.entries(bundlers))('an app that is built by %s', (name, build) => {
  let dist = ''
  beforeAll(async () => {
    const app = makeApp(name)
    await build(app)
    dist = join(app, 'dist')
  }, 120_000)

  it.each([true, false])('runs in a page (cross-origin isolated: %s)', async (isolated) => {
    const page = await open({ folder: dist, path: 'index.html', isolated })
    expect(await page.evaluate(() => (globalThis as any).results)).toEqual(expected)
  })

  it('holds no code for Node', () => {
    const scripts = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((file) =>
      /\.m?js$/.test(file),
    )
    expect(scripts.length).toBeGreaterThan(1)
    const found = scripts.flatMap((file) =>
      [
        ...readFileSync(join(dist, file), 'utf8').matchAll(
          /.{0,40}(["']node:|worker_threads|child_process|browser-external).{0,40}/g,
        ),
      ].map(([match]) => `${file}: ${match}`),
    )
    expect(found).toEqual([])
  })
})

it("runs on Vite's development server", async () => {
  const server = await createServer({
    root: makeApp('vite'),
    logLevel: 'warn',
    server: { port: 0, host: '127.0.0.1' },
  })
  onTestFinished(() => server.close())
  await server.listen()
  const page = await openAt(server.resolvedUrls!.local[0]!)
  // What it learns of a page's dependencies makes it load the page again.
  const results = () => page.evaluate(() => (globalThis as any).results).catch(String)
  await expect.poll(results, { timeout: 100_000 }).toEqual(expected)
}, 120_000)
