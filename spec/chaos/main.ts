/**
 * Pipelines of every shape while their threads fail in every way: `npm run chaos`, with
 * - `--items N`: until so many items have ended; default 100,000.
 * - `--seed N`: the same seed makes the same pipelines and the same faults; default: any, which is printed.
 * - `--round N`: that round alone.
 * - `--rate N`: one of about so many items has a fault; default 500.
 * - `--most N`: one pipeline has so many items at most, from 50; default: as its shape allows.
 * - `--shapes NAME,…`, `--faults NAME,…`: these only.
 * - `--patience N`: after so many seconds in which nothing happens it is a hang; default 30.
 */
import { runChaos } from './chaos.js'
import { readOptions } from './options.js'
import { failureText, reportText } from './report.js'

const portsAllowed = 16
const options = readOptions(process.argv.slice(2))
console.log(`seed ${options.seed}`)
const began = performance.now()
const seconds = () => (performance.now() - began) / 1000

let told = 0
const outcome = await runChaos({
  ...options,
  roundEnded: ({ items }) => {
    if (items - told < options.items / 20) return
    told = items
    console.log(`${items.toLocaleString('en')} items, ${seconds().toFixed(0)} s`)
  },
})
console.log(reportText(outcome, seconds()))
if (outcome.failure) {
  console.log(failureText(outcome.failure, options.seed))
  // What hangs may hold the process.
  process.exit(1)
}
// A last round's may not be collected yet; what is left by each thread, or each failed start, would be many more.
if (outcome.portsLeft > portsAllowed) {
  console.log(`Ports are left over: at most ${portsAllowed} may be.`)
  process.exit(1)
}
console.log('Every item has exactly one outcome.')
