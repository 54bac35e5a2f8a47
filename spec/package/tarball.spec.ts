// What users get: the packed tarball, installed into an empty project.
import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { pack, root, temporaryFolder } from './pack.js'

// Whole compilations, which take their time on a busy machine.
vi.setConfig({ testTimeout: 180_000 })

const project = temporaryFolder()
const installed = join(project, 'node_modules/rxjs-parallel')

/** A pool with the msgpack codec, whose worker file is the program's argument. */
function codecPrograms(): Record<string, string> {
  const program = `
    const pool = threadPool(process.argv[2], { size: 2, codec: msgpack() })
    const records = Array.from({ length: 100 }, (_, id) => ({ id, name: 'no ' + id }))
    lastValueFrom(from(records).pipe(parallelMap(pool.tasks.rename, { batch: 50 }), toArray())).then((renamed) => {
      console.log(JSON.stringify([renamed.length, renamed[99], msgpack().module]))
    })`
  const rename = '(record) => ({ ...record, name: record.name.toUpperCase() })'
  return {
    'codec.mjs': `
      import { from, lastValueFrom, toArray } from 'rxjs'
      import { parallelMap, threadPool } from 'rxjs-parallel'
      import { msgpack } from 'rxjs-parallel/msgpack'
      ${program}`,
    'codec.cjs': `
      const { from, lastValueFrom, toArray } = require('rxjs')
      const { parallelMap, threadPool } = require('rxjs-parallel')
      const { msgpack } = require('rxjs-parallel/msgpack')
      ${program}`,
    'rename.mjs': `
      import { expose } from 'rxjs-parallel/worker'
      export default expose({ rename: ${rename} })`,
    'rename.cjs': `
      const { expose } = require('rxjs-parallel/worker')
      module.exports = expose({ rename: ${rename} })`,
    'rename.ts': `
      import { expose } from 'rxjs-parallel/worker'
      interface Named { readonly name: string }
      export default expose({ rename: ${rename.replace('record)', 'record: Named)')} })`,
    'missing.mjs': `import 'rxjs-parallel/msgpack'`,
    'missing.cjs': `require('rxjs-parallel/msgpack')`,
  }
}

const files = {
  'package.json': '{ "private": true, "type": "module" }',

  'tasks.mjs': `
    import { isMainThread } from 'node:worker_threads'
    import { expose } from 'rxjs-parallel/worker'
    export default expose({ double: (n) => [n * 2, isMainThread] })`,
  'main.mjs': `
    import { lastValueFrom, range, toArray } from 'rxjs'
    import { parallelMap, threadPool } from 'rxjs-parallel'
    const pool = threadPool(new URL('./tasks.mjs', import.meta.url), { size: 2, isolation: process.argv[2] })
    const results = range(1, 3).pipe(parallelMap(pool.tasks.double), toArray())
    console.log(JSON.stringify(await lastValueFrom(results)))`,
  'inline.mjs': `
    import { lastValueFrom, range, toArray } from 'rxjs'
    import { parallelMap } from 'rxjs-parallel'
    const results = range(1, 3).pipe(parallelMap((n) => n * factor, { bindings: { factor: 2 } }), toArray())
    console.log(JSON.stringify(await lastValueFrom(results)))`,

  'tasks.cjs': `
    const { isMainThread } = require('node:worker_threads')
    const { expose } = require('rxjs-parallel/worker')
    module.exports = expose({ double: (n) => [n * 2, isMainThread] })`,
  'main.cjs': `
    const { pathToFileURL } = require('node:url')
    const { lastValueFrom, range, toArray } = require('rxjs')
    const { parallelMap, threadPool } = require('rxjs-parallel')
    const worker = pathToFileURL(require.resolve('./tasks.cjs'))
    const pool = threadPool(worker, { size: 2, isolation: process.argv[2] })
    const results = range(1, 3).pipe(parallelMap(pool.tasks.double), toArray())
    lastValueFrom(results).then((values) => console.log(JSON.stringify(values)))`,
  'inline.cjs': `
    const { lastValueFrom, range, toArray } = require('rxjs')
    const { parallelMap } = require('rxjs-parallel')
    const results = range(1, 3).pipe(parallelMap((n) => n * factor, { bindings: { factor: 2 } }), toArray())
    lastValueFrom(results).then((values) => console.log(JSON.stringify(values)))`,

  'tasks.ts': `
    import { expose } from 'rxjs-parallel/worker'
    export default expose({ double: (n: number) => n * 2 })`,
  'typed.mjs': `
    import { lastValueFrom, range, toArray } from 'rxjs'
    import { parallelMap, threadPool } from 'rxjs-parallel'
    const pool = threadPool(new URL(process.argv[2], import.meta.url), { size: 2 })
    const results = range(1, 3).pipe(parallelMap(pool.tasks.double), toArray())
    console.log(JSON.stringify(await lastValueFrom(results).catch(String)))`,
  ...codecPrograms(),

  'right.ts': `
    import { type Observable, of } from 'rxjs'
    import { parallelMap, threadPool } from 'rxjs-parallel'
    import { msgpack } from 'rxjs-parallel/msgpack'
    const codec = msgpack()
    const pool = threadPool<typeof import('./tasks.js')>(new URL('./tasks.js', import.meta.url), { codec })
    export const doubled: Observable<number> = of(1).pipe(parallelMap(pool.tasks.double))`,
  'wrong.ts': `
    import { of } from 'rxjs'
    import { parallelMap, threadPool } from 'rxjs-parallel'
    const pool = threadPool<typeof import('./tasks.js')>(new URL('./tasks.js', import.meta.url))
    export const doubled = of(1).pipe(parallelMap(pool.tasks.dubble))`,
}

beforeAll(() => {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(project, name), text)
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const others = ['rxjs', '@types/node'].map((name) => `${name}@${devDependencies[name]}`)
  const options = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error']
  execFileSync('npm', ['install', ...options, pack(project), ...others], { cwd: project, stdio: 'inherit' })
}, 180_000)

afterAll(() => rmSync(project, { recursive: true }))

/** What a program of the project prints. It has to end by itself, though its pool was not closed. */
const output = (...program: string[]): unknown =>
  JSON.parse(execFileSync(process.execPath, program, { cwd: project, encoding: 'utf8', timeout: 100_000 }))

describe.each([
  ['an ES module', 'mjs'],
  ['CommonJS', 'cjs'],
])('as %s', (_, extension) => {
  test('runs a worker file on other threads', () => {
    expect(output(`main.${extension}`)).toEqual([
      [2, false],
      [4, false],
      [6, false],
    ])
  })

  test('runs a worker file in other processes', () => {
    expect(output(`main.${extension}`, 'process')).toEqual([
      [2, true],
      [4, true],
      [6, true],
    ])
  })

  test('finds its own worker file for an inline function', () => {
    expect(output(`inline.${extension}`)).toEqual([2, 4, 6])
  })
})

test('a TypeScript worker file runs where Node can load it, and else says what to install', () => {
  const [typed, named] = ['./tasks.ts', './tasks.js'].map((worker) => output('typed.mjs', worker))
  if ((process.features as { typescript?: unknown }).typescript) expect(typed).toEqual([2, 4, 6])
  else
    expect(typed).toBe(
      `WorkerStartError: the worker file ${join(realpathSync(project), 'tasks.ts')} is TypeScript, which Node ` +
        `${process.versions.node} can't load by itself; install tsx (npm install --save-dev tsx), use Node 22.18 ` +
        'or later, or compile the file',
    )
  expect(named).toEqual(typed)
})

describe('the msgpack codec', () => {
  test.each(['missing.mjs', 'missing.cjs'])('says what to install (%s)', (program) => {
    const { stderr } = spawnSync(process.execPath, [program], { cwd: project, encoding: 'utf8' })
    expect(stderr).toMatch(/Cannot find (package|module) 'msgpackr'/)
    expect(stderr).toContain('rxjs-parallel')
  })

  describe.each(['rename.mjs', 'rename.cjs', 'rename.ts'])('with a worker %s', (worker) => {
    // As if they were installed.
    const others = ['msgpackr', 'tsx'].map((name) => `node_modules/${name}`)
    beforeAll(() => {
      for (const path of others) symlinkSync(join(root, path), join(project, path))
    })
    afterAll(() => {
      for (const path of others) rmSync(join(project, path))
    })

    test.each(['mjs', 'cjs'])('works for a main program .%s', (extension) => {
      const entry = pathToFileURL(join(installed, `dist/msgpack.${extension === 'mjs' ? 'js' : 'cjs'}`)).href
      expect(output(`codec.${extension}`, worker)).toEqual([100, { id: 99, name: 'NO 99' }, entry])
    })
  })
})

const compilers = {
  // A Node project with TypeScript's default libraries.
  nodenext: { module: 'nodenext', types: ['node'] },
  // A browser project: no types of Node are there to lean on.
  bundler: {
    module: 'esnext',
    moduleResolution: 'bundler',
    types: [],
    lib: ['es2022', 'dom', 'dom.iterable'],
  },
}

describe.each(Object.entries(compilers))('type-checked under %s', (_, options) => {
  /** What the compiler complains of. It checks declarations as well (no skipLibCheck). */
  const tsc = (file: string): string => {
    const compilerOptions = { noEmit: true, strict: true, target: 'es2022', ...options }
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [file] }))
    const compiler = join(root, 'node_modules/typescript/bin/tsc')
    return spawnSync(process.execPath, [compiler], { cwd: project, encoding: 'utf8' }).stdout
  }

  test('a right program passes, and so do our declarations', () => {
    expect(tsc('right.ts')).toBe('')
  })

  test('a wrong task name fails', () => {
    expect(tsc('wrong.ts')).toMatch(/^wrong\.ts\(5,\d+\): error TS\d+: Property 'dubble' does not exist/m)
  })
})

describe('what is published', () => {
  const published = () =>
    readdirSync(installed, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
  const declarations = () => published().filter((file) => /\.d\.c?ts$/.test(file))

  test('has declarations for both module systems', () => {
    expect(declarations().map((file) => basename(file))).toEqual(
      expect.arrayContaining(
        ['index', 'worker', 'angular', 'msgpack', 'nats', 'nestjs'].flatMap((name) => [
          `${name}.d.ts`,
          `${name}.d.cts`,
        ]),
      ),
    )
  })

  test('names none of threads’ types, which users could not resolve', () => {
    const naming = declarations().filter((file) =>
      /\b(from|import|path=|types=)\s*\(?['"]threads['"/]/.test(readFileSync(file, 'utf8')),
    )
    expect(naming).toEqual([])
  })

  test('loads nothing of its own by import() as CommonJS, which Jest refuses', () => {
    const importing = published().filter(
      (file) => file.endsWith('.cjs') && /\bimport\(['"]/.test(readFileSync(file, 'utf8')),
    )
    expect(importing).toEqual([])
  })

  test('holds no path of the machine it was built on', () => {
    const paths = [root, homedir()].map((path) => `${path}/`)
    const holding = published().filter((file) =>
      paths.some((path) => readFileSync(file, 'utf8').includes(path)),
    )
    expect(holding).toEqual([])
  })
})
