/**
 * What every pool must do, whatever runs behind it: as cases for any test runner.
 * @module
 */
import { badArgument, checkFlag, checkNames, checkTime } from '../../pool/checks.js'
import { describe } from '../../wire/describe.js'
import { backpressureCases } from './cases/backpressure.js'
import { branchCases } from './cases/branches.js'
import { cancellationCases } from './cases/cancellation.js'
import { contextCases } from './cases/context.js'
import { crashCases } from './cases/crashes.js'
import { errorCases } from './cases/errors.js'
import { lifeCases } from './cases/life.js'
import { valueCases } from './cases/values.js'
import type { ContractCase, ContractPool, ContractPoolOptions, PoolCapabilities } from './contractCase.js'
import { capabilityNames } from './contractCase.js'

/**
 * Makes a fresh pool that serves `contractTasks`, of that size and concurrency.
 *
 * @example
 * ```ts
 * const makePool: MakeContractPool = ({ size, concurrency }) =>
 *   inlinePool(contractTasks, { threads: size, concurrency })
 * ```
 */
export type MakeContractPool = (options: ContractPoolOptions) => ContractPool | Promise<ContractPool>

/**
 * Options of {@link poolContract}.
 *
 * @example
 * ```ts
 * const options: PoolContractOptions = { crash: true, timeout: 5000 }
 * ```
 */
export interface PoolContractOptions extends PoolCapabilities {
  /**
   * Milliseconds that a case may take, its pool's start and end included: one that takes longer fails, and its pool is
   * terminated. Give the test runner longer, or it speaks first and says less. Default: 10,000.
   */
  readonly timeout?: number
}

/**
 * One case, for a test runner.
 *
 * @example
 * ```ts
 * const makePool: MakeContractPool = ({ size, concurrency }) =>
 *   inlinePool(contractTasks, { threads: size, concurrency })
 * const isOnEnds = ({ name }: PoolContractCase) => name === 'values: an empty source completes'
 * const found = poolContract(makePool).find(isOnEnds)
 * await found?.run()
 * console.log('it holds') // → it holds
 * ```
 */
export interface PoolContractCase {
  /** What must hold, as in `values: an empty source completes`. Unique. */
  readonly name: string
  /** Makes a pool, checks it and closes it. Rejects with an Error that says what was expected and what came. */
  run(): Promise<void>
}

const caller = 'poolContract'
const cases: readonly ContractCase[] = [
  ...valueCases,
  ...errorCases,
  ...contextCases,
  ...cancellationCases,
  ...crashCases,
  ...backpressureCases,
  ...branchCases,
  ...lifeCases,
]

/**
 * What every `Pool` must do, as seen by those who use it: for whoever writes one. The same cases run over this
 * library's own, `threadPool` and `inlinePool`.
 *
 * The pool that is made must serve `contractTasks`. Each case has a pool of its own, and closes it; they may run one
 * after another or at once. Cases that need what isn't among the capabilities are left out.
 *
 * @param makePool makes a fresh pool of `options.size` threads, each of which takes `options.concurrency` items at once.
 * @param options what the pool can do that not every one can; by default nothing of it.
 * @returns the cases.
 * @throws ParallelError `INVALID_ARGUMENT` for a bad argument.
 *
 * @example
 * ```ts
 * // For node:test, and much the same for vitest and Jest. contract.worker.ts is shown at `contractTasks`.
 * import { it } from 'node:test'
 *
 * const contractWorker = new URL('./contract.worker.js', import.meta.url)
 * const makePool: MakeContractPool = (options) =>
 *   threadPool<typeof import('./contract.worker.js')>(contractWorker, options)
 * const has = { sharedMemory: true, transfer: true, crash: true, endlessLoops: true, cancelledInLoops: true }
 * for (const { name, run } of poolContract(makePool, has)) it(name, { timeout: 20_000 }, run)
 * ```
 */
export function poolContract(
  makePool: MakeContractPool,
  options: PoolContractOptions = {},
): readonly PoolContractCase[] {
  if (typeof makePool !== 'function')
    throw badArgument(caller, `makePool must be a function, got ${describe(makePool)}`)
  checkNames(caller, options, [...capabilityNames, 'timeout'])
  for (const name of capabilityNames) checkFlag(caller, name, options[name] ?? false)
  const timeout = checkTime(caller, 'timeout', options.timeout ?? 10_000)
  return cases
    .filter(({ needs }) => needs === undefined || options[needs])
    .map((each) => ({ name: each.name, run: () => runCase(each, makePool, timeout) }))
}

const usual: ContractPoolOptions = { size: 2, concurrency: 1 }

async function runCase(
  { run, options = usual }: ContractCase,
  makePool: MakeContractPool,
  timeout: number,
): Promise<void> {
  let pool: ContractPool | undefined
  const whole = async () => {
    pool = await makePool(options)
    await run(pool)
    await pool.close()
  }
  try {
    await within(timeout, whole())
  } catch (error) {
    // Whatever it still does must not trouble the cases after this one. If it can't even be ended, that isn't the news.
    await within(timeout, pool?.terminate()).catch(() => {})
    throw error
  }
}

async function within(timeout: number, promise: Promise<void> | undefined): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`expected the case to end, got nothing more within ${timeout} ms`)
    timer = setTimeout(() => reject(error), timeout)
  })
  try {
    await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
