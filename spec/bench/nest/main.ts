/**
 * How long a light request takes while heavy work runs, with a pool and without: `npm run bench:nest`, with `--quick`
 * for a run that only shows that it runs.
 *
 * Processes of their own: the service, and a client that posts cities all the time. This one sends 100 light requests
 * a second, each at its time, whether or not those before it were answered.
 */
import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import autocannon from 'autocannon'
import { machine, table } from '../../report/markdown.js'
import { median } from '../statistics.js'

const quick = process.argv.includes('--quick')
const rounds = quick ? 1 : 3
const seconds = quick ? 5 : 10
const rate = 100
/** The p99 without a pool is to be so many times that with one. */
const asked = 20

interface Measured {
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  readonly max: number
  /** Places found, a second. */
  readonly points: number
}

const variants = [
  { name: 'no heavy work', mode: 'pool', heavy: false },
  { name: 'heavy work in the pool', mode: 'pool', heavy: true },
  { name: 'heavy work in the main thread', mode: 'here', heavy: true },
] as const

async function start(file: string, argument: string): Promise<{ child: ChildProcess; said: unknown }> {
  const path = fileURLToPath(new URL(file, import.meta.url))
  const child = fork(path, [argument], { execArgv: ['--import', 'tsx'] })
  child.once('exit', (code) => {
    if (code) throw new Error(`${file} ${argument}: exit code ${code}`)
  })
  const [said] = await once(child, 'message')
  return { child, said }
}

async function measure({ mode, heavy }: (typeof variants)[number]): Promise<Measured> {
  const service = await start('service.ts', mode)
  const url = service.said as string
  // Its threads are there before anything is measured.
  await fetch(`${url}/health`)
  const client = heavy ? await start('heavyWork.ts', url) : undefined
  const began = performance.now()
  const {
    latency,
    non2xx,
    errors,
    '2xx': answered,
  } = await autocannon({
    url: `${url}/countries/nz`,
    connections: 10,
    overallRate: rate,
    duration: seconds,
    timeout: 60,
  })
  const elapsed = (performance.now() - began) / 1000
  if (non2xx + errors > 0) throw new Error(`${non2xx + errors} light requests failed`)
  let points = 0
  if (client) {
    client.child.send('stop')
    const [count] = await once(client.child, 'message')
    points = (count as number) / elapsed
    await once(client.child, 'exit')
  }
  service.child.removeAllListeners('exit')
  service.child.kill('SIGKILL')
  // Where none was answered in all that time, each took longer.
  const least = answered === 0 ? Math.round(elapsed * 1000) : 0
  const [p50, p99, max] = [latency.p50, latency.p99, latency.max].map((time) => Math.max(least, time))
  return { p50: p50!, p99: p99!, max: max!, points }
}

const found = variants.map((): Measured[] => [])
for (let round = 0; round < rounds; round++)
  for (const [i, variant] of variants.entries()) {
    const measured = await measure(variant)
    console.log(variant.name, measured)
    found[i]!.push(measured)
  }

const medians = found.map((list): Measured => {
  const of = (key: keyof Measured) => median(list.map((one) => one[key]))
  return { p50: of('p50'), p99: of('p99'), max: of('max'), points: of('points') }
})
const ratio = medians[2]!.p99 / Math.max(1, medians[1]!.p99)
const report = [
  ...table(
    ['a light request, beside', 'p50', 'p99', 'longest', 'places found'],
    'lrrrr',
    medians.map(({ p50, p99, max, points }, i) => [
      variants[i]!.name,
      `${p50} ms`,
      `${p99} ms`,
      `${max} ms`,
      `${Math.round(points).toLocaleString('en')}/s`,
    ]),
  ),
  '',
  `With the pool p99 is ${ratio.toFixed(0)} times better; asked: at least ${asked} times.`,
  '',
].join('\n')
console.log(`\n${report}`)
if (quick) console.log('The numbers mean nothing. Nothing is written.')
else {
  const how = `Medians of ${rounds} rounds of ${seconds} s, ${rate} light requests a second. Where none is answered, the run's own length counts. ${machine()}.`
  writeFileSync(
    new URL('results.md', import.meta.url),
    `# A light request beside heavy work (\`npm run bench:nest\`)\n\n${how}\n\n${report}`,
  )
  if (ratio < asked) process.exitCode = 1
}
