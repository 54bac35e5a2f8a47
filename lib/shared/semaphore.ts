/**
 * So many at a time.
 * @module
 */
import { checkCount } from './checks.js'
import { LocalLock } from './localLock.js'
import type { Lock } from './lock.js'
import { nextId } from './member.js'
import { Permits, permitWords } from './permits.js'
import { mostGrant } from './queue.js'

/**
 * Lets so many in at a time. See {@link semaphore}.
 *
 * @example
 * ```ts
 * const three: Semaphore = semaphore(3)
 * console.log(three.count, await three.run(() => 'one of three is in')) // → 3 one of three is in
 * ```
 */
export interface Semaphore extends Lock {
  /** How many. */
  readonly count: number
}

/**
 * Makes a lock that so many hold at a time; otherwise as {@link mutex}.
 *
 * @param count how many: a whole number from 1 to 16,383.
 * @throws ParallelError `INVALID_ARGUMENT` for another one.
 *
 * @example
 * ```ts
 * // load.worker.ts
 * import type { Semaphore } from 'rxjs-parallel'
 * import { expose, task, type TaskContext } from 'rxjs-parallel/worker'
 *
 * export default expose({
 *   // However many threads there are, three of them are at the server at a time.
 *   load: task((url: string, { shared, signal }: TaskContext<{ three: Semaphore }>) =>
 *     shared.three.run(async () => (await fetch(url, { signal })).text(), { signal }),
 *   ),
 * })
 * ```
 * ```ts
 * const loadWorker = new URL('./load.worker.js', import.meta.url)
 * const loaders = threadPool<typeof import('./load.worker.js')>(loadWorker, { shared: { three: semaphore(3) } })
 * of('data:,a', 'data:,b').pipe(parallelMap(loaders.tasks.load)).subscribe(console.log) // → a, b
 * ```
 */
export function semaphore(count: number): Semaphore {
  checkCount('semaphore', count, 1, mostGrant)
  return new LocalLock('semaphore', nextId(), new Permits(permitWords(count), count))
}
