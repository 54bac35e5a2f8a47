// Follows the page on Nest in applications that the Nest CLI makes, of Nest 11 and 12, as CommonJS and as ES modules,
// compiled by tsc and by swc, with what is packed.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../support/serverProcess.js'
import { pack, root, temporaryFolder } from './pack.js'
import { environment, install, report, run } from './run.js'

interface Application {
  readonly cli: string
  /** What its package.json says, as the CLI makes it; and the other one. */
  readonly variants: readonly ('module' | 'commonjs')[]
}

const applications: Application[] = [
  { cli: '@nestjs/cli@12.0.8', variants: ['module', 'commonjs'] },
  { cli: '@nestjs/cli@11.0.24', variants: ['commonjs', 'module'] },
]

const samples = join(root, 'samples/nest-first')
const files = ['factors.worker.ts', 'factors.controller.ts', 'app.module.ts', 'prices.ts', 'prices.worker.ts']

/** What the page says, in the app's own src/. */
function follow(app: string, type: Application['variants'][number]): void {
  for (const file of files) copyFileSync(join(samples, file), join(app, 'src', file))
  edit(join(app, 'src/main.ts'), (text) =>
    text.replace(
      /(?:app\.enableShutdownHooks\(\)\n\s*)?await app\.listen/,
      'app.enableShutdownHooks()\n  await app.listen',
    ),
  )
  edit(join(app, 'package.json'), (text) => JSON.stringify({ ...JSON.parse(text), type }))
  if (type === 'module') return
  edit(join(app, 'src/app.module.ts'), (text) =>
    `import { join } from 'node:path'\n${text}`.replace(
      "new URL('./factors.worker.js', import.meta.url)",
      "join(__dirname, 'factors.worker.js')",
    ),
  )
  // The CLI's own, of an ES module.
  edit(join(app, 'src/main.ts'), (text) => text.replace(/^await bootstrap/m, 'void bootstrap'))
}

/** The CLI leaves out the extension in CommonJS; ES modules need it. */
function withExtensions(app: string): void {
  for (const file of ['main.ts', 'app.controller.ts', 'app.service.ts'])
    edit(join(app, 'src', file), (text) => text.replace(/from '(\.\/[^']+?)(?:\.js)?'/g, "from '$1.js'"))
}

function edit(file: string, change: (text: string) => string): void {
  writeFileSync(file, change(readFileSync(file, 'utf8')))
}

/** Starts what was built, asks it, and ends it by a signal. */
async function check(app: string): Promise<void> {
  const port = await freePort()
  const child = spawn(process.execPath, ['dist/main.js'], {
    cwd: app,
    env: { ...environment, PORT: `${port}` },
    stdio: ['ignore', 'ignore', 'inherit'],
    // One that doesn't answer, or doesn't end, is not waited for any longer.
    timeout: 120_000,
    killSignal: 'SIGKILL',
  })
  let ended = false
  const exit = once(child, 'exit').finally(() => (ended = true))
  try {
    const answer = await answerOf(`http://127.0.0.1:${port}/factors/360`, () => ended)
    if (answer !== '[2,2,2,3,3,5]') throw new Error(`the answer is ${answer}`)
    child.kill('SIGTERM')
    const [code, signal] = await exit
    if (signal !== 'SIGTERM') throw new Error(`it ended by code ${code}, signal ${signal}`)
  } finally {
    child.kill('SIGKILL')
  }
}

/** Once it listens. */
async function answerOf(url: string, ended: () => boolean): Promise<string> {
  for (;;) {
    const response = await fetch(url).catch(() => undefined)
    if (response) return response.text()
    if (ended()) throw new Error('it ended before it answered')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

async function test({ cli, variants }: Application, folder: string, tarball: string): Promise<void> {
  await run(`npx -y ${cli} new app --skip-git --skip-install --strict --package-manager npm`, folder)
  const app = join(folder, 'app')
  await run(`${install} ${tarball}`, app)
  await run(`${install} --save-dev @swc/core@1.16.13 @swc/cli@0.8.1`, app)
  for (const type of variants) {
    if (type === 'module') withExtensions(app)
    follow(app, type)
    // Where the CLI makes CommonJS, its swc does, too, if it isn't told otherwise.
    writeFileSync(
      join(app, '.swcrc'),
      JSON.stringify({ module: { type: type === 'module' ? 'es6' : 'commonjs' } }),
    )
    // By tsc, the CLI's default, with its check of types; and by swc.
    for (const compiler of ['tsc', 'swc']) {
      rmSync(join(app, 'dist'), { recursive: true, force: true })
      await report(`${cli}, ${type}, ${compiler}`, async () => {
        await run(`npx nest build --builder ${compiler}`, app)
        await check(app)
      })
    }
  }
}

const folder = temporaryFolder()
const tarball = pack(folder)
try {
  // One of them alone, where its version is the argument.
  for (const application of applications.filter(({ cli }) => cli.includes(process.argv[2] ?? ''))) {
    const own = join(folder, application.cli.replace(/\W/g, ''))
    mkdirSync(own)
    await test(application, own, tarball).catch((error: Error) => {
      process.exitCode = 1
      console.log(`${error.message}\nFAILED  ${application.cli}`)
    })
  }
} finally {
  rmSync(folder, { recursive: true })
}
