/**
 * Native code that may end its process: in processes of its own it costs the item that it fails at, and nothing else.
 *
 *     npx tsx samples/native-code/main.ts [--watch]
 */
import { of } from 'rxjs'
import { parallelMap, pull, threadPool, WorkerCrashError } from 'rxjs-parallel'
import { isStarted } from '../isStarted.js'
import { watched } from '../watch/watched.js'

export async function main(log: (line: string) => void = console.log) {
  const worker = new URL('./decoder.worker.ts', import.meta.url)
  const pictures = ['roof.png', 'broken.png', 'cellar.png']
  // #region processes
  await using pool = threadPool<typeof import('./decoder.worker.js')>(worker, {
    isolation: 'process',
    startTimeout: 60_000, // a process compiles its file first
  })
  const onError = (error: unknown, picture: string) =>
    of(`${picture}: ${error instanceof WorkerCrashError ? error.signal : error}`)
  const widths$ = pull(pictures).pipe(parallelMap(pool.tasks.decode, { onError }))
  await widths$.forEach(log) // roof.png is 800 pixels wide, broken.png: SIGABRT, cellar.png is 1000 pixels wide
  // #endregion
}

if (isStarted(import.meta.url)) await watched(main)
