/**
 * Runs modules that check by `printed` what they print, one after another, and writes what is wrong with each as JSON:
 *
 *     npx tsx spec/docs/examples/run.program.ts RESULTS FILES...
 *
 * A module has come to its end when nothing is left that would keep the process alive.
 */

import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { format, stripVTControlCharacters } from 'node:util'

/** What was printed and not asked for yet. */
let output: string[] = []
let waiting: { readonly expected: string; readonly go: () => void } | undefined

const said = () => stripVTControlCharacters(output.join(', ')).replace(/\s+/g, ' ').trim()

console.log = (...values: unknown[]) => {
  output.push(format(...values))
  goOn()
}

function goOn() {
  if (waiting === undefined || said() !== waiting.expected) return
  output = []
  const { go } = waiting
  waiting = undefined
  go()
}

Object.assign(globalThis, {
  printed: (expected: string) =>
    new Promise<void>((resolve) => {
      waiting = { expected, go: resolve }
      goOn()
    }),
})

/** What is wrong, or nothing. */
async function run(file: string): Promise<string | undefined> {
  let failure: string | undefined
  let ended = false
  // A module may do all that it does at once: the event loop has to turn for its end to be told.
  setImmediate(() => {})
  const done = import(pathToFileURL(file).href).then(
    () => (ended = true),
    (error) => (failure = error instanceof Error ? (error.stack ?? error.message) : String(error)),
  )
  await Promise.all([once(process, 'beforeExit'), Promise.race([done, once(process, 'beforeExit')])])
  if (waiting !== undefined) failure ??= `expected: ${waiting.expected}\nprinted:  ${said()}`
  else if (output.length > 0) failure ??= `printed besides: ${said()}`
  else if (!ended) failure ??= 'never came to its end'
  output = []
  waiting = undefined
  return failure
}

const [results = '', ...files] = process.argv.slice(2)
const failures: Record<string, string> = {}
for (const file of files) {
  const failure = await run(file)
  if (failure !== undefined) failures[file] = failure
  writeFileSync(results, JSON.stringify(failures))
}
