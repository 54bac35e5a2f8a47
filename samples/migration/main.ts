/**
 * Programs written for other libraries and for this one: runs both, and compares what they print.
 *
 *     npx tsx samples/migration/main.ts
 */
import { deepStrictEqual } from 'node:assert'
import { isStarted } from '../isStarted.js'
import type { Log, Pair } from './pair.js'
import { pairs as piscina } from './piscina.js'
import { hasPython, pairs as python } from './python.js'
import { pairs as threadsJs } from './threadsJs.js'
import { pairs as workerpool } from './workerpool.js'

export const libraries = { piscina, workerpool, 'threads.js': threadsJs, 'Python multiprocessing': python }

/** Throws an AssertionError where two programs print different lines. */
export async function main(log: Log = console.log): Promise<void> {
  for (const [library, pairs] of Object.entries(libraries)) {
    if (pairs === python && !hasPython()) {
      log('Python multiprocessing: left out, there is no python3')
      continue
    }
    for (const pair of pairs) log(`${library}, ${pair.name}: both print ${(await printed(pair)).join(', ')}`)
  }
}

async function printed({ name, theirs, ours }: Pair): Promise<string[]> {
  const theirLines = await linesOf(theirs)
  deepStrictEqual(await linesOf(ours), theirLines, name)
  if (theirLines.length === 0) throw new Error(`${name} prints nothing`)
  return theirLines
}

/** As text: what another language prints is text, too. */
async function linesOf(run: (log: Log) => Promise<void>): Promise<string[]> {
  const lines: string[] = []
  await run((value) => lines.push(String(value)))
  return lines
}

if (isStarted(import.meta.url)) await main()
