/**
 * One case of the contract, and what it needs.
 * @module
 */
import type { Pool } from '../../pool/seam.js'
import type { contractTasks } from './contractTasks.js'

/**
 * What {@link poolContract} asks of each pool that is made for it.
 *
 * @example
 * ```ts
 * const makePool = ({ size, concurrency }: ContractPoolOptions) =>
 *   inlinePool(contractTasks, { threads: size, concurrency })
 * ```
 */
export interface ContractPoolOptions {
  /** Threads: 2 for most cases, 1 for those in which items meet in one thread. `resize` may then change it, up to 3. */
  readonly size: number
  /** Items in progress at once in one thread: 1, or 4. */
  readonly concurrency: number
}

/**
 * A pool that serves `contractTasks`.
 *
 * @example
 * ```ts
 * const made: ContractPool = inlinePool(contractTasks)
 * console.log(await made.run(made.tasks.double, 4)) // → 8
 * ```
 */
export type ContractPool = Pool<{
  /** What it serves. */
  readonly default: typeof contractTasks
}>

/**
 * What not every pool can do. Cases that need it are left out where it isn't declared.
 *
 * @example
 * ```ts
 * const ofProcesses: PoolCapabilities = { crash: true, endlessLoops: true }
 * ```
 */
export interface PoolCapabilities {
  /** A SharedArrayBuffer that is sent is the same memory in the thread. Default: false. */
  readonly sharedMemory?: boolean
  /** What is to be transferred is moved: the side that sent it has it no more. Default: false, it may be copied. */
  readonly transfer?: boolean
  /**
   * A thread that dies costs the items at work in it and nothing else. The task `crashIf` calls `process.exit` in its
   * thread for the item `{ crash: true }`; `inlinePool` is told so by `crashOn: (item) => item?.crash === true`, since
   * that is the whole program there. Default: false.
   */
  readonly crash?: boolean
  /**
   * An item that computes for ever and looks at nothing is ended with its thread. The task `hangIf` loops for the item
   * `{ hang: true }`; for `inlinePool`, `hang: (item) => item?.hang === true`. Default: false.
   */
  readonly endlessLoops?: boolean
  /** `context.cancelled` is seen by a loop that never returns to its thread's event loop. Default: false. */
  readonly cancelledInLoops?: boolean
}

export const capabilityNames = [
  'sharedMemory',
  'transfer',
  'crash',
  'endlessLoops',
  'cancelledInLoops',
] as const satisfies (keyof PoolCapabilities)[]

export interface ContractCase {
  readonly name: string
  /** Default: two threads, one item at once in each. */
  readonly options?: ContractPoolOptions
  readonly needs?: keyof PoolCapabilities
  /** Is given a fresh pool, which is closed afterwards. */
  run(pool: ContractPool): Promise<void>
}

/** A thread in which items meet: its tasks know of each other. */
export const oneThread: ContractPoolOptions = { size: 1, concurrency: 4 }
