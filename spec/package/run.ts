import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** A user's way to install, quick and in few words. */
export const install = 'npm install --prefer-offline --no-audit --no-fund --loglevel=error'

// A runner that another one seems to have started behaves differently, as does npm in npm.
const ofRunners = /^(npm_(?!config)|NODE_OPTIONS|NODE_TEST|VITEST|JEST)/

/** This process's, without what npm or a runner of tests has set for us. */
export const environment: NodeJS.ProcessEnv = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !ofRunners.test(name))),
  NO_COLOR: '1',
}

/** Runs a command in a folder as its user would. Returns all that it prints; throws it if the command fails. */
export async function run(command: string, cwd: string): Promise<string> {
  const child = spawn(command, { cwd, shell: true, stdio: ['ignore', 'pipe', 'pipe'], env: environment })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${command}: exit code ${code}\n${output}`)
  return output
}

/** Runs one of several things that are checked, and writes a line with its outcome and duration. */
export async function report(name: string, check: () => Promise<unknown>): Promise<void> {
  const start = performance.now()
  const outcome = await check().then(
    () => 'ok     ',
    (error: Error) => {
      process.exitCode = 1
      return `${error.message}\nFAILED `
    },
  )
  console.log(`${outcome} ${name}, ${Math.round((performance.now() - start) / 1000)} s`)
}
