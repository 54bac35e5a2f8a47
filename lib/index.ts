/**
 * RxJS operators that run work on other threads.
 * @module rxjs-parallel
 */
export {
  CloneError,
  isParallelError,
  OverflowError,
  ParallelError,
  type ParallelErrorCode,
  PoolClosedError,
  TaskTimeoutError,
  WorkerCrashError,
  WorkerStartError,
} from './errors.js'
export type { Branch } from './operators/branch.js'
export { type FanInOptions, fanIn } from './operators/fanIn.js'
export { type FanOutOptions, fanOut } from './operators/fanOut.js'
export { fromTask } from './operators/fromTask.js'
export { type InlineOptions, type ParallelMapOptions, parallelMap } from './operators/parallelMap.js'
export { type PullSource, pull } from './operators/pull.js'
export type { RetryOptions } from './operators/retry.js'
export { type ToAsyncIterableOptions, toAsyncIterable } from './operators/toAsyncIterable.js'
export type { PoolSize, ThreadPoolOptions } from './pool/poolOptions.js'
export type { Pool, PoolEvent, PoolStats, RunOptions, StageRef, TaskRef, ThreadStats } from './pool/seam.js'
export { threadPool } from './pool/threadPool.js'
