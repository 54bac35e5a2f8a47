// Runs samples/testing as its readers would: the project of each test runner in an empty folder, with what is packed.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pack, root, temporaryFolder } from './pack.js'
import { install, report, run } from './run.js'

interface Recipe {
  /** Folders in samples/testing that need the same packages. */
  readonly names: [string, ...string[]]
  /** What the runner says when `count` tests, and no more, have passed: one that finds none is content, too. */
  readonly passed: (count: number) => RegExp
  /** What users run, and what they might. */
  readonly runs: string[]
}

// Their own five seconds are too few for threads to start in on a machine that is very busy.
const patiently = 'npm test -- --testTimeout=60000'

const recipes: Recipe[] = [
  {
    names: ['vitest'],
    passed: (count) => new RegExp(`^ +Tests +${count} passed \\(${count}\\)$`, 'm'),
    runs: [
      patiently,
      `${patiently} --pool=vmThreads`,
      `${install} --save-dev jsdom@26.1.0`,
      `${patiently} --environment=jsdom`,
    ],
  },
  {
    names: ['jest', 'jest-esm'],
    passed: (count) => new RegExp(`^Tests: +${count} passed, ${count} total$`, 'm'),
    runs: [patiently],
  },
  {
    names: ['node-test'],
    passed: (count) => new RegExp(`^(#|ℹ) tests ${count}$[^]*^(#|ℹ) pass ${count}$`, 'm'),
    // The last one by Node alone.
    runs: ['npm test', 'npm uninstall tsx', 'npx -y -p node@24 -c "npm run test:native"'],
  },
]

const samples = join(root, 'samples/testing')
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }

/** The runner's files, its tests in test/, and src/ beside it. Returns how many tests there are. */
function writeProject(project: string, name: string): number {
  cpSync(join(samples, 'src'), join(project, 'src'), { recursive: true })
  mkdirSync(join(project, 'test'))
  let tests = 0
  for (const file of readdirSync(join(samples, name))) {
    let text = readFileSync(join(samples, name, file), 'utf8')
    const isTest = file.endsWith('.test.ts')
    if (isTest) tests += text.match(/^test\(/gm)?.length ?? 0
    if (file === 'package.json') text = withTarball(text, name)
    writeFileSync(join(project, isTest ? 'test' : '', file), text)
  }
  return tests
}

function withTarball(manifest: string, name: string): string {
  const released = `"rxjs-parallel": "^${version}"`
  if (!manifest.includes(released))
    throw new Error(`samples/testing/${name}/package.json must have ${released}`)
  return manifest.replace(released, `"rxjs-parallel": ${JSON.stringify(`file:${tarball}`)}`)
}

async function follow({ names: [first, ...others], passed, runs }: Recipe): Promise<void> {
  const modules = join(folder, first, 'node_modules')
  for (const name of [first, ...others]) {
    const project = join(folder, name)
    const tests = writeProject(project, name)
    if (name === first) await run(install, project)
    else symlinkSync(modules, join(project, 'node_modules'))
    await run('npx tsc', project)
    for (const command of runs) {
      const output = await run(command, project)
      if (!isTest(command) || passed(tests).test(output)) continue
      throw new Error(`${command}: not all of ${tests} tests have passed\n${output}`)
    }
  }
}

const isTest = (command: string): boolean => /npm (run )?test/.test(command)

const folder = temporaryFolder()
const tarball = pack(folder)
try {
  await Promise.all(recipes.map((recipe) => report(recipe.names.join(', '), () => follow(recipe))))
} finally {
  rmSync(folder, { recursive: true })
}
