/**
 * A census of the code in a folder: every .js, .ts, .mjs and .cjs file is parsed with the TypeScript compiler, in
 * as many threads as there are cores.
 *
 *     npm start -- [FOLDER] [--compare] [--threads N] [--watch]
 */
import { isDeepStrictEqual } from 'node:util'
import { fromEvent, lastValueFrom, takeUntil, tap, toArray } from 'rxjs'
import { fanIn, fanOut, parallelMap, pull, threadPool } from 'rxjs-parallel'
import { isStarted } from '../isStarted.js'
import { watched } from '../watch/watched.js'
import { files } from './files.js'
import type { Measure } from './measureFile.js'
import { inOneThread } from './oneThread.js'
import type { Options } from './options.js'
import { readOptions, UsageError } from './options.js'
import { noProgress, showProgress } from './progress.js'
import * as report from './report.js'
import { largestFirst } from './totals.js'

/** @throws the signal's reason, once that is aborted */
export async function census(
  { folders, threads }: Pick<Options, 'folders' | 'threads'>,
  onMeasure: (measure: Measure) => void,
  signal: AbortSignal,
) {
  // #region census
  const worker = new URL('./census.worker.ts', import.meta.url)
  const pool = threadPool<typeof import('./census.worker.js')>(worker, {
    size: threads,
    startTimeout: 60_000, // each loads a compiler
  })
  const packages$ = pull(files(...folders)).pipe(
    parallelMap(pool.tasks.measureFile, { ordered: false }),
    tap(onMeasure),
    fanOut(pool.tasks.totals, { route: (measure) => measure.package }),
    fanIn({ order: largestFirst }),
  )
  // #endregion
  try {
    const packages = await lastValueFrom(packages$.pipe(takeUntil(fromEvent(signal, 'abort')), toArray()))
    signal.throwIfAborted()
    return { packages, threads: pool.stats.threads }
  } finally {
    await pool.terminate()
  }
}

/** Resolves to the exit code. */
export async function main(args: readonly string[], log = console.log, complain = console.error) {
  const interrupted = new AbortController()
  const interrupt = () => interrupted.abort()
  process.once('SIGINT', interrupt)
  try {
    return await countAndReport(readOptions(args), log, interrupted.signal)
  } catch (error) {
    if (!(error instanceof UsageError || interrupted.signal.aborted)) throw error
    complain(`code-census: ${error instanceof UsageError ? error.message : 'interrupted'}`)
    return error instanceof UsageError ? 2 : 130
  } finally {
    process.off('SIGINT', interrupt)
  }
}

async function countAndReport(options: Options, log: (line: string) => void, signal: AbortSignal) {
  const count = options.threads === 1 ? '1 thread' : `${options.threads} threads`
  const parallel = await timed(count, options, (step) => census(options, step, signal))
  const { packages, threads } = parallel.result
  const sections = [
    report.packagesTable(packages),
    report.functionsTable(packages),
    report.problemsList(packages),
    `${report.summary(packages, parallel.seconds, options.threads)}:`,
    report.threadsTable(threads),
  ]
  for (const section of sections) if (section !== '') log(section)
  if (!options.compare) return 0
  const plain = await timed('plain loop', options, (step) => inOneThread(options.folders, step, signal))
  const same = isDeepStrictEqual(packages, plain.result)
  log(report.comparison(parallel.seconds, plain.seconds, same))
  return same ? 0 : 1
}

async function timed<R>(
  title: string,
  { folders, watch }: Options,
  work: (step: (m: Measure) => void) => Promise<R>,
) {
  // The view of the pool is drawn in the same place.
  const progress = watch ? noProgress : showProgress(title, folders)
  const start = performance.now()
  try {
    const result = await work(progress.step)
    return { result, seconds: (performance.now() - start) / 1000 }
  } finally {
    await progress.stop()
  }
}

if (isStarted(import.meta.url)) process.exitCode = await watched((log) => main(process.argv.slice(2), log))
