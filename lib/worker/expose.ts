/**
 * What a worker module calls: plain functions become tasks, and the thread starts to serve them.
 * @module
 */
import type { Observable, ObservableInput } from 'rxjs'
import { describe } from '../wire/describe.js'
import { isGenerator } from '../wire/generators.js'
import type { TaskContext } from './context.js'
import type { ExposedFunction } from './exposed.js'
import { many, role } from './exposed.js'
import { serve } from './serve.js'

/** A function wrapped by {@link task}: it gets its context as second argument. */
export interface ContextTask<T, R> {
  (value: T, context: TaskContext): R
  readonly [role]: 'task'
}

/** A function wrapped by {@link stage}: it is given a whole stream. */
export interface Stage<T, R> {
  (source: StageSource<T>, context: TaskContext): ObservableInput<R>
  readonly [role]: 'stage'
}

/** The stream that a stage reads: an Observable, and an AsyncIterable that is filled only as fast as it is read. */
export type StageSource<T> = Observable<T> & AsyncIterable<T>

/** A worker module's functions, by name. */
export type Exposed = Readonly<Record<string, unknown>>

/**
 * Lets a pool call these functions by their names. Called once, in the module that a pool's threads load.
 *
 * - A plain function is given the item alone (or, with `spread`, the item's elements as its arguments). It returns a
 *   value, or a Promise of one; or it is a generator or an async generator, or returns an Observable, and emits many.
 * - A function wrapped by {@link task} is given the context too; one wrapped by {@link stage} a whole stream.
 *
 * On a main thread it does nothing, so that a test or a program can import the module and call the functions.
 *
 * @returns what it was given: export it as the module's default, and the pool's types are inferred from it.
 * @throws TypeError when `tasks` isn't an object of functions.
 *
 * @example
 * ```ts
 * // math.worker.ts
 * import { expose } from 'rxjs-parallel/worker'
 *
 * export default expose({
 *   square: (x: number) => x * x,
 *   *divisors(n: number) { for (let d = 1; d <= n; d++) if (n % d === 0) yield d },
 * })
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
 *
 * @example
 * ```ts
 * export default expose({
 *   fetchPage: task(async (url: string, { signal }) => (await fetch(url, { signal })).text()),
 * })
 * ```
 */
export function task<T, R>(run: (value: T, context: TaskContext) => R): ContextTask<T, R> {
  return mark(run, 'task', 'task') as ContextTask<T, R>
}

/**
 * A function that is run once a branch of `fanOut`, over the branch's whole stream, and so may keep state.
 *
 * @param run called with the stream and the context; what it returns (an Observable, an async generator, a Promise,
 *   an array …) is the branch's output. An async generator reads its source only as fast as it loops.
 *
 * @example
 * ```ts
 * export default expose({
 *   runningMean: stage(async function* (numbers: AsyncIterable<number>) {
 *     let sum = 0, n = 0
 *     for await (const x of numbers) yield (sum += x) / ++n
 *   }),
 * })
 * // of(2, 4, 9) through it: 2, 3, 5
 * ```
 */
export function stage<T, R>(
  run: (source: StageSource<T>, context: TaskContext) => ObservableInput<R>,
): Stage<T, R> {
  return mark(run, 'stage', 'stage') as Stage<T, R>
}

function mark(run: (...args: never[]) => unknown, as: 'task' | 'stage', caller: string): unknown {
  if (typeof run !== 'function') throw new TypeError(`${caller}: expected a function, got ${describe(run)}`)
  // A wrapper of its own: the same function may be exposed plain as well.
  return Object.assign((...args: never[]) => run(...args), { [role]: as, [many]: isGenerator(run) })
}
