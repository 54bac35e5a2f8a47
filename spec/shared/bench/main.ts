/**
 * Locks and unlocks a second, free and contended, of this library, of `multithreading`, and of Web Locks where this Node
 * has them: `npm run bench:locks`. Writes results.md.
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { mutex, threadPool } from 'rxjs-parallel'
import type { Form, Library } from './locks.worker.mjs'

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } })
const rounds = values.quick ? 1 : 5

interface Load {
  readonly name: string
  readonly form: Form
  readonly threads: number
  readonly times: number
}

const loads: readonly Load[] = [
  { name: 'free, blocking', form: 'block', threads: 1, times: 100_000 },
  { name: 'free, by Promises', form: 'wait', threads: 1, times: 50_000 },
  { name: 'two threads, blocking', form: 'block', threads: 2, times: 50_000 },
  { name: 'four threads, blocking', form: 'block', threads: 4, times: 20_000 },
  // Most of this one is code that isn't compiled yet, and of the next isn't.
  { name: 'two threads, by Promises, 5,000 times', form: 'wait', threads: 2, times: 5000 },
  { name: 'two threads, by Promises, 50,000 times', form: 'wait', threads: 2, times: 50_000 },
]

const { devDependencies } = JSON.parse(
  readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
) as { devDependencies: { multithreading: string } }

/** Turns of each thread before those that are measured. */
const warmUps: Record<Form, number> = { block: 1000, wait: 100 }

const names: Record<Library, string> = {
  ours: 'rxjs-parallel',
  multithreading: `multithreading ${devDependencies.multithreading}`,
  webLocks: 'Web Locks',
}
const libraries = (Object.keys(names) as Library[]).filter(
  (library) => library !== 'webLocks' || 'locks' in (globalThis.navigator ?? {}),
)

interface Measured {
  /** Turns. */
  readonly perSecond: number
  /** Increments that two threads made at once. */
  readonly lost: number
}

/** @throws Error where this library loses increments; others' losses are told with their figures. */
async function measure(library: Library, { form, threads, times }: Load): Promise<Measured> {
  const cells = new Int32Array(new SharedArrayBuffer(8))
  const words = new SharedArrayBuffer(4)
  const shared = { lock: mutex(), cells, words, name: `lock ${Math.random()}` }
  await using pool = threadPool<typeof import('./locks.worker.mjs')>(
    new URL('./locks.worker.mjs', import.meta.url),
    { size: threads, shared },
  )
  await pool.ready()
  const count = values.quick ? Math.ceil(times / 100) : times
  const warmUp = warmUps[form]
  const args = [library, form, warmUp, count, threads] as [Library, Form, number, number, number]
  const spans = await Promise.all(Array.from({ length: threads }, () => pool.run(pool.tasks.increment, args)))
  const lost = threads * (warmUp + count) - cells[0]!
  if (lost !== 0 && library === 'ours') throw new Error(`${lost} increments were lost`)
  const from = Math.min(...spans.map(([start]) => start))
  const to = Math.max(...spans.map(([, end]) => end))
  return { perSecond: (threads * count) / ((to - from) / 1000), lost }
}

const median = (numbers: number[]): number => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!

const has = (library: Library, { form }: Load): boolean => form === 'wait' || library !== 'webLocks'

function cell(measured: readonly Measured[] = []): string {
  if (measured.length === 0) return '–'
  const lost = measured.reduce((sum, each) => sum + each.lost, 0)
  const rate = format(median(measured.map(({ perSecond }) => perSecond)))
  return lost === 0 ? rate : `${rate} (lost ${lost})`
}

function format(perSecond: number): string {
  return perSecond >= 1e6 ? `${(perSecond / 1e6).toFixed(2)} M/s` : `${(perSecond / 1e3).toFixed(1)} k/s`
}

const rows: string[] = []
for (const load of loads) {
  const found = new Map<Library, Measured[]>()
  for (let round = 0; round < rounds; round++)
    for (const library of libraries.filter((each) => has(each, load)))
      found.set(library, [...(found.get(library) ?? []), await measure(library, load)])
  rows.push(`| ${load.name} | ${libraries.map((library) => cell(found.get(library))).join(' | ')} |`)
  console.log(rows.at(-1))
}

const table = [
  `| lock and unlock | ${libraries.map((library) => names[library]).join(' | ')} |`,
  `|---|${libraries.map(() => '--:|').join('')}`,
  ...rows,
].join('\n')
const machine = `Node ${process.versions.node}, ${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'})`
const text = `# Locks and unlocks a second

${machine}. Medians of ${rounds} rounds, in turns; each turn under the lock adds one to a number, and increments that were lost are told
in brackets.

${table}
`
if (!values.quick) writeFileSync(new URL('./results.md', import.meta.url), text)
