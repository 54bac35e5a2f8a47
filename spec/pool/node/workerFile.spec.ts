import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { threadPool, WorkerStartError } from 'rxjs-parallel'
import { expect, it, vi } from 'vitest'
import { rejection } from '../../support/outcome.js'
import { fixture, poolOptions } from '../../support/pools.js'

const { pathname } = fixture('typed.worker.ts')
const fromHere = relative('.', fileURLToPath(fixture('typed.worker.ts')))

it.each([
  ['a URL', fixture('typed.worker.ts')],
  ["a URL by the compiled file's name", fixture('typed.worker.js')],
  ['a path from the working directory', fromHere],
  // What vitest makes of new URL('./typed.worker.ts', import.meta.url) with jsdom: spec/package/recipes.ts has it do so.
  ["a URL of Vite's web server", new URL(fromHere, 'http://localhost:3000')],
  ["a URL of Vite's web server, outside of its root", new URL(`http://localhost:3000/@fs${pathname}`)],
])('a TypeScript worker file is found by %s', async (_, worker) => {
  await using pool = threadPool<typeof import('../../fixtures/typed.worker.js')>(worker, {
    ...poolOptions,
    size: 1,
  })
  expect(await pool.run(pool.tasks.double, 21)).toBe(42)
})

it.each([
  ['nowhere', `http://localhost:3000/${fromHere}.missing`, 'true'],
  ["a file, but not by Vite's doing", `http://localhost:3000/${fromHere}`, ''],
])('a URL of the web that leads to %s is refused, and what to do is said', async (_, url, vitest) => {
  vi.stubEnv('VITEST', vitest)
  await using pool = threadPool(new URL(url), { ...poolOptions, size: 1 })
  const error = await rejection(pool.ready())
  vi.unstubAllEnvs()
  expect(error).toBeInstanceOf(WorkerStartError)
  expect(error.message).toContain(url)
  expect(error.message).toContain("give a file's URL or its path")
  expect(error.message).toContain('// @vitest-environment node')
})
