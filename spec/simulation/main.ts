/**
 * The simulation: `npm run simulate`, with
 * - `--quick`: everything once and small, nothing written: does it still run?
 * - `--rounds N`: of calibration and check, with real threads; default 5.
 */
import { writeFileSync } from 'node:fs'
import { failuresFinding } from './experiments/failures.js'
import { orderFinding } from './experiments/order.js'
import { processesFinding } from './experiments/processes.js'
import { measureRouting, routingFinding } from './experiments/routing.js'
import { schedulingFinding } from './experiments/scheduling.js'
import { measureThroughput, throughputFinding } from './experiments/throughput.js'
import { readOptions } from './options.js'
import { measureReal } from './real/measureReal.js'
import { answerOf, checksTable, markdown, tableLines } from './report/markdown.js'
import { routingPlot, throughputPlot } from './report/plot.js'

const { quick, rounds } = readOptions(process.argv.slice(2))

console.log('one and two real threads')
const { calibration, checks } = await measureReal(rounds, quick ? 0.05 : 1)
console.log(tableLines(checksTable(checks)).join('\n'))
console.log(answerOf(checks))

const setting = { costs: calibration, quick }
const routingPoints = measureRouting(setting)
const throughputPoints = measureThroughput(setting)
const findings = [
  throughputFinding(throughputPoints),
  orderFinding(setting),
  { ...routingFinding(routingPoints), plot: 'routing.svg' },
  failuresFinding(setting),
  processesFinding(setting),
  schedulingFinding(setting),
]
for (const { title, answer } of findings) console.log(`\n${title}\n${answer}`)

// In a smoke run, too, to see that they can be made.
const files = {
  'results.md': markdown({ calibration, checks, findings, rounds }),
  'results.svg': await throughputPlot(throughputPoints),
  'routing.svg': await routingPlot(routingPoints),
}
if (quick) console.log('\nThe numbers mean nothing. Nothing is written.')
else
  for (const [file, text] of Object.entries(files)) {
    writeFileSync(new URL(file, import.meta.url), text)
    console.log(`written: spec/simulation/${file}`)
  }
