// `npm run readme`: brings README and the site's pages up to date with the samples they quote, what faults do, and the
// last benchmark runs.
import { writeFileSync } from 'node:fs'
import { documents } from './documents.js'
import { faultTable } from './faults.js'
import { atRoot, withSamples } from './readmeBlocks.js'
import {
  benchmarkTable,
  lockTable,
  natsBenchmarkTable,
  nestBenchmarkTable,
  processTable,
  withTable,
} from './tables.js'

const tables = {
  benchmark: benchmarkTable(),
  'nest benchmark': nestBenchmarkTable(),
  'nats benchmark': natsBenchmarkTable(),
  processes: processTable(),
  locks: lockTable(),
  faults: await faultTable(),
}

for (const { path, text } of documents()) {
  const written = Object.entries(tables).reduce(
    (markdown, [name, table]) => withTable(markdown, name, table),
    withSamples(text),
  )
  writeFileSync(atRoot(path), written)
}
