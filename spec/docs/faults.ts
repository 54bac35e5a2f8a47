import type { Worker } from 'node:worker_threads'
import { from, lastValueFrom, of, toArray } from 'rxjs'
import type { ParallelMapOptions, Pool } from 'rxjs-parallel'
import { parallelMap, threadPool } from 'rxjs-parallel'
import { until } from '../support/until.js'

// The table of what each fault does to a pipeline is what running each of them gives.

interface Item {
  n: number
  fault?: string
  cells?: Int32Array
  onDone?: () => void
}

type Options = Pick<ParallelMapOptions<Item>, 'timeout' | 'retry'>
type FaultPool = Pool<{ default: { work: (item: Item) => number } }>

interface Fault {
  /** As README says it. */
  readonly words: string
  /** As spec/fixtures/faults.worker.mjs names it. */
  readonly name: string
  readonly options?: Options
  /** What else the item has. */
  readonly item?: Partial<Item>
  /** What happens to the thread once it runs the item. */
  readonly strike?: (thread: Worker) => void
}

/** Milliseconds: what runs again has to keep within it, in a thread that is new. */
const timeout = 1500
const faults: readonly Fault[] = [
  { words: 'its task throws', name: 'throws' },
  { words: 'its task rejects', name: 'rejects' },
  { words: "it can't be sent to the thread", name: 'throws', item: { onDone: () => {} } },
  { words: "its result can't be sent back", name: 'unsendable' },
  { words: "its result is sent and can't be read: it is nested too deep", name: 'unreadable' },
  { words: 'its task calls `process.exit`', name: 'exits' },
  { words: 'an exception in a timer that it has set', name: 'throwsInTimer' },
  { words: 'a rejection that nothing handles', name: 'rejectsUnheard' },
  { words: 'it runs out of memory (`memoryLimit`)', name: 'hoards' },
  { words: 'it loops for ever (`timeout`)', name: 'spins', options: { timeout } },
  { words: 'its Promise never settles (`timeout`)', name: 'waits', options: { timeout } },
  {
    words: 'its thread is terminated from outside',
    name: 'spins',
    strike: (thread) => void thread.terminate(),
  },
]

const length = 10
const at = 4

/** Runs ten items through one thread, of which one has the fault, for each fault. Returns a table in Markdown. */
export async function faultTable(): Promise<string> {
  const worker = new URL('../fixtures/faults.worker.mjs', import.meta.url)
  const threads: Worker[] = []
  const onWorker = (thread: Worker) => void threads.push(thread)
  process.on('worker', onWorker)
  const pool: FaultPool = threadPool(worker, { size: 1, memoryLimit: 32 })
  const rows = []
  try {
    for (const fault of faults) rows.push(await rowOf(fault, pool, threads))
  } finally {
    process.off('worker', onWorker)
    await pool.terminate()
  }
  return [
    '| what befalls an item | its error | the other nine | the thread | with `retry: 1`, if it happens once |',
    '|---|---|---|---|---|',
    ...rows.map((cells) => `| ${cells.join(' | ')} |`),
    '',
  ].join('\n')
}

async function rowOf(fault: Fault, pool: FaultPool, threads: readonly Worker[]): Promise<string[]> {
  const events: string[] = []
  const subscription = pool.events$.subscribe(({ type }) => events.push(type))
  const always = await outcome(fault, 2 ** 30, fault.options, pool, threads)
  // Whoever has no thread any more gets one now.
  await pool.ready()
  subscription.unsubscribe()
  const once = await outcome(fault, 1, { ...fault.options, retry: 1 }, pool, threads)
  return [
    fault.words,
    wordsOf(always.error),
    always.others === length - 1 ? 'complete' : `${length - 1 - always.others} are lost`,
    events.includes('replaced') ? 'is replaced' : 'goes on',
    once.error === undefined ? 'its result' : `fails with \`${(once.error as Error).name}\` again`,
  ]
}

interface FaultOutcome {
  /** Of the item; undefined when it had its result. */
  readonly error: unknown
  /** How many others had theirs. */
  readonly others: number
}

async function outcome(
  { name, item, strike }: Fault,
  times: number,
  options: Options = {},
  pool: FaultPool,
  threads: readonly Worker[],
): Promise<FaultOutcome> {
  const cells = new Int32Array(new SharedArrayBuffer(8))
  cells[1] = times
  const items = Array.from(
    { length },
    (_, n): Item => (n === at ? { n, fault: name, cells, ...item } : { n }),
  )
  let error: unknown
  const onError = (thrown: unknown) => {
    error = thrown
    return of('failed')
  }
  const running = lastValueFrom(
    from(items).pipe(parallelMap(pool.tasks.work, { ...options, onError }), toArray()),
  )
  if (strike) {
    await until('the item has begun', () => Atomics.load(cells, 0) > 0)
    strike(threads.at(-1)!)
  }
  const results = await running
  return { error, others: results.filter((result, n) => n !== at && result === n).length }
}

/** Its name, its code, and what it was caused by where that says more. */
function wordsOf(error: any): string {
  const { name, code, cause, exitCode } = error
  const parts = [`\`${name}\``]
  if (code) parts.push(`code \`${code}\``)
  if (typeof cause?.code === 'string') parts.push(`cause \`${cause.code}\``)
  else if (name === 'WorkerCrashError' && cause) parts.push(`cause \`${cause.name}\``)
  else if (exitCode > 1) parts.push(`exit code ${exitCode}`)
  return parts.join(', ')
}
