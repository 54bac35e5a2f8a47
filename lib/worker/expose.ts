/**
 * What a worker module calls: plain functions become tasks, and the thread starts to serve them.
 * @module
 */
import type { Observable, ObservableInput } from 'rxjs'
import { describe } from '../wire/describe.js'
import { isGenerator } from '../wire/generators.js'
import type { TaskContext } from './context.js'
import type { ExposedFunction } from './exposed.js'
import { many, reviver, role, stageRunner } from './exposed.js'
import { loadShared, loadStages } from './node/parts.js'
import { serve } from './serve.js'

/**
 * A function wrapped by {@link task}: it gets its context as second argument.
 *
 * @typeParam T the item.
 * @typeParam R what it returns.
 * @typeParam S what it uses of `context.shared`.
 *
 * @example
 * ```ts
 * const whereIs: ContextTask<string, string> = task((name: string, { threadId }) => `${name} is in ${threadId}`)
 * ```
 */
export interface ContextTask<T, R, S = Readonly<Record<string, unknown>>> {
  (value: T, context: TaskContext<S>): R
  /** @internal */
  readonly [role]: 'task'
}

/**
 * A function wrapped by {@link stage}: it is given a whole stream.
 *
 * @typeParam T what it reads.
 * @typeParam R what it emits.
 * @typeParam S what it uses of `context.shared`.
 *
 * @example
 * ```ts
 * const doubled: Stage<number, number> = stage((numbers: StageSource<number>) => numbers.pipe(map((n) => 2 * n)))
 * ```
 */
export interface Stage<T, R, S = Readonly<Record<string, unknown>>> {
  (source: StageSource<T>, context: TaskContext<S>): ObservableInput<R>
  /** @internal */
  readonly [role]: 'stage'
}

/**
 * The stream that a stage reads: an Observable, and an AsyncIterable that is filled only as fast as it is read. It can
 * be read once.
 *
 * @example
 * ```ts
 * async function* runningMax(numbers: StageSource<number>) {
 *   let most = Number.NEGATIVE_INFINITY
 *   for await (const n of numbers) yield (most = Math.max(most, n))
 * }
 * const asTask = inlinePool({ runningMax: stage(runningMax) })
 * of(2, 9, 4).pipe(fanOut(asTask.tasks.runningMax), fanIn()).subscribe(console.log) // → 2, 9, 9
 * ```
 */
export type StageSource<T> = Observable<T> & AsyncIterable<T>

/**
 * A worker module's functions, by name.
 * @inline
 */
export type Exposed = Readonly<Record<string, unknown>>

/**
 * Lets a pool call these functions by their names. Called once, in the module that a pool's threads load.
 *
 * - A plain function is given the item alone (or, with `spread`, the item's elements as its arguments). It returns a
 *   value, or a Promise of one; or it is a generator or an async generator, or returns an Observable, and emits many.
 * - A function wrapped by {@link task} is given the context too; one wrapped by {@link stage} a whole stream.
 *
 * On a main thread it does nothing, so that a test or a program can import the module and call the functions. In a
 * browser every worker counts as a pool's thread: it can't be told from others there.
 *
 * @returns what it was given: export it as the module's default, and the pool's types are inferred from it.
 * @throws TypeError when `tasks` isn't an object of functions.
 *
 * @example
 * ```ts
 * // math.worker.ts
 * import { expose, stage } from 'rxjs-parallel/worker'
 *
 * export default expose({
 *   square: (x: number) => x * x,
 *   pow: (base: number, exponent: number) => base ** exponent,
 *   *divisors(n: number) {
 *     for (let d = 1; d <= n; d++) if (n % d === 0) yield d
 *   },
 *   runningMean: stage(async function* (numbers: AsyncIterable<number>) {
 *     let [sum, n] = [0, 0]
 *     for await (const x of numbers) yield (sum += x) / ++n
 *   }),
 * })
 * ```
 * ```ts
 * import math from './math.worker.js' // in a test, say
 * console.log(math.square(3)) // → 9
 * ```
 */
export function expose<const E extends Exposed>(tasks: E): E {
  if (typeof tasks !== 'object' || tasks === null)
    throw new TypeError(`expose: expected an object of functions, got ${describe(tasks)}`)
  for (const [name, value] of Object.entries(tasks)) {
    if (typeof value !== 'function')
      throw new TypeError(`expose: ${name} is ${describe(value)}; every property must be a function`)
  }
  serve(tasks as Readonly<Record<string, ExposedFunction>>)
  return tasks
}

/**
 * A task that is given its context: `signal` to stop early, `cancelled` for loops, `threadId`, `shared`, `transfer`.
 *
 * @param run called once an item with the item and the context; it may do all that a plain function may.
 * @returns what {@link expose} takes; called by itself, it is `run`.
 * @throws TypeError when `run` isn't a function.
 *
 * @example
 * ```ts
 * // pages.worker.ts
 * import { expose, task } from 'rxjs-parallel/worker'
 *
 * export default expose({
 *   fetchPage: task(async (url: string, { signal }) => (await fetch(url, { signal })).text()),
 * })
 * ```
 * ```ts
 * const pages = threadPool<typeof import('./pages.worker.js')>(new URL('./pages.worker.js', import.meta.url))
 * of('data:,hello').pipe(parallelMap(pages.tasks.fetchPage)).subscribe(console.log) // → hello
 * ```
 */
export function task<T, R, S = Readonly<Record<string, unknown>>>(
  run: (value: T, context: TaskContext<S>) => R,
): ContextTask<T, R, S> {
  return mark(run, 'task') as ContextTask<T, R, S>
}

/**
 * A function that is run once a branch of `fanOut`, over the branch's whole stream, and so may keep state.
 *
 * @param run called with the stream and the context; what it returns (an Observable, an async generator, a Promise,
 *   an array …) is the branch's output. An async generator reads its source only as fast as it loops.
 * @returns what {@link expose} takes; called by itself, it is `run`.
 * @throws TypeError when `run` isn't a function.
 *
 * @example
 * ```ts
 * // words.worker.ts
 * import { expose, stage } from 'rxjs-parallel/worker'
 *
 * export default expose({
 *   distinct: stage(async function* (words: AsyncIterable<string>) {
 *     const seen = new Set<string>()
 *     for await (const word of words) if (seen.size < seen.add(word).size) yield word
 *   }),
 * })
 * ```
 * ```ts
 * const words = threadPool<typeof import('./words.worker.js')>(new URL('./words.worker.js', import.meta.url))
 * of('a', 'b', 'a').pipe(fanOut(words.tasks.distinct, { branches: 1 }), fanIn()).subscribe(console.log) // → a, b
 * ```
 */
export function stage<T, R, S = Readonly<Record<string, unknown>>>(
  run: (source: StageSource<T>, context: TaskContext<S>) => ObservableInput<R>,
): Stage<T, R, S> {
  return mark(run, 'stage', { [stageRunner]: loadStages }) as Stage<T, R, S>
}

function mark(run: (...args: never[]) => unknown, as: 'task' | 'stage', more = {}): unknown {
  if (typeof run !== 'function') throw new TypeError(`${as}: expected a function, got ${describe(run)}`)
  // A wrapper of its own: the same function may be exposed plain as well.
  return Object.assign((...args: never[]) => run(...args), {
    [role]: as,
    [many]: isGenerator(run),
    [reviver]: loadShared,
    ...more,
  })
}
