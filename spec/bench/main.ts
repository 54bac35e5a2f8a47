/**
 * The benchmark: `npm run bench`, with
 * - `--quick`: everything once and small, results checked, nothing written: does it still run?
 * - `--only NAME,…`: these workloads; nothing is written.
 * - `--rounds N`: default 5.
 */
import { writeFileSync } from 'node:fs'
import type { Bench, Result } from './bench.js'
import { readOptions } from './options.js'
import { markdown } from './report/markdown.js'
import { plot } from './report/plot.js'
import { detailsText, targetsText } from './report/text.js'
import { workloads } from './workloads/all.js'

const { quick, rounds, only } = readOptions(
  process.argv.slice(2),
  workloads.map(({ name }) => name),
)
const bench: Bench = { quick, rounds, say: (line) => console.log(line) }
const chosen = workloads.filter(({ name }) => only.length === 0 || only.includes(name))

const results: Result[] = []
for (const { name, run } of chosen) {
  console.log(`\n${name}`)
  for (const result of await run(bench)) {
    results.push(result)
    console.log(detailsText(result))
  }
}
console.log(quick ? '\nAll results were right; the numbers mean nothing.' : `\n${targetsText(results)}`)

// In a smoke run, too, to see that they can be made.
const files = { 'results.md': markdown(results, rounds), 'results.svg': await plot(results) }
if (quick || only.length > 0) console.log('Nothing is written.')
else
  for (const [file, text] of Object.entries(files)) {
    writeFileSync(new URL(file, import.meta.url), text)
    console.log(`written: spec/bench/${file}`)
  }
