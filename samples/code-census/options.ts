/** The command line. */
import { existsSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

export interface Options {
  readonly folders: readonly string[]
  readonly threads: number
  /** Do it again in one thread. */
  readonly compare: boolean
  /** Show the pool while it runs: see samples/watch. */
  readonly watch: boolean
}

/** Its message is one line that tells the user what to write instead. */
export class UsageError extends Error {}

const USAGE = 'usage: npm start -- [FOLDER] [--compare] [--threads N] [--watch]'

/** @throws UsageError */
export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = readFlags(args)
  const [folder, ...more] = positionals
  if (more.length > 0) throw new UsageError(`one folder at a time, please, not also ${more.join(' and ')}`)
  return {
    folders: folder === undefined ? somePackages() : [checkFolder(folder)],
    threads: values.threads === undefined ? availableParallelism() : readThreads(values.threads),
    compare: values.compare ?? false,
    watch: values.watch ?? false,
  }
}

function readFlags(args: readonly string[]) {
  const options = {
    compare: { type: 'boolean' },
    threads: { type: 'string' },
    watch: { type: 'boolean' },
  } as const
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    const [firstSentence] = (error as Error).message.split('. ')
    throw new UsageError(`${firstSentence} (${USAGE})`)
  }
}

function readThreads(text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text)) throw new UsageError(`--threads is a number from 1 to 999, not '${text}'`)
  return Number(text)
}

function checkFolder(folder: string): string {
  // npm changes to the package's own folder, but a path is meant from where the user stands.
  const path = resolve(process.env.INIT_CWD ?? process.cwd(), folder)
  try {
    if (statSync(path).isDirectory()) return path
  } catch (error) {
    throw new UsageError(`can't read the folder ${path} (${(error as NodeJS.ErrnoException).code})`)
  }
  throw new UsageError(`${path} is a file, not a folder`)
}

const PACKAGES = `typescript rxjs vite vitest rollup rolldown zod jiti knip oxc-parser fast-check tsx esbuild
  dependency-cruiser marked-terminal highlight.js lru-cache acorn commander sucrase parse5 yaml fflate magicast
  @arethetypeswrong/core @types/node @babel/types @babel/parser`

/** Packages that this project installs anyway: about 4,700 files, some 20 seconds' work for one thread. */
function somePackages(): string[] {
  const installed = fileURLToPath(new URL('../../node_modules/', import.meta.url))
  const folders = PACKAGES.split(/\s+/).map((name) => resolve(installed, name))
  return folders.filter((folder) => existsSync(folder))
}
